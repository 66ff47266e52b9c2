"""The pages of the documentation: the README and every page of docs, those of its folders too."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    """Return what tests call a page: its path, seen from the checkout."""
    return page.relative_to(ROOT).as_posix()
