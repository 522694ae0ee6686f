/** Words that every screen uses, and a sentence for each failure. */
import type { common as french } from "../fr/common.ts";
import type { Said } from "../said.ts";

export const common: Said<typeof french> = {
  common: {
    product: "Volet",
    skip: "Skip to content",
    retry: "Try again",
    cancel: "Cancel",
    next: "Continue",
    back: "Back",
    loading: "Loading…",
    language: "Language",
  },
  problem: {
    title: "That did not work",
    unreachable: "The hub does not answer. Check the network, then try again: nothing is lost.",
    altered:
      "A file of this page is not the one that was announced, or did not arrive. Reload the page; if it goes on, tell your organisation.",
    badAnswer: "The answer received is not the hub's. Try again; if it goes on, tell your structure.",
    locked: "This browser did not keep your keys, or they were changed. Connect this device again.",
    contradicted:
      "The hub contradicted itself: what it shows today does not follow what it showed before. Everything is stopped here and both versions are kept. Write nothing more and tell your auditor.",
    unknown: "Something unexpected happened here. Reload the page.",
  },
  refused: {
    unauthenticated: "Log in first.",
    "step-up-required": "First confirm that it is you.",
    "not-found": "Nothing like this here.",
    denied: "The rules do not allow this.",
    "notice-missing": "Tell the person first, then record it.",
    "consent-missing": "The person's consent is needed.",
    "facts-changed": "The case changed meanwhile: read again, then retry.",
    "epoch-stale": "The section's key changed: the page updates itself, then retry.",
    "rotation-owed": "The section's key has to be rotated first.",
    "version-conflict": "Somebody wrote meanwhile: the page updates itself, then retry.",
    "idempotency-mismatch": "This id was already used for something else.",
    replayed: "Seen before or too old: start again.",
    "too-large": "Too large.",
    invalid: "The hub did not understand this request.",
    "bad-signature": "The signature does not verify.",
    "wrong-case": "This belongs to another case.",
    "too-many-requests": "Too many requests: wait a minute.",
    "log-unavailable": "The log could not be written: nothing was released. Try again.",
    overloaded: "The hub is overloaded: try again in a moment.",
    "storage-full": "The hub is out of space: nothing was stored.",
    "provider-unavailable": "The identity provider does not answer: try again.",
    internal: "The hub met an error of its own: retry, then report it.",
  },
};
