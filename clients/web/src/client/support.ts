/** What this browser must be able to do, asked before anything else: a closed door with a reason, not a half-open one. */

/** What is missing, by names that a browser's maker would know; empty when all is there. */
export async function missingFeatures(): Promise<readonly string[]> {
  const missing: string[] = [];
  // Absent outside HTTPS and loopback: types say that it is always there.
  if (!("subtle" in crypto)) return ["WebCrypto"];
  if (!("indexedDB" in globalThis)) missing.push("IndexedDB");
  if (typeof BigInt === "undefined") missing.push("BigInt");
  if (typeof ReadableStream === "undefined") missing.push("Streams");
  if (!("isWellFormed" in String.prototype)) missing.push("String.isWellFormed");
  if (!("parse" in URL)) missing.push("URL.parse");
  try {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    await crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, new Uint8Array(1));
  } catch {
    missing.push("AES-GCM");
  }
  return missing;
}
