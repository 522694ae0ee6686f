"""A minor's case at majority, or at emancipation: who decides from then on, and what is due (R50, R53).

Nothing has to be transferred by hand for access to end: at 0 h of the eighteenth birthday the mandates of the holders
of authority give nothing any more, by the rules that every client and the hub apply. What is left is to know the date,
to give the young adult an account, and to change the keys that were the parents'.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from volet_client.appending import Appended, Appender
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView
from volet_client.entitled import check_entitled
from volet_client.errors import UsageError
from volet_client.granting import Duties, Granting
from volet_client.words import Said
from volet_protocol import powers
from volet_protocol.case_facts import CaseFacts
from volet_protocol.fact_notices import Consent
from volet_protocol.fact_people import Person
from volet_protocol.fact_powers import MINOR_MANDATES, Mandate, MinorSecret
from volet_protocol.facts import SALT_SIZE
from volet_protocol.places import MAIN

AGE = 18


@dataclass(frozen=True)
class Standing:
    """What majority changes in a case: when it comes, whose authority ends, what else ends with it.

    `holders` hold authority over the minor; `secrets` are the minor's secrets still noted; `consents` those that a
    holder gave, which count no more; `accounts` are the person's own.
    """

    majority_ms: int | None
    of_age: bool
    holders: tuple[str, ...]
    accounts: tuple[str, ...]
    secrets: int
    consents: int


class Majority:
    """The majority of the persons whose cases this user follows."""

    def __init__(self, casebook: Casebook, author: Author, *, appender: Appender, granting: Granting) -> None:
        self._casebook = casebook
        self._author = author
        self._appender = appender
        self._granting = granting

    def standing(self, case: str) -> Standing:
        """Return what majority changes in a case, before and after it."""
        facts = self._casebook.view(case).main.facts
        now_ms = self._author.clock()
        person = facts.person
        majority_ms = None if person is None else person.majority_ms
        authority = [record for record in facts.of(Mandate) if record.fact.kind in MINOR_MANDATES]
        ending = [record for record in authority if now_ms < facts.ended_at(record.hash)]
        given = {record.hash for record in ending}
        return Standing(
            majority_ms,
            majority_ms is not None and now_ms >= majority_ms,
            tuple(dict.fromkeys(record.fact.holder for record in ending)),
            tuple(sorted(facts.person_users)),
            sum(now_ms < facts.ended_at(record.hash) for record in facts.of(MinorSecret)),
            sum(
                record.fact.given_by.mandate in given and now_ms < facts.ended_at(record.hash)
                for record in facts.of(Consent)
            ),
        )

    def set_date(self, case: str, majority_ms: int) -> Appended:
        """Record when the person comes of age: their eighteenth birthday, or the day of their emancipation.

        A date once past stays: nobody makes an adult a minor again. Raises `UsageError`.
        """
        facts = self._casebook.view(case).main.facts
        known = facts.person.majority_ms if facts.person is not None else None
        now_ms = self._author.clock()
        if known is not None and known <= now_ms < majority_ms:
            raise UsageError(
                Said("La personne est déjà majeure.", "The person is of age already."),
                Said("volet case majority", "volet case majority"),
            )
        return self._record(case, facts, majority_ms=majority_ms)

    def set_account(self, case: str, user: str) -> Appended:
        """Record the account that the person opened, and keep what is known of their age.

        Raises `UsageError` for the account of somebody who represents them: it would outlive the authority.
        """
        facts = self._casebook.view(case).main.facts
        if powers.mandates_of(facts, user):
            raise UsageError(
                Said(
                    "Ce compte est celui d'un représentant : il faut un compte à la personne elle-même.",
                    "This account is a representative's: the person needs one of their own.",
                ),
            )
        return self._record(case, facts, user=user)

    def work(self, case: str) -> tuple[CaseView, Duties]:
        """Change the keys that the end of authority owes, for the sections that this user holds."""
        return self._granting.work(self._casebook.view(case, every_class=True))

    def _record(
        self, case: str, facts: CaseFacts, *, majority_ms: int | None = None, user: str | None = None
    ) -> Appended:
        known = facts.person
        fact = Person(
            identity_status="PROV" if known is None else known.identity_status,
            user=user or (None if known is None else known.user),
            majority_ms=majority_ms if majority_ms is not None or known is None else known.majority_ms,
        )
        check_entitled(facts, self._author, fact)
        return self._appender.append(case, MAIN, [self._appender.fact(fact, draw(SALT_SIZE))])


def eighteenth_birthday(born: dt.date) -> dt.date:
    """Return the day at whose 0 h somebody is of age; who was born on 29 February is on 1 March of a common year."""
    try:
        return born.replace(year=born.year + AGE)
    except ValueError:
        return dt.date(born.year + AGE, 3, 1)


def midnight_ms(day: dt.date) -> int:
    """Return 0 h of a day, at the place of this machine, in milliseconds."""
    return int(dt.datetime.combine(day, dt.time()).astimezone().timestamp()) * 1000
