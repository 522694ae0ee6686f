/** Handing a file to who sits here: it is made in the page and never leaves it by the network. */
export function save(name: string, type: string, content: string | Uint8Array<ArrayBuffer>): void {
  const whole = typeof content === "string" ? `${type};charset=utf-8` : type;
  const address = URL.createObjectURL(new Blob([content], { type: whole }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read by then.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 1_000);
}
