/** Runs `tests/vectors/request_answers.json`. */
import requestAnswers from "../../../../tests/vectors/request_answers.json?raw";
import { runEntitled } from "./case-runner.ts";
import { runVectors } from "./vectors.ts";

runVectors("request_answers", requestAnswers, {
  entitled: { required: ["world", "links"], optional: ["users"], run: runEntitled },
});
