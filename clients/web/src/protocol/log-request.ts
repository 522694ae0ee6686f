/**
 * The signed request to look at the access log; looking is itself logged (docs/spec/releases.md).
 *
 * A person or their representative asks for one case with purpose `own_access`; anybody for what was released to their own
 * devices, over all cases, with `own_releases`; who watches over the log, with `audit`, for any case in their scope. Who looks up one case, by the reference printed on a paper, knows whose it is; who asks which person
 * stands behind an account of that case lifts a pseudonym. Either takes a reason, kept there.
 */
import type { Bytes } from "./bytes.ts";
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { toBase64url } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { readCheckpointRef, REQUEST_ID_SIZE } from "./release.ts";
import type { CheckpointRef } from "./release.ts";
import { preambleToJson, readPreamble } from "./statements.ts";
import type { Preamble, UnverifiedStatement } from "./statements.ts";

const TYPE = "log-request";
export const LOG_PURPOSES = ["audit", "own_access", "own_releases"] as const;
export const LOG_REASONS = ["complaint", "inspection", "incident", "rights_request", "sampling", "court_order"] as const;
export type LogReason = (typeof LOG_REASONS)[number];

/**
 * Body of a `log-request`: leaves `from` to `to`, the end excluded; of one case, or of all for who watches and of what was
 * released to oneself. `user`: whose pseudonym is lifted, in that case.
 */
export interface LogRequest {
  readonly preamble: Preamble;
  readonly requestId: Bytes;
  readonly purpose: (typeof LOG_PURPOSES)[number];
  readonly checkpoint: CheckpointRef;
  readonly capacity?: string | undefined;
  readonly case?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly reason?: LogReason | undefined;
  readonly user?: string | undefined;
}

function checkRequest(request: LogRequest): void {
  if (request.requestId.length !== REQUEST_ID_SIZE) throw new ProtocolError("malformed", "log-request: request_id");
  if (request.purpose === "own_access" && request.case === undefined) {
    throw new ProtocolError("missing-field", "log-request: own access names a case");
  }
  if (request.purpose === "own_releases" && request.case !== undefined) {
    throw new ProtocolError("malformed", "log-request: own releases name no case");
  }
  if (request.user !== undefined && (request.purpose !== "audit" || request.case === undefined)) {
    throw new ProtocolError("missing-field", "log-request: user, in a case of an audit");
  }
  const audited = request.purpose === "audit" && request.case !== undefined;
  if ((request.reason !== undefined) !== audited) {
    throw new ProtocolError("missing-field", "log-request: reason, of an audit of one case");
  }
  if (request.from !== undefined && request.to !== undefined && request.to < request.from) {
    throw new ProtocolError("malformed", "log-request: range");
  }
}

/** The body to sign; throws `ProtocolError` on a request that a reader refuses. */
export function logRequestBody(request: LogRequest): JsonObject {
  checkRequest(request);
  return present({
    ...preambleToJson(request.preamble, TYPE),
    request_id: toBase64url(request.requestId),
    purpose: request.purpose,
    checkpoint: { ...request.checkpoint },
    scope: present({ case: request.case, user: request.user }),
    capacity: request.capacity,
    from: request.from,
    to: request.to,
    reason: request.reason,
  });
}

/** Read the statement strictly; signature, device and replay are judged apart. */
export function readLogRequest(statement: UnverifiedStatement): LogRequest {
  const fields = statement.fields();
  const preamble = readPreamble(fields, TYPE);
  const scope = fields.nested("scope");
  const case_ = scope.optional("case", (name) => scope.hash(name));
  const user = scope.optional("user", (name) => scope.hash(name));
  scope.done();
  const request = {
    preamble,
    requestId: fields.data("request_id", REQUEST_ID_SIZE),
    purpose: fields.choice("purpose", LOG_PURPOSES),
    checkpoint: readCheckpointRef(fields.nested("checkpoint")),
    capacity: fields.optional("capacity", (name) => fields.hash(name)),
    case: case_,
    user,
    from: fields.optional("from", (name) => fields.integer(name)),
    to: fields.optional("to", (name) => fields.integer(name)),
    reason: fields.optional("reason", (name) => fields.choice(name, LOG_REASONS)),
  };
  checkRequest(request);
  fields.done();
  return request;
}
