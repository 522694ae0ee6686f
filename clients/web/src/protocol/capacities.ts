/** Capacities: in what somebody acts (docs/spec/trust.md). */
import type { JsonObject } from "./canonical.ts";
import type { Fields } from "./fields.ts";

/**
 * Legal bases of professional secrecy: CSP L1110-4; CASF L411-3, L221-6, L133-5, L133-4, L241-10, L345-1, L345-2-10, L121-6-2;
 * law of 27 July 2023 (CCAPEX).
 */
export const SECRET_BASES: ReadonlySet<string> = new Set([
  "L1110-4",
  "L411-3",
  "L221-6",
  "L133-5",
  "L133-4",
  "L241-10",
  "L345-1",
  "L345-2-10",
  "CCAPEX",
  "L121-6-2",
]);

/** The one (profession or role, structure) in which somebody acts; never the union of several. */
export interface Capacity {
  readonly row: string;
  readonly category?: number | undefined;
  readonly profession?: string | undefined;
  readonly role?: string | undefined;
  readonly structure: string;
  readonly secretBasis: readonly string[];
}

/** Read the wire form; a secret basis outside the closed list is refused. */
export function readCapacity(fields: Fields): Capacity {
  const row = fields.code("row", 16);
  const category = fields.optional("category", (name) => fields.integer(name, 1, 2));
  const profession = fields.optional("profession", (name) => fields.code(name));
  const role = fields.optional("role", (name) => fields.code(name));
  const structure = fields.code("structure");
  const secretBasis = fields.codes("secret_basis", SECRET_BASES.size);
  fields.done();
  if (!secretBasis.every((basis) => SECRET_BASES.has(basis))) {
    throw fields.refuse("secret_basis", "is not in the closed list");
  }
  return {
    row,
    ...(category === undefined ? {} : { category }),
    ...(profession === undefined ? {} : { profession }),
    ...(role === undefined ? {} : { role }),
    structure,
    secretBasis,
  };
}

/** The wire form. */
export function capacityToJson(capacity: Capacity): JsonObject {
  const { row, category, profession, role, structure, secretBasis } = capacity;
  return {
    row,
    structure,
    secret_basis: secretBasis,
    ...(category === undefined ? {} : { category }),
    ...(profession === undefined ? {} : { profession }),
    ...(role === undefined ? {} : { role }),
  };
}
