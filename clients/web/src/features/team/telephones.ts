/** Telephones in what somebody wrote, so that they are one press away. Pure. */

export interface Piece {
  readonly text: string;
  /** What is dialled, digits and a plus only; undefined for words. */
  readonly tel?: string;
}

// Numbers of France in ten digits, or international ones, in the groups people write; a longer run of digits is no telephone.
const NUMBER = /(?<![\d+])(?:\+\d{1,3}[ .]?(?:\(0\)[ .]?)?|0)[1-9](?:[ .-]?\d{2}){4}(?!\d)/g;

/** The text in pieces, in its order; together they are the text. */
export function withTelephones(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(NUMBER)) {
    if (found.index > at) pieces.push({ text: text.slice(at, found.index) });
    pieces.push({ text: found[0], tel: found[0].replace("(0)", "").replace(/[^\d+]/g, "") });
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}
