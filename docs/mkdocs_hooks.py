"""What MkDocs calls while it builds the site: it adds the reference, and reads fences as the tests of the docs do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files

from reference.page import Page
from reference.pages import sections

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

OPENING = re.compile(r"^( *`{3,}\w+) ([^\n`]+)$", re.MULTILINE)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the reference into the navigation, where mkdocs.yml has an empty section for them."""
    config.extra["reference"] = sections()
    nav: list[dict[str, Any]] = config.nav or []
    for section in nav:
        if section.get("Reference") == []:
            section["Reference"] = entries(config.extra["reference"])
    return config


def entries(pages: dict[str, list[Page]]) -> list[Any]:
    """Return the reference as MkDocs writes a navigation."""
    made: list[Any] = []
    for name, inside in pages.items():
        listed = [{page.title: page.path} for page in inside]
        made.extend([{name: listed}] if name else listed)
    return made


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the reference."""
    for inside in config.extra["reference"].values():
        for page in inside:
            files.append(File.generated(config, page.path, content=page.markdown))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Make the name of a file behind a fence's language its title: ``toml flowers.toml``.

    What the tests go by, such as ``fragment``, is left out.
    """
    return OPENING.sub(titled, markdown)


def titled(opening: re.Match[str]) -> str:
    """Return the first line of a fence as Markdown knows it."""
    file = opening[2].split()[-1]
    return f'{opening[1]} title="{file}"' if "." in file else opening[1]
