"""What each route and socket does, and whom it asks before: one line each, none without (docs/architecture.md).

The answer of a route that asks the rules, the chain or standing comes from the use case that it calls, inside the
transaction that acts. tests/integration/test_every_route_asks.py lists the routes of the application, fails on one
that is not here, and sends each of them what somebody without right would send.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What is done. Closed: those of the policy table by its names, then those that concern nobody's file."""

    READ = "read"
    WRITE = "write"
    LIST = "list"
    RECORD = "record"
    EXCHANGE = "exchange"
    OPEN_CASE = "open_case"
    READ_LOG = "read_log"
    LOGIN = "login"
    ACCOUNT = "account"
    ATTEST = "attest"
    ACTIVATE = "activate"
    PROVE = "prove"
    FIND_COLLEAGUES = "find_colleagues"
    PUBLISH = "publish"


class Asks(StrEnum):
    """Who answers whether it may be done.

    rules: the decision table, for the entry, section or act, at this instant. chain: the same table, with who may
    make which fact and hold which key, for each link. standing: whether the caller stands in the case, and then the
    table for what is served of it. self: nobody but the caller is concerned. signature: a party of the trust bundle
    signed it. nothing: it says nothing about anybody, or comes before anybody is known.
    """

    RULES = "rules"
    CHAIN = "chain"
    STANDING = "standing"
    SELF = "self"
    SIGNATURE = "signature"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Stated:
    """The statement of one route. `why` is said where neither rules nor standing are asked."""

    action: Action
    asks: Asks
    why: str = ""


_PROOF = Stated(Action.PROVE, Asks.NOTHING, "hashes and signatures of the log: anybody may check the hub")
_RULES = Stated(Action.PUBLISH, Asks.NOTHING, "the rules themselves, which everybody may know")
_WEB = Stated(Action.PROVE, Asks.NOTHING, "the public files of the web client and the proof that the log holds them")
_JOIN = Stated(Action.LOGIN, Asks.NOTHING, "found by a name made from a code; the two devices judge who has it")
_COLLEAGUES = Stated(
    Action.FIND_COLLEAGUES, Asks.SELF, "public lines; whether the caller acts in a capacity now, and how often they ask"
)
_ALIVE = Stated(Action.PUBLISH, Asks.NOTHING, "whether the process serves")
_STEP = Stated(Action.LOGIN, Asks.NOTHING, "nobody is known before it ends; it hands out nothing of a case")

# Where others have their method.
SOCKET: Final = "SOCKET"

ACTIONS: Final[Mapping[tuple[str, str], Stated]] = {
    ("POST", "/v1/logins"): _STEP,
    ("GET", "/v1/logins/callback"): _STEP,
    ("GET", "/v1/logins/{login}"): _STEP,
    ("POST", "/v1/provider-logouts"): Stated(
        Action.LOGIN, Asks.SIGNATURE, "the identity provider's token ends the sessions of one subject"
    ),
    ("POST", "/v1/logins/{login}/session"): Stated(
        Action.LOGIN, Asks.SIGNATURE, "the identity provider's token and the device's signature open the session"
    ),
    ("POST", "/v1/holds"): Stated(
        Action.ACCOUNT, Asks.SIGNATURE, "a registrar that attested the person; it denies, and gives nothing"
    ),
    ("POST", "/v1/holds/by-number"): Stated(
        Action.ACCOUNT, Asks.SIGNATURE, "who knows the number of the recovery sheet; it denies, and gives nothing"
    ),
    ("POST", "/v1/hold-numbers"): Stated(Action.ACCOUNT, Asks.SELF, "the number of one's own sheet, by its hash"),
    ("POST", "/v1/recovery"): Stated(
        Action.LOGIN, Asks.SIGNATURE, "the key of the recovery phrase, of which nobody else holds anything"
    ),
    ("POST", "/v1/device-joins"): Stated(Action.LOGIN, Asks.SELF, "a place for a further device of the caller's own"),
    ("GET", "/v1/device-joins/{name}"): _JOIN,
    ("POST", "/v1/device-joins/{name}/requests"): _JOIN,
    ("POST", "/v1/device-joins/{name}/answer"): Stated(Action.LOGIN, Asks.SELF, "by the device that opened the place"),
    ("GET", "/v1/sessions"): Stated(Action.LOGIN, Asks.SELF, "one's own sessions"),
    ("DELETE", "/v1/sessions/{session}"): Stated(Action.LOGIN, Asks.SELF, "ends one of one's own sessions"),
    ("DELETE", "/v1/sessions/current"): Stated(Action.LOGIN, Asks.SELF, "ends the session that it came with"),
    ("GET", "/v1/users/{user}"): Stated(Action.ACCOUNT, Asks.STANDING),
    ("POST", "/v1/users/{user}/links"): Stated(Action.ACCOUNT, Asks.SELF, "a chain grows by its own devices only"),
    ("POST", "/v1/users/{user}/bindings"): Stated(Action.ACCOUNT, Asks.SELF, "one's own identity only"),
    ("POST", "/v1/attestations"): Stated(Action.ATTEST, Asks.SIGNATURE, "a registrar of the trust bundle"),
    ("POST", "/v1/attestation-ends"): Stated(Action.ATTEST, Asks.SIGNATURE, "the registrar ends what it attested"),
    ("POST", "/v1/cases"): Stated(Action.OPEN_CASE, Asks.CHAIN),
    ("GET", "/v1/references/{reference}"): Stated(Action.LIST, Asks.STANDING),
    ("GET", "/v1/cases"): Stated(Action.LIST, Asks.STANDING),
    ("GET", "/v1/cases/{case}/log-keys"): Stated(Action.READ_LOG, Asks.STANDING),
    ("GET", "/v1/cases/{case}/chains/{class_}"): Stated(Action.LIST, Asks.STANDING),
    ("POST", "/v1/cases/{case}/chains/{class_}"): Stated(Action.RECORD, Asks.CHAIN),
    ("GET", "/v1/cases/{case}/lists/{list_}"): Stated(Action.LIST, Asks.RULES),
    ("GET", "/v1/cases/{case}/counts"): Stated(Action.LIST, Asks.RULES),
    ("GET", "/v1/cases/{case}/reports"): Stated(Action.LIST, Asks.RULES),
    ("POST", "/v1/entries"): Stated(Action.WRITE, Asks.RULES),
    ("GET", "/v1/entries/{entry}"): Stated(Action.READ, Asks.RULES),
    ("POST", "/v1/entries/{entry}/take-back"): Stated(Action.WRITE, Asks.RULES),
    ("PUT", "/v1/uploads/{upload}/{n}"): Stated(
        Action.WRITE, Asks.SELF, "ciphertext of nothing yet, kept for the caller's device; the deposit asks the rules"
    ),
    ("GET", "/v1/entries/{entry}/parts/{part}/leaves"): Stated(Action.READ, Asks.RULES),
    ("GET", "/v1/entries/{entry}/parts/{part}/chunks"): Stated(Action.READ, Asks.RULES),
    ("POST", "/v1/releases"): Stated(Action.READ, Asks.RULES),
    ("POST", "/v1/exchanges"): Stated(Action.EXCHANGE, Asks.CHAIN),
    ("GET", "/v1/exchanges"): Stated(Action.LIST, Asks.STANDING),
    ("GET", "/v1/exchanges/{exchange}"): Stated(Action.LIST, Asks.STANDING),
    ("POST", "/v1/exchanges/{exchange}/links"): Stated(Action.EXCHANGE, Asks.CHAIN),
    ("GET", "/v1/cases/{case}/emergencies/{emergency}"): Stated(Action.READ_LOG, Asks.STANDING),
    ("GET", "/v1/emergencies"): Stated(Action.READ_LOG, Asks.RULES),
    ("GET", "/v1/invitations"): Stated(Action.LIST, Asks.SELF, "invitations that name the caller's own identity"),
    ("POST", "/v1/invitations/{invitation}/box"): Stated(Action.RECORD, Asks.CHAIN),
    ("POST", "/v1/log/records"): Stated(Action.READ_LOG, Asks.RULES),
    ("POST", "/v1/log/identities"): Stated(Action.READ_LOG, Asks.RULES),
    ("GET", "/v1/heads/{label}/{chain}"): Stated(
        Action.PROVE, Asks.NOTHING, "ids of chains cannot be guessed; for a list, whose id can, standing is asked"
    ),
    ("GET", "/v1/heads/{label}/{chain}/epochs"): Stated(
        Action.PROVE, Asks.NOTHING, "ids of users and subjects cannot be guessed; other labels are not found"
    ),
    ("GET", "/v1/web"): _WEB,
    ("POST", "/v1/live/tickets"): Stated(
        Action.LOGIN, Asks.SELF, "lets the caller's own session open a socket, which asks for each hint"
    ),
    (SOCKET, "/v1/live"): Stated(Action.LIST, Asks.RULES),
    ("GET", "/v1/log/checkpoint"): _PROOF,
    ("GET", "/v1/log/checkpoint/cosigned"): _PROOF,
    ("GET", "/v1/log/leaves"): _PROOF,
    ("GET", "/v1/log/tile/{path:path}"): _PROOF,
    ("GET", "/v1/log/retention"): Stated(Action.PUBLISH, Asks.NOTHING, "how long records are kept: public"),
    ("GET", "/v1/log/proof"): _PROOF,
    ("GET", "/v1/log/consistency"): _PROOF,
    ("GET", "/v1/policy"): _RULES,
    ("GET", "/v1/policy/activations"): _RULES,
    ("GET", "/v1/policy/tables/{table}"): _RULES,
    ("POST", "/v1/policy"): Stated(Action.ACTIVATE, Asks.SIGNATURE, "the controllers of the trust bundle"),
    ("GET", "/v1/directory/professionals"): _COLLEAGUES,
    ("GET", "/v1/directory/professionals/{national_id}"): _COLLEAGUES,
    ("GET", "/v1/health"): _ALIVE,
    ("GET", "/v1/ready"): _ALIVE,
}
