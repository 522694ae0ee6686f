"""Tables, as SQLAlchemy Core describes them; migrations/ builds them and a test compares the two.

Ids and hashes are lower-case hex, times integer milliseconds, statements their canonical bytes. What a client signed
is stored as it came, so that whoever audits a copy of the database verifies the very bytes.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

HASH = String(64)


def _hash(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, HASH, primary_key=key, nullable=null)


def _int(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=null, autoincrement=False)


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=null)


def _bytes(name: str, *, null: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=null)


def _bytes_key(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=True)


def _since(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


# --- decision tables that were in force; `activation` is empty where none was needed ----------------------------------
policy_table = Table(
    "policy_table", metadata,
    _hash("hash", key=True), _text("activation", key=True), _bytes("data"), _int("since_ms"), _int("leaf"),
)  # fmt: skip

# --- users -----------------------------------------------------------------------------------------------------------
user_link = Table(
    "user_link", metadata,
    _hash("user", key=True), _int("seq", key=True), _hash("hash"), _bytes("statement"), _bytes("boxes", null=True),
    UniqueConstraint("hash"),
)  # fmt: skip
binding = Table(
    "binding", metadata,
    _hash("user", key=True), _hash("token_hash", key=True), _text("id_token"), _text("iss"), _text("aud"),
    _bytes("random"), _hash("subject_chain"), _int("iat_ms"), _int("recorded_ms"), _int("leaf"),
)  # fmt: skip
attestation = Table(
    "attestation", metadata,
    _hash("id", key=True), _hash("user"), _bytes("statement"), _int("until_ms"), _int("leaf"),
    Index(None, "user"),
)  # fmt: skip
attestation_end = Table(
    "attestation_end", metadata,
    _hash("id", key=True), _hash("user"), _bytes("statement"), _int("leaf"),
    Index(None, "user"),
)  # fmt: skip
login = Table(
    "login", metadata,
    _text("id", key=True), _text("state"), _hash("user"), _hash("device"), _text("iss"), _text("aud"),
    _bytes("random"), _bytes("challenge"), _text("code_verifier"), _text("id_token", null=True),
    _text("failure", null=True), _int("created_ms"), _int("used_ms", null=True),
    Column("fresh", Boolean, nullable=False),
    UniqueConstraint("state"),
)  # fmt: skip
session = Table(
    "session", metadata,
    _hash("token_hash", key=True), _hash("user"), _hash("device"), _hash("capacity", null=True), _int("created_ms"),
    _int("expires_ms"), _int("identified_ms", null=True),
    Index(None, "user", "device"),
)  # fmt: skip

account_hold = Table(
    "account_hold", metadata, _hash("user", key=True), _int("since_ms"), _int("lifted_ms", null=True),
    _bytes("registrar", null=True)
)  # fmt: skip
hold_number = Table("hold_number", metadata, _hash("user", key=True), _hash("number_hash"), Index(None, "number_hash"))

# --- heads of every signed chain, published as one map ---------------------------------------------------------------
chain_head = Table(
    "chain_head", metadata, _text("label", key=True), _hash("chain", key=True), _int("seq"), _hash("hash")
)  # fmt: skip

# The map at the start of each epoch of the log: the position of its leaf; and by their hashes the nodes that paths of
# people go through, of all these maps. One row an epoch, and as many nodes as a person's move changes: never pruned.
map_epoch = Table("map_epoch", metadata, _int("position", key=True))
map_node = Table(
    "map_node", metadata,
    _bytes_key("hash"), _bytes("left", null=True), _bytes("right", null=True), _bytes("key", null=True),
    _int("seq", null=True), Column("head", HASH, nullable=True),
)  # fmt: skip

# --- cases -----------------------------------------------------------------------------------------------------------
case_class = Table(
    "case_class", metadata,
    _hash("chain", key=True), _hash("case"), _text("class"),
    UniqueConstraint("case", "class"),
)  # fmt: skip
# Who answers for each case, as its first link says: by it scopes over the log are kept.
case_controller = Table(
    "case_controller", metadata, _hash("case", key=True), _text("controller"), Index(None, "controller")
)  # fmt: skip
# Links of case classes and of exchanges: one shape, one chain id each.
link = Table(
    "link", metadata,
    _hash("chain", key=True), _int("seq", key=True), _hash("hash"), _text("type"), _bytes("statement"),
    _int("leaf"),
    UniqueConstraint("hash"),
)  # fmt: skip
# Erasable: the chain stays valid without it.
fact_body = Table("fact_body", metadata, _hash("link", key=True), _bytes("body"))
# HPKE boxes of links and of entries, by the user who opens them.
box = Table("box", metadata, _hash("owner", key=True), _hash("user", key=True), _bytes("box"))
# Emergencies of all cases, and the links that tell of each: an index beside the chains.
emergency = Table(
    "emergency", metadata,
    _hash("fact", key=True), _hash("case"), _hash("user"), _text("structure"), _int("recorded_ms"), _int("leaf"),
    Index(None, "user", "recorded_ms"), Index(None, "structure", "recorded_ms"), Index(None, "leaf"),
)  # fmt: skip
emergency_link = Table(
    "emergency_link", metadata, _hash("link", key=True), _hash("emergency", key=True), Index(None, "emergency")
)
# Invitations whose box waits for the account that they name: an index beside the chains, with what was given and asked.
invitation = Table(
    "invitation", metadata,
    _hash("fact", key=True), _hash("case"), _hash("link"), _hash("subject"), _bytes("subject_salt"),
    _int("expires_ms"), _hash("released_to", null=True), _int("leaf", null=True), _int("wrong"),
    Index(None, "expires_ms"),
)  # fmt: skip
# Who has ever stood in a case; the facts say whether they still do.
case_user = Table(
    "case_user", metadata, _hash("user", key=True), _hash("case", key=True), _text("class", key=True)
)  # fmt: skip

# --- exchanges -------------------------------------------------------------------------------------------------------
exchange = Table("exchange", metadata, _hash("id", key=True), _hash("case"))
exchange_user = Table("exchange_user", metadata, _hash("user", key=True), _hash("exchange", key=True))

# --- entries ---------------------------------------------------------------------------------------------------------
entry_list = Table(
    "entry_list", metadata,
    _hash("list", key=True), _hash("case"), _text("class"), _text("place"), _int("n"), _hash("h"),
    Index(None, "case"),
)  # fmt: skip
entry = Table(
    "entry", metadata,
    _hash("id", key=True), _hash("list"), _int("n"), _hash("h"), _hash("case"), _text("class"), _hash("user"),
    _hash("device"), _hash("hash"), _bytes("statement"), _int("deposit_ms"), _int("leaf"),
    _bytes("take_back", null=True), _int("take_back_leaf", null=True), _int("erase_leaf", null=True),
    UniqueConstraint("list", "n"),
)  # fmt: skip
entry_part = Table(
    "entry_part", metadata,
    Column("entry", HASH, ForeignKey("entry.id"), primary_key=True), _text("part", key=True), _int("size"),
    _bytes("inline", null=True), _text("blob", null=True),
)  # fmt: skip

# What the rules look at of each entry, in columns: by it lists are filtered and counted.
entry_face = Table(
    "entry_face", metadata,
    _hash("list", key=True), _int("n", key=True), _hash("entry"), _hash("user"), _text("section"),
    _int("category", null=True), _text("mask", null=True), _int("mask_until_ms", null=True), _int("passages"),
    _int("epoch", null=True), _int("written_ms"), _int("deposit_ms"), _int("taken_back"),
    UniqueConstraint("entry"),
)  # fmt: skip

# --- requests that were answered -------------------------------------------------------------------------------------
request = Table(
    "request", metadata,
    _hash("device", key=True), _text("id", key=True), _hash("hash"), _int("leaf"), _bytes("answer"),
)  # fmt: skip

# --- access log ------------------------------------------------------------------------------------------------------
log_entry = Table("log_entry", metadata, _int("idx", key=True), _bytes("leaf_hash"), _bytes("leaf"))
# Roots of the perfect subtrees above the leaves: a proof is one query over their primary key.
log_node = Table("log_node", metadata, _int("level", key=True), _int("idx", key=True), _bytes("hash"))
log_checkpoint = Table(
    "log_checkpoint", metadata, _int("size", key=True), _bytes("root"), _int("signed_ms"), _text("note")
)
# A witness's line under a checkpoint; and the checkpoints that had enough of them, whole.
log_cosignature = Table(
    "log_cosignature", metadata,
    _int("size", key=True), _text("name", key=True), _bytes_key("key_id"), _int("time_s", key=True), _text("line"),
)  # fmt: skip
log_published = Table("log_published", metadata, _int("size", key=True), _text("note"))
# Logs that ended when a backup was restored. Every column that names a leaf, and the numbers of nodes and sizes of
# checkpoints below, are positions: they say which log they belong to (docs/spec/log.md, N1).
log_closed = Table(
    "log_closed", metadata,
    _int("log", key=True), _text("origin"), _int("size"), _text("note"), _text("shown"), _int("closed_ms"),
)  # fmt: skip
# Of the log that is written: its own size, and the index of its newest heads leaf.
log_head = Table(
    "log_head", metadata,
    Column("id", Integer, primary_key=True, autoincrement=False), _int("size"), _bytes("compact_range"),
    _int("last_ts_ms"), _int("heads_leaf"),
)  # fmt: skip
# The key in use of each case and class, since which number, position and instant; and the keys before it. A key whose
# records are all over is destroyed, its row stays.
log_case = Table(
    "log_case", metadata,
    _hash("case", key=True), _text("class", key=True), _bytes("log_key"), _int("next_seq"),
    _since("first"), _since("position"), _since("from_ms"),
)  # fmt: skip
log_key_past = Table(
    "log_key_past", metadata,
    _hash("case", key=True), _text("class", key=True), _int("first", key=True), _int("position"),
    _bytes("log_key", null=True), _int("from_ms"),
)  # fmt: skip
# Erasable: the openings of commitments. `case` and `class` let a person find their own.
log_payload = Table(
    "log_payload", metadata,
    _int("idx", key=True), _hash("case", null=True), _text("class", null=True), _bytes("sealed", null=True),
    _int("erased_ms", null=True),
    Index(None, "case", "class", "idx"),
)  # fmt: skip

# --- national directory: public data, replaced as a whole; one extract is in force, another may be under way ----------
# Progress of an import is kept with the rows it made, in one transaction: `place` is the next byte of the file.
directory_extract = Table(
    "directory_extract", metadata,
    _int("number", key=True), _text("state"), _int("place"), _hash("prefix"), _int("read"), _int("lines"),
    _int("refused"), _int("report"), _bytes("tree"), _int("test"), _int("started_ms"), _hash("file", null=True),
    _hash("root", null=True), _int("leaf", null=True), _int("time_ms", null=True),
)  # fmt: skip
directory_line = Table(
    "directory_line", metadata,
    _int("extract", key=True), _int("n", key=True), _text("national_id"), _text("line"),
    Index(None, "extract", "national_id"),
)  # fmt: skip
# Roots of subtrees of 16 lines and above; those below are computed from the lines.
directory_node = Table(
    "directory_node", metadata, _int("extract", key=True), _int("node", key=True), _bytes("hash")
)  # fmt: skip
# Words of the lines as they are read, then sorted into `directory_word`, which a search reads.
directory_read_word = Table(
    "directory_read_word", metadata, _int("extract"), _int("n"), _text("word"), _text("practised")
)  # fmt: skip
directory_word = Table(
    "directory_word", metadata,
    _int("extract", key=True), _text("word", key=True), _int("n", key=True), _text("practised", key=True),
    sqlite_with_rowid=False,
)  # fmt: skip
# Each word once, with the number of its lines; and each word by what is left of it without one letter.
directory_vocabulary = Table(
    "directory_vocabulary", metadata,
    _int("extract", key=True), _text("word", key=True), _int("lines"), sqlite_with_rowid=False,
)  # fmt: skip
directory_slip = Table(
    "directory_slip", metadata,
    _int("extract", key=True), _text("left", key=True), _text("word", key=True), sqlite_with_rowid=False,
)  # fmt: skip

# Refused UPDATE and DELETE by triggers of the first migration. Defence in depth against a bug of ours: the tree is the
# proof, a trigger is not.
APPEND_ONLY = (
    "log_entry", "log_node", "log_checkpoint", "log_cosignature", "log_published", "log_closed", "user_link",
    "link", "policy_table", "map_epoch", "map_node",
)  # fmt: skip

# Rows of these go, or lose their content, by an erasure.
ERASABLE = ("log_payload", "request")
