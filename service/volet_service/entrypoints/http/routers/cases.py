"""Cases: opening one, finding one's own, reading and extending their chains, reading their lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from fastapi import APIRouter

from volet_protocol import canonical
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.statements import from_json, parse
from volet_service.application.append_links import AppendLinks, append_links
from volet_service.application.chain_links import NewLink
from volet_service.application.count_entries import count_entries
from volet_service.application.find_case import find_case
from volet_service.application.hand_over_log_keys import hand_over_log_keys
from volet_service.application.open_case import OpenCase, open_case
from volet_service.application.read_cases import ListedEntry, list_cases, read_chain, read_list
from volet_service.application.read_reports import list_reports
from volet_service.application.records import StoredEntry, StoredLink
from volet_service.entrypoints.http.identity import CallerDependency, HubDependency, TreeSize
from volet_service.entrypoints.http.schemas import After, AfterLink, Answer, CaseRequest, LinkBody, LinksRequest, Since

router = APIRouter(prefix="/v1", tags=["cases"])


@router.post("/cases", status_code=201)
async def create(asked: CaseRequest, caller: CallerDependency, hub: HubDependency, since: TreeSize) -> Answer:
    """Open a case with its three hidden classes."""
    keys = {class_: from_base64url(key) for class_, key in asked.log_keys.items()}
    command = OpenCase(
        new_links(asked.main), [from_json(one) for one in asked.classes], keys, caller, hub.limits.window_ms
    )
    opened = await hub.store.write(lambda uow, /: open_case(command, hub.policy, uow))
    classes: dict[str, JsonValue] = {
        class_: {"chain": chain, "head": head.to_json()} for class_, (chain, head) in opened.classes.items()
    }
    receipt = await hub.log.receipt(opened.leaf, since)
    return {"case": opened.case, "classes": classes, "receipt": receipt.to_json()}


@router.get("/references/{reference}")
async def referred(reference: str, caller: CallerDependency, hub: HubDependency) -> Answer:
    """Return the case that the reference on a paper stands for."""
    return {"case": await hub.store.read(lambda uow, /: find_case(reference, caller, hub.policy, uow))}


@router.get("/cases")
async def own(caller: CallerDependency, hub: HubDependency) -> list[Answer]:
    """Return the cases in which the caller stands, with the classes they are served."""
    found = await hub.store.read(lambda uow, /: list_cases(caller, hub.policy, uow))
    return [
        {
            "case": one.case,
            "classes": {c: {"chain": chain, "head": head.to_json()} for c, (chain, head) in one.classes.items()},
        }
        for one in found
    ]


@router.get("/cases/{case}/log-keys")
async def log_keys(case: str, caller: CallerDependency, hub: HubDependency, since: TreeSize) -> Answer:
    """Hand the keys of the log's tags to the person or their representative, by class; the hand-over is logged."""
    handed = await hub.store.write(lambda uow, /: hand_over_log_keys(case, caller, hub.policy, uow))
    receipts: dict[str, JsonValue] = {}
    for class_, leaf in handed.leaves.items():
        # One checkpoint covers them all: what leads to it is said once.
        receipts[class_] = (await hub.log.receipt(leaf, None if receipts else since)).to_json()
    return {
        "keys": {class_: [one.to_json() for one in keys] for class_, keys in handed.keys.items()},
        "receipts": receipts,
    }


@router.get("/cases/{case}/chains/{class_}")
async def links(case: str, class_: str, caller: CallerDependency, hub: HubDependency, after: AfterLink = -1) -> Answer:
    """Return the links after a position, each with the caller's box, and the head's proof."""
    found = await hub.store.read(
        lambda uow, /: read_chain(case, class_, after, caller=caller, policy=hub.policy, uow=uow)
    )
    head = await hub.log.head_proof("case", found.chain)
    return {"links": served_links(found.links, found.boxes), "head": head.to_json()}


@router.post("/cases/{case}/chains/{class_}")
async def append(
    case: str, class_: str, asked: LinksRequest, *, caller: CallerDependency, hub: HubDependency, since: TreeSize
) -> Answer:
    """Append links, all or none."""
    command = AppendLinks(case, class_, new_links(asked.links), caller, hub.limits.window_ms)
    appended = await hub.store.write(lambda uow, /: append_links(command, hub.policy, uow))
    receipt = await hub.log.receipt(appended.leaf, since)
    return {"head": appended.head.to_json(), "receipt": receipt.to_json()}


@router.get("/cases/{case}/lists/{list_}")
async def entries(case: str, list_: str, caller: CallerDependency, hub: HubDependency, after: After = 0) -> Answer:
    """Return a page of a list, from the index after `after`; what the caller may not know of is a gap."""
    page = await hub.store.read(lambda uow, /: read_list(case, list_, after, caller=caller, policy=hub.policy, uow=uow))
    head = await hub.log.head_proof("list", list_)
    return {
        "start": page.start.to_json(),
        "entries": [_listed(one) for one in page.entries],
        "head": head.to_json(),
    }


@router.get("/cases/{case}/counts")
async def counts(case: str, caller: CallerDependency, hub: HubDependency, since: Since = 0) -> list[Answer]:
    """Return how many entries of each list the caller may know of, may open the titles of, and finds new."""
    found = await hub.store.read(lambda uow, /: count_entries(case, since, caller, hub.policy, uow))
    return [asdict(one) for one in found]


@router.get("/cases/{case}/reports")
async def reports(case: str, caller: CallerDependency, hub: HubDependency) -> list[Answer]:
    """Return the reports of danger that name the caller; to anybody else there is none."""
    found = await hub.store.read(lambda uow, /: list_reports(case, caller, hub.policy, uow))
    return [{"list": one.list, "place": one.place, "head": one.head.to_json()} for one in found]


def new_links(bodies: Iterable[LinkBody]) -> list[NewLink]:
    """Return links as use cases take them; raise `ProtocolError`."""
    return [NewLink(body.parsed(), body.fact, body.box_bytes()) for body in bodies]


def served_links(stored: Iterable[StoredLink], boxes: Mapping[str, bytes]) -> list[JsonValue]:
    """Return links as they are served: fact bodies while they exist, the caller's own boxes."""
    answer: list[JsonValue] = []
    for one in stored:
        link: dict[str, JsonValue] = {"statement": parse(one.statement).to_json()}
        if one.fact is not None:
            link["fact"] = canonical.decode(one.fact)
        if one.hash in boxes:
            link["box"] = to_base64url(boxes[one.hash])
        answer.append(link)
    return answer


def served_entry(stored: StoredEntry, box: bytes | None) -> dict[str, JsonValue]:
    """Return an entry as it is served."""
    answer: dict[str, JsonValue] = {"statement": parse(stored.statement).to_json()}
    if stored.take_back is not None:
        answer["taken_back"] = parse(stored.take_back).to_json()
    if stored.erase_leaf is not None:
        answer["erased"] = stored.erase_leaf
    if box is not None:
        answer["box"] = to_base64url(box)
    return answer


def _listed(one: ListedEntry) -> dict[str, JsonValue]:
    if one.entry is None:
        return {"n": one.n, "hash": one.hash}
    return {"n": one.n, **served_entry(one.entry, one.box)}
