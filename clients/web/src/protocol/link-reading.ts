/** Any link of a case chain from its statement, and what each kind names (docs/spec/case-chains.md). */
import { readFactLink } from "./case-links.ts";
import type { FactLink, SectionAt } from "./case-links.ts";
import { ProtocolError } from "./errors.ts";
import { sha256Hex } from "./hashing.ts";
import { claimTarget, readClaim, readGrant, readRevoke, readRotate, rotateTargets } from "./key-links.ts";
import type { ClaimLink, GrantLink, RevokeLink, RotateLink, Target } from "./key-links.ts";
import { readOpening, readOpeningClose } from "./opening-links.ts";
import type { OpeningCloseLink, OpeningLink } from "./opening-links.ts";
import type { StatementType, UnverifiedStatement } from "./statements.ts";

/** A link after the first of a case chain, told apart by `type`. */
export type Link = FactLink | ClaimLink | GrantLink | RevokeLink | RotateLink | OpeningLink | OpeningCloseLink;

type ReadLink = (statement: UnverifiedStatement) => Link;
const READERS: ReadonlyMap<StatementType, ReadLink> = new Map<StatementType, ReadLink>([
  ["fact", readFactLink],
  ["claim", readClaim],
  ["grant", readGrant],
  ["revoke", readRevoke],
  ["rotate", readRotate],
  ["opening", readOpening],
  ["opening-close", readOpeningClose],
]);

/** Read a link after the first of a case chain; throws wrong-type for a statement of another kind. */
export function readLink(statement: UnverifiedStatement): Link {
  const read = READERS.get(statement.type);
  if (read === undefined) throw new ProtocolError("wrong-type", `${statement.type} in a case chain`);
  return read(statement);
}

/** Everybody a link names a box for. */
export function targetsOf(link: Link): readonly Target[] {
  switch (link.type) {
    case "claim":
      return [claimTarget(link)];
    case "grant":
      return [link.target];
    case "rotate":
      return rotateTargets(link);
    case "opening":
      return link.boxes;
    case "fact":
    case "revoke":
    case "opening-close":
      return [];
  }
}

/** Refuse boxes beside a link that are not exactly those it names by hash, one for each user: bad-box. */
export function checkBoxes(named: readonly Target[], boxes: ReadonlyMap<string, Uint8Array>): void {
  const given = (target: Target): boolean => {
    const box = boxes.get(target.user);
    return box !== undefined && sha256Hex(box) === target.box;
  };
  if (named.length !== boxes.size || !named.every(given)) throw new ProtocolError("bad-box", "boxes beside a link");
}

/** The position of each entry list that a link names. */
export function listPositions(link: Link): readonly SectionAt[] {
  switch (link.type) {
    case "claim":
    case "rotate":
    case "revoke":
      return link.sections;
    case "fact":
      return link.lists;
    case "grant":
    case "opening":
    case "opening-close":
      return [];
  }
}
