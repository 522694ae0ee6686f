/**
 * JSON of others, read so that nothing is lost: a member given twice is refused (two readers would believe different ones),
 * and a number with a fraction or an exponent is no integer, even where its value is (docs/spec/bindings.md).
 */
import { ProtocolError } from "./errors.ts";

/** The members of an object, by name. */
export type Members = ReadonlyMap<string, ParsedJson>;

/** `NaN` stands for a number that is not spelt as an integer: no claim that we read is one. */
export type ParsedJson = string | number | boolean | null | readonly ParsedJson[] | Members;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;
const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;

/** The value; throws `SyntaxError` on what is not JSON, `ProtocolError(malformed)` on a member given twice. */
export function parseUnique(text: string): ParsedJson {
  // The parser of the language judges the syntax, so that what is below may rely on it.
  JSON.parse(text);
  const tokens = text.match(TOKEN) ?? [];
  let at = 0;

  function value(): ParsedJson {
    const token = tokens[at++] ?? "";
    if (token === "{") return object();
    if (token === "[") return list();
    if (/^-?[0-9]/.test(token)) return INTEGER.test(token) ? Number(token) : NaN;
    return JSON.parse(token) as string | boolean | null;
  }

  function object(): Members {
    const members = new Map<string, ParsedJson>();
    while (tokens[at] !== "}") {
      if (tokens[at] === ",") at++;
      const name = JSON.parse(tokens[at] ?? "") as string;
      at += 2;
      if (members.has(name)) throw new ProtocolError("malformed", "duplicate member of a JSON object");
      members.set(name, value());
    }
    at++;
    return members;
  }

  function list(): ParsedJson[] {
    const items: ParsedJson[] = [];
    while (tokens[at] !== "]") {
      if (tokens[at] === ",") at++;
      items.push(value());
    }
    at++;
    return items;
  }

  return value();
}
