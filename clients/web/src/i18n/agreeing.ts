/** Words that agree with the number beside them, by the language's own rule: nought is singular in French and plural in English. */
export type Agree = (count: number | string, one: string, more: string) => string;

/** A count comes as a number, or as it is said: digits, in groups that spaces or commas part. */
export function agreeing(language: string): Agree {
  const rules = new Intl.PluralRules(language);
  return (count, one, more) => (rules.select(Number(String(count).replace(/[\s,]/gu, ""))) === "one" ? one : more);
}
