"""Grant and rotation of all the sections of a class: composed, keys sealed, and opened by a recipient."""

from __future__ import annotations

from bench.figures import Figure, Size, cpu, median_cpu
from support.cases import CaseWorld
from support.small_table import small_table
from volet_protocol import compose, key_boxes
from volet_protocol.places import MAIN, SECTIONS, class_of
from volet_protocol.section_access import SectionAccess
from volet_protocol.sections import SectionKeys
from volet_protocol.vocabulary import COMPARTMENTS


def team(size: Size) -> tuple[CaseWorld, list[str], list[str]]:
    """A case whose author holds every section of the main class, and readers who were granted none yet."""
    world = CaseWorld(small_table({"S10": dict.fromkeys(COMPARTMENTS, "2w")}))
    world.join("coordinator", "S10", "dac")
    world.inform()
    sections = [section for section in SECTIONS if class_of(section) == MAIN][: size.sections]
    readers = [f"reader {number}" for number in range(size.readers - 1)]
    for name in readers:
        world.join(name, "S10", "dac")
    world.claim("coordinator", *sections)
    return world, sections, readers


def measure(size: Size) -> list[Figure]:
    """A grant before anybody else reads, then a rotation for everybody."""
    world, sections, readers = team(size)
    starts: dict[str, tuple[int, int] | None] = dict.fromkeys(sections, (1, 0))
    facts = sorted(world.facts_for(readers[0], starts))
    author, reader = "coordinator", world.person(readers[0])
    head, ring = world.head(author), world.ring(author)

    def grant() -> compose.Composed:
        return compose.compose_grant(
            world.main, head, ring, reader.chain,
            reader_capacity=world.participation(readers[0]), starts=starts, facts=facts,
            not_after_ms=head.preamble.time_ms,
        )  # fmt: skip

    granting = median_cpu(grant, size.rounds)
    composed = world.composed_grant(author, readers[0], starts)
    statement = world.composed(author, composed)
    assert world.verdict(statement) is None
    box, empty = composed.boxes[reader.user], SectionKeys(world.main.chain)
    opening = median_cpu(
        lambda: key_boxes.open_grant_box(world.main, statement, box, reader.user_key, empty), size.rounds
    )
    count = f"{len(sections)} sections"
    return [
        Figure(f"grant of {count} to one reader, one box", granting * 1000, "ms", 5),
        Figure("  the recipient opens it", opening * 1000, "ms"),
        *_rotation(world, sections, readers, size),
    ]


def _rotation(world: CaseWorld, sections: list[str], readers: list[str], size: Size) -> list[Figure]:
    for name in readers[1:]:
        world.grant("coordinator", name, dict.fromkeys(sections, (1, 0)))
    head = world.head("coordinator")
    keys = {section: world.draw("bench") for section in sections}
    lists = {section: world.list_head(section) for section in sections}
    states = {section: world.main.section(section) for section in sections}
    instant = world.main.instant(world.now_ms)

    def decided() -> dict[str, list[str]]:
        # An object of its own: nothing is remembered from the round before.
        return SectionAccess(world.table, world.main.facts, instant).next_readers(sections, states)

    permitted = decided()
    assert len(permitted) == len(readers) + 1

    def rotate() -> compose.Composed:
        return compose.compose_rotate(world.main, head, keys, lists, readers=permitted, chains=world.directory.users)

    composing = median_cpu(rotate, size.rounds)
    deciding = median_cpu(decided, size.rounds)
    composed = rotate()
    statement = world.person("coordinator").sign(composed.body)
    judging = cpu(lambda: world.composed("coordinator", composed))
    assert world.main.head.hash == statement.hash
    assert not world.main.voids
    what = f"{len(sections)} sections with {len(permitted)} readers"
    return [
        Figure(f"rotation of {what}, a box each", composing * 1000, "ms", 30),
        Figure(f"  who may read: {len(sections) * len(permitted)} decisions, none remembered", deciding * 1000, "ms"),
        Figure(f"  judged, and opened by {len(permitted)} clients, in all", judging * 1000, "ms"),
    ]
