"""Every link of the README and the docs leads somewhere: to a file of the checkout, and to a heading of it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from pages import PAGES, ROOT, name_of

CODE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1[ \t]*$|(`+)[^`].*?\2", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)")
DEFINED = re.compile(r"^\[[^\]]+\]:\s+<?(\S+?)>?\s*$", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def links(text: str) -> list[str]:
    """Return where the links of a page go, leaving out what only shows what a link looks like."""
    prose = CODE.sub("", text)
    return INLINE.findall(prose) + DEFINED.findall(prose)


def anchors(text: str) -> set[str]:
    """Return the names of a page's headings as GitHub makes them."""
    fences = re.compile(r"^(`{3,})[^\n]*\n.*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
    headings = HEADING.findall(fences.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path, root: Path) -> list[str]:
    """Return the links of a page that lead nowhere inside ``root``; those to other sites are not followed."""
    broken = []
    for link in links(page.read_text(encoding="utf-8")):
        if ELSEWHERE.match(link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path if path else page).resolve()
        found = target.exists() and target.is_relative_to(root.resolve())
        if found and anchor and target.suffix == ".md":
            found = anchor in anchors(target.read_text(encoding="utf-8"))
        if not found:
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert broken_links(page, ROOT) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# One thing, and `another`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](other.md) [b](#here) [c](other.md#one-thing-and-another) [d](https://example.org/x)\n"
        "[e](nowhere.md) ![f](nothing.png) [g](#there) [h](other.md#two) [m](..) `[i](code.md)`\n"
        "```\n[j](code.md)\n```\n[k][l]\n\n[l]: lost.md\n"
    )
    assert broken_links(page, tmp_path) == ["nowhere.md", "nothing.png", "#there", "other.md#two", "..", "lost.md"]
