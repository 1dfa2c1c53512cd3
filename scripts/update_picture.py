"""Makes docs/assets/report.webp, the picture of the HTML report in the README, with Chromium.

The report is a real one, of a sample that is copied to a folder with a name of its own. No test
compares pixels: fonts differ between machines. ``python -m scripts.update_picture`` makes it anew.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "assets" / "report.webp"
MAX_BYTES = 60_000
AS_OF = "2026-11-22"
_SAMPLE = ROOT / "sample_data" / "FT803-no-break-even" / "passes"
_NAME = "customer-messages"
_WIDTH, _HEIGHT = 1000, 1600
_QUALITIES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
    *("--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND"),
    *("--virtual-time-budget=5000", f"--window-size={_WIDTH},{_HEIGHT}"),
)
# Chromium writes PNG only; its canvas writes WebP, a quarter of the size.
_CONVERTER = """<!doctype html><img src="data:image/png;base64,{png}"><pre></pre><script>
onload = () => {{
  const image = document.querySelector("img"), canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext("2d").drawImage(image, 0, 0);
  document.querySelector("pre").textContent = canvas.toDataURL("image/webp", {quality});
}}</script>"""


def report(folder: Path) -> Path:
    """The report of the sample, written into the folder."""
    shutil.copytree(_SAMPLE, folder / _NAME)
    command = (sys.executable, "-m", "ftgate", "check", "--as-of", AS_OF, _NAME)
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    subprocess.run(
        (*command, "-o", "html=report.html", "-q"),
        cwd=folder,
        check=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    return folder / "report.html"


def picture(browser: str, folder: Path, quality: float) -> bytes:
    """What the browser shows of the report, as WebP."""
    png, page = folder / "report.png", folder / "picture.html"
    shared = (browser, *_FLAGS, f"--user-data-dir={folder / 'profile'}")
    if not png.exists():
        address = (folder / "report.html").as_uri()
        subprocess.run((*shared, f"--screenshot={png}", address), check=True, capture_output=True)
    encoded = base64.b64encode(png.read_bytes()).decode()
    page.write_text(_CONVERTER.format(png=encoded, quality=quality), encoding="utf-8")
    done = subprocess.run((*shared, "--dump-dom", page.as_uri()), check=True, capture_output=True)
    found = re.search(rb"data:image/webp;base64,([A-Za-z0-9+/=]+)", done.stdout)
    if found is None:
        raise SystemExit("this browser writes no WebP")
    return base64.b64decode(found[1])


def main() -> None:
    """Make the picture with the best quality that is small enough."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if browser is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report(folder)
        for quality in _QUALITIES:
            made = picture(browser, folder, quality)
            if len(made) <= MAX_BYTES:
                PICTURE.write_bytes(made)
                print(f"{PICTURE.relative_to(ROOT)}: {len(made):,} bytes, quality {quality}")
                return
    raise SystemExit(f"no quality makes it smaller than {MAX_BYTES:,} bytes")


if __name__ == "__main__":
    main()
