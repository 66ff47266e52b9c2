"""Makes the pictures of docs/first-hour.md: follows that page in an empty folder, and takes what comes of it.

cd docs && python -m pictures.first_hour

It trains for about a minute, and needs Chromium for the pictures of report.html.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import sync_playwright

from fences import follow

PICTURES = Path(__file__).parent
WRITTEN: Mapping[str, str] = {
    "samples.png": "shapes-data/samples.png",
    "comparison.png": "comparison/curves.png",
}
"""Pictures that commands of the page write."""
SECTIONS: Mapping[str, int] = {"scores": 600, "training": 600, "confusion": 800, "mistakes": 850}
"""Sections of the report of the run ``shapes``, and how many pixels of their height are shown at most."""
THEIRS = "flowers"  # the folder of such photos
WIDTH, SCALE = 800, 1.5  # CSS pixels of the window; pixels of the picture in one of them
MARGIN = 24  # pixels around a section
GROUND = "#fdfdfc"  # the report's
COLOURS = 256  # of a PNG, to keep it small


def main() -> None:
    """Write all pictures beside this file."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        follow(PICTURES.parent / "first-hour.md", work, partial(type_in, work))
        for picture, source in WRITTEN.items():
            with Image.open(work / source) as image:
                save(image, PICTURES / picture)
        (report,) = (work / "runs" / "shapes").glob("*/reports/report.html")
        photograph(report, work)


def type_in(folder: Path, commands: str) -> None:
    """Run commands of the page, but for those about photos that its reader has and this program has not."""
    if THEIRS in commands:
        return
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    words = ["bash", "-euo", "pipefail", "-c", commands]
    subprocess.run(words, cwd=folder, env={**os.environ, "PATH": programs}, stdin=subprocess.DEVNULL, check=True)


def photograph(report: Path, work: Path) -> None:
    """Take a picture of some sections of a report."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program)
        page = browser.new_page(viewport={"width": WIDTH, "height": WIDTH}, device_scale_factor=SCALE)
        page.goto(report.as_uri())
        for section, height in SECTIONS.items():
            shot = work / f"{section}.png"
            page.locator(f"#{section}").screenshot(path=shot)
            with Image.open(shot) as image:
                top = image.convert("RGB").crop((0, 0, image.width, min(image.height, height)))
            save(ImageOps.expand(top, MARGIN, fill=GROUND), PICTURES / f"report-{section}.png")
        browser.close()


def save(picture: Image.Image, path: Path) -> None:
    """Write a picture in few colours."""
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
