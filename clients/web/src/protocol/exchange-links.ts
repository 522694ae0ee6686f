/** The links of an exchange: a fixed list of recipients, one key for each list (docs/spec/exchanges.md). */
import type { Bytes } from "./bytes.ts";
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { CASE_SALT_SIZE, checkOrder, freshToJson, headToJson, readFresh } from "./case-links.ts";
import type { Fresh } from "./case-links.ts";
import { toBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { COMMIT_SIZE, MAX_READERS, readTargets, targetToJson } from "./key-links.ts";
import type { Target } from "./key-links.ts";
import { readUserRecipient, userRecipientToJson } from "./opening-links.ts";
import type { UserRecipient } from "./opening-links.ts";
import { preambleToJson, readHead } from "./statements.ts";
import type { HeadRef, Preamble, UnverifiedStatement } from "./statements.ts";
import { COMPARTMENTS, LEVELS } from "./vocabulary.ts";
import type { Compartment } from "./vocabulary.ts";

/** What both links of an exchange say: who takes part, at which head of the case, under which key. */
export interface ExchangeEpoch {
  readonly preamble: Preamble;
  readonly case: string;
  readonly policy: string;
  readonly mainHead: HeadRef;
  readonly fresh: Fresh;
  readonly members: readonly UserRecipient[];
  readonly epoch: number;
  readonly commit: Bytes;
  readonly boxes: readonly Target[];
  readonly capacity?: string | undefined;
  /** The head of the child protection chain, when the exchange is about that compartment. */
  readonly classHead?: HeadRef | undefined;
}

function epochToJson(epoch: ExchangeEpoch, type: ExchangeLink["type"]): JsonObject {
  return present({
    ...preambleToJson(epoch.preamble, type),
    case: epoch.case,
    policy: epoch.policy,
    main_head: headToJson(epoch.mainHead),
    fresh: freshToJson(epoch.fresh),
    members: epoch.members.map(userRecipientToJson),
    epoch: epoch.epoch,
    commit: toBase64url(epoch.commit),
    boxes: epoch.boxes.map(targetToJson),
    capacity: epoch.capacity,
    class_head: epoch.classHead && headToJson(epoch.classHead),
  });
}

/** Take the common fields off a body, its preamble already taken; every member is boxed and nobody else. */
function readEpoch(fields: Fields, preamble: Preamble): ExchangeEpoch {
  const common = {
    preamble,
    case: fields.hash("case"),
    policy: fields.hash("policy"),
    mainHead: readHead(fields.nested("main_head")),
    fresh: readFresh(fields.nested("fresh")),
  };
  const members = fields.objects("members", MAX_READERS).map(readUserRecipient);
  const users = members.map(({ user }) => user);
  checkOrder(users, "exchange.members");
  const key = { epoch: fields.integer("epoch", 1), commit: fields.data("commit", COMMIT_SIZE) };
  const boxes = readTargets(fields, "boxes");
  if (boxes.map(({ user }) => user).join() !== users.join()) {
    throw new ProtocolError("wrong-readers", "boxes of an exchange are not for its members");
  }
  const capacity = fields.optional("capacity", (name) => fields.hash(name));
  const classHead = fields.optional("class_head", (name) => readHead(fields.nested(name)));
  return { ...common, ...key, members, boxes, capacity, classHead };
}

/** The first link; its hash is the id of the exchange. */
export interface ExchangeCreate {
  readonly type: "exchange-create";
  readonly common: ExchangeEpoch;
  readonly salt: Bytes;
  readonly compartment: Compartment;
  readonly level: number;
}

/** A new list of members, under a new key that only they get. */
export interface ExchangeChange {
  readonly type: "exchange-change";
  readonly common: ExchangeEpoch;
  readonly exchange: string;
  readonly seq: number;
  readonly prev: string;
}

export type ExchangeLink = ExchangeCreate | ExchangeChange;

/** The body to sign. */
export function exchangeBody(link: ExchangeLink): JsonObject {
  const common = epochToJson(link.common, link.type);
  if (link.type === "exchange-change") {
    return { ...common, exchange: link.exchange, seq: link.seq, prev: link.prev };
  }
  return { ...common, salt: toBase64url(link.salt), compartment: link.compartment, level: link.level };
}

/** Read a body strictly. */
export function readExchangeCreate(statement: UnverifiedStatement): ExchangeCreate {
  const type = "exchange-create";
  const fields = statement.fieldsAfterPreamble(type);
  const link = {
    type,
    common: readEpoch(fields, statement.preamble),
    salt: fields.data("salt", CASE_SALT_SIZE),
    compartment: fields.choice("compartment", COMPARTMENTS),
    level: fields.integer("level", LEVELS[0], LEVELS[1]),
  } as const;
  fields.done();
  if ((link.common.classHead !== undefined) !== (link.compartment === "child_protection")) {
    throw new ProtocolError("missing-field", "class_head stands in an exchange about child protection only");
  }
  if (link.common.epoch !== 1) throw new ProtocolError("wrong-epoch", "an exchange starts at epoch 1");
  return link;
}

/** Read a body strictly. */
export function readExchangeChange(statement: UnverifiedStatement): ExchangeChange {
  const type = "exchange-change";
  const fields = statement.fieldsAfterPreamble(type);
  const link = {
    type,
    common: readEpoch(fields, statement.preamble),
    exchange: fields.hash("exchange"),
    seq: fields.integer("seq", 1),
    prev: fields.hash("prev"),
  } as const;
  fields.done();
  return link;
}
