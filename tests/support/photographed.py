"""What a camera reads of a QR code that a page shows: the picture itself is looked at, never what drew it."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Locator

READER = Path(__file__).parents[2] / "clients" / "web" / "node_modules" / "jsqr" / "dist" / "jsQR.js"
_READ = """async (picture) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
  return jsQR(data, width, height)?.data ?? "";
}"""


def photographed(code: Locator) -> str:
    """Return the text of the code that stands there, empty where a camera finds none."""
    code.locator("rect").first.wait_for(state="attached")
    picture = base64.b64encode(code.screenshot()).decode()
    # On a page of its own: the one that shows the code takes no script of anybody.
    page = code.page.context.new_page()
    try:
        page.add_script_tag(path=READER)
        return str(page.evaluate(_READ, picture))
    finally:
        page.close()
