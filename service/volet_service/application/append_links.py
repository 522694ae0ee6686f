"""Append links to a chain of a case, by compare-and-set on its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volet_protocol.canonical import JsonObject
from volet_protocol.case_links import LinkHead
from volet_protocol.fact_emergencies import EmergencyReview
from volet_protocol.fact_gesture import parts_of
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import Emergency
from volet_protocol.fact_requests import RequestAnswer
from volet_protocol.link_reading import read_link
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PolicyTable
from volet_protocol.statements import HeadRef
from volet_service.application.authorship import check_author, is_author
from volet_service.application.callers import Caller, check_recent
from volet_service.application.chain_links import NewLink, extend_case
from volet_service.application.decisions import check_named
from volet_service.application.invitations import view_invited
from volet_service.application.ports import Policy, UnitOfWork
from volet_service.application.visibility import Viewer, view_case, view_class, view_declaring
from volet_service.application.watching import view_answering, view_reviewing
from volet_service.domain.errors import IdempotencyMismatch, WrongCase
from volet_service.domain.step_up import fact_asks


@dataclass(frozen=True)
class AppendLinks:
    """Links of one class of a case, in order."""

    case: str
    class_: str
    links: Sequence[NewLink]
    caller: Caller
    window_ms: int


@dataclass(frozen=True)
class LinksAppended:
    """The new head, and the leaf of the last link."""

    head: HeadRef
    leaf: int


def append_links(command: AppendLinks, policy: Policy, uow: UnitOfWork, /) -> LinksAppended:
    """Append all links or none. Links of theirs that the chain already holds are skipped: a retry has the same answer.

    Of a link that another device made nothing is answered, or its receipt would go to whoever sends it again.
    """
    viewer = _view(command, policy, uow)
    state = view_class(uow, viewer, command.class_)
    leaf = 0
    for new in command.links:
        head = read_link(new.statement).head
        _check_names(head, command)
        known = uow.cases.link(state.chain, head.seq)
        mine = is_author(command.caller, head.preamble)
        if known is not None and known.hash == new.statement.hash and mine:
            if known.statement != new.statement.to_bytes():
                raise IdempotencyMismatch("another signature over the same link")
            leaf = known.leaf
            continue
        check_author(uow, command.caller, new.statement, head.preamble, command.window_ms)
        check_named(policy, head.policy)
        state = extend_case(state, new, _tables(policy), uow)
        # After the chain's own judgement: whoever may not do it at all is told so, not to come back.
        check_given(command.caller, new.fact, uow.now_ms)
        appended = uow.cases.link(state.chain, head.seq)
        leaf = appended.leaf if appended else leaf
    return LinksAppended(state.head, leaf)


def check_given(caller: Caller, fact: JsonObject | None, now_ms: int) -> None:
    """Raise `StepUpRequired` where what stands beside a link gives rights to others and its author is not recent."""
    if fact is not None and any(part.body is not None and fact_asks(part.body, caller.user) for part in parts_of(fact)):
        check_recent(caller, now_ms)


def _view(command: AppendLinks, policy: Policy, uow: UnitOfWork) -> Viewer:
    """Tell who looks: emergencies, auditors' reviews and officers' answers come from outside the case, nothing else."""
    bodies = [new.fact for new in command.links]
    stated = bodies[0].get("type") if len(bodies) == 1 and bodies[0] is not None else None
    if command.class_ == MAIN and stated == Emergency.type:
        return view_declaring(uow, command.caller, command.case, policy.active)
    if command.class_ == MAIN and stated == EmergencyReview.type:
        emergency = str((bodies[0] or {}).get("emergency", ""))
        return view_reviewing(uow, command.caller, command.case, emergency, policy.active)
    if command.class_ == MAIN and stated == RequestAnswer.type:
        request = str((bodies[0] or {}).get("request", ""))
        return view_answering(uow, command.caller, command.case, request, policy.active)
    if command.class_ == MAIN and _answers(command.links):
        return view_invited(uow, command.caller, command.case, policy.active)
    return view_case(uow, command.caller, command.case, policy.active)


def _answers(links: Sequence[NewLink]) -> bool:
    """Tell whether links begin with the answer to an invitation: by it somebody enters who did not stand there."""
    first = links[0].fact
    return first is not None and first.get("type") == Participation.type and "invitation" in first


def _check_names(head: LinkHead, command: AppendLinks) -> None:
    if (head.case, head.class_) != (command.case, command.class_):
        raise WrongCase("link")


def _tables(policy: Policy) -> Mapping[str, PolicyTable]:
    return policy.tables
