"""Pictures of screens with a palette of 256 colours: a third of the bytes, and no eye sees the difference."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import BrowserContext

# The most frequent colours, and for each other one the nearest of them; the browser that took the picture counts.
_COUNT = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const pixels = new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer);
  const counts = new Map();
  for (const one of pixels) counts.set(one, (counts.get(one) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 256).map(([one]) => one);
  const parts = (one) => [one & 255, (one >> 8) & 255, (one >> 16) & 255];
  const known = palette.map(parts);
  const places = new Map(palette.map((one, at) => [one, at]));
  for (const one of counts.keys()) {
    if (places.has(one)) continue;
    const [r, g, b] = parts(one);
    let [best, least] = [0, Infinity];
    known.forEach(([x, y, z], at) => {
      const far = (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2;
      if (far < least) [best, least] = [at, far];
    });
    places.set(one, best);
  }
  let text = "";
  for (const one of pixels) text += String.fromCharCode(places.get(one));
  return { width: image.width, height: image.height, palette: known.flat(), places: btoa(text) };
}"""


def small(context: BrowserContext, png: bytes) -> bytes:
    """Return the picture with a palette; `context` lends a blank page."""
    page = context.new_page()
    found = page.evaluate(_COUNT, base64.b64encode(png).decode("ascii"))
    page.close()
    width, height = int(found["width"]), int(found["height"])
    places = base64.b64decode(found["places"])
    # A filter byte before each row: none, which suits a palette.
    rows = b"".join(b"\0" + places[at : at + width] for at in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
