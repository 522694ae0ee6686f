/** Sizes of files in words: « 1,4 Mo ». */
import type { Language } from "./messages.ts";

const UNITS = { fr: ["octets", "ko", "Mo", "Go"], en: ["bytes", "kB", "MB", "GB"] } as const satisfies Record<
  Language,
  readonly string[]
>;
const STEP = 1000;

export function sizeInWords(bytes: number, language: Language): string {
  const at = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const digits = new Intl.NumberFormat(language, { maximumFractionDigits: at === 0 ? 0 : 1 });
  return `${digits.format(bytes / STEP ** at)} ${UNITS[language][at] ?? ""}`;
}
