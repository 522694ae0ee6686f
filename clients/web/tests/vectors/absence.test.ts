/** Runs `tests/vectors/absence.json`. */
import absence from "../../../../tests/vectors/absence.json?raw";
import { runEntitled, runRelays } from "./case-runner.ts";
import { runVectors } from "./vectors.ts";

runVectors("absence", absence, {
  entitled: { required: ["world", "links"], run: runEntitled },
  relays: { required: ["world", "links", "at_ms"], run: runRelays },
});
