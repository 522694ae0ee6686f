"""Whom the person may ask: controller, data protection officer, contact on the spot. Kept sealed in the profile.

The law wants these on each text (GDPR 13(1)). A deployment says them once; without them a paper has dotted lines, and
whoever prints it is told.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from volet_client.profile import Profile

DESK = "desk"


@dataclass(frozen=True)
class Desk:
    """What every paper of this profile says of whom to ask; None where nobody has said it yet."""

    controller: str | None = None
    dpo: str | None = None
    structure: str | None = None
    contact: str | None = None


NAMES = tuple(field.name for field in fields(Desk))


def load_desk(profile: Profile) -> Desk:
    """Return what was said so far."""
    stored = profile.load(DESK)
    return Desk(**{name: str(stored[name]) for name in NAMES if name in stored})


def save_desk(profile: Profile, said: Desk) -> Desk:
    """Add to what was said; return all of it."""
    given = {name: value for name in NAMES if (value := getattr(said, name)) is not None}
    desk = replace(load_desk(profile), **given)
    profile.save(DESK, {name: value for name in NAMES if (value := getattr(desk, name)) is not None})
    return desk
