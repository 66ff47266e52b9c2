"""The generated reference holds every component, hook, command and public name, and the site can be built."""

from __future__ import annotations

import html
import inspect
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer

import sightkit as package
from mkdocs_hooks import on_page_markdown
from nested_components import write_nested_plugin
from pages import ROOT
from reference import command_line, components, conformance, hooks, python_api
from reference.page import Page, plain, table
from reference.pages import sections
from sightkit import testing
from sightkit.cli import app
from sightkit.component import KINDS
from sightkit.registry.hooks import COLLECTING, RUN


@pytest.fixture(scope="module")
def kinds() -> dict[str, str]:
    """The page of each kind of component."""
    return {kind: page.markdown for kind, page in zip(KINDS, components.pages(), strict=True)}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind)
def test_every_component_is_in_the_reference_with_its_parameters(kind, kinds):
    shipped = [each for each in package.Registry().catalogue.all(kind) if each.origin.startswith("sightkit ")]
    found = re.findall(r"^## `(.+)`$", kinds[kind.kind], re.MULTILINE)
    assert found == sorted(each.component.name for each in shipped)
    for each in shipped:
        section = kinds[kind.kind].partition(f"\n## `{each.component.name}`\n")[2].partition("\n## ")[0]
        assert plain(each.component.summary) in section
        for name, field in each.component.params.model_fields.items():
            (row,) = re.findall(rf"^\| `{name}` \| .+$", section, re.MULTILINE)
            assert plain(field.description) in row


def test_a_parameter_that_holds_another_component_leads_to_its_kind(tmp_path):
    registry = package.Registry(extra=[write_nested_plugin(tmp_path)])
    shown = components.pages(registry, origin=str(tmp_path))
    (augmentations,) = (page.markdown for page in shown if page.title == "Augmentations")
    assert "| `first` | [augmentation table](augmentations.md) |" in augmentations
    assert "| `windows` | \\[Window table, ...\\] |" in augmentations
    assert "A Window table:\n\n| parameter |" in augmentations


def test_every_hook_is_in_the_reference():
    named = re.findall(r"^::: sightkit\.hookspecs\.(\w+)$", hooks.page().markdown, re.MULTILINE)
    assert named == [*COLLECTING, *RUN]


def test_every_check_of_the_conformance_kit_is_in_the_reference():
    page = conformance.page().markdown
    for heading, checks in conformance.checks_by_heading().items():
        section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
        for check in checks:
            assert f"| {plain(check.name)} | {plain(check.demand)}. |" in section


def test_every_command_is_in_the_reference_with_its_options():
    shown, waiting = command_line.page().markdown, [("sightkit", typer.main.get_command(app))]
    while waiting:
        path, command = waiting.pop()
        waiting.extend((f"{path} {name}", inner) for name, inner in getattr(command, "commands", {}).items())
        (section,) = re.findall(rf"^## `{path}`\n(.*?)(?=^## |\Z)", shown, re.MULTILINE | re.DOTALL)
        assert plain(inspect.cleandoc(command.help).split("\n\n")[0]) in section
        for option in command.params:
            described = next((line for line in section.splitlines() if option.opts[0] in line and "|" in line), None)
            assert described or option.metavar in section, (path, option.name)


def test_every_public_name_is_in_the_reference_once():
    directives = [part.removeprefix("::: sightkit.") for page in python_api.pages() for part in page.parts]
    assert sorted(name for name in directives if "." not in name) == sorted(package.__all__)
    assert {"sklearn.ImageClassifier", *(f"testing.{name}" for name in testing.__all__)} <= set(directives)
    assert len(set(directives)) == len(directives)


def test_no_two_pages_of_the_reference_have_the_same_place():
    paths = [page.path for inside in sections().values() for page in inside]
    assert len(set(paths)) == len(paths)


def test_text_is_shown_as_it_is():
    text = "beta ** 2 <b>bold</b> [x](y) a|b _c_ d` \\ & é\nnext"
    made = table(["text"], [[plain(text)]]).splitlines()[2]
    assert re.sub(r"\\(.)", r"\1", html.unescape(made)) == "| beta ** 2 <b>bold</b> [x](y) a|b _c_ d` \\ & é next |"
    assert re.findall(r"(?<!\\)[*`_|<\[]", made) == ["|", "|"]


def test_what_is_between_backticks_is_code():
    assert plain("a_b and `c_d <e>`, *f*") == "a\\_b and `c_d <e>`, \\*f\\*"


def test_a_page_begins_with_its_title():
    assert Page(path="a.md", title="A", parts=["b", "c"]).markdown == "# A\n\nb\n\nc\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("```toml flowers.toml", '```toml title="flowers.toml"'),
        ("```toml wrong base/wrong.toml", '```toml title="base/wrong.toml"'),
        ("    ```toml fragment", "    ```toml"),
        ("```sh", "```sh"),
        ("```", "```"),
    ],
)
def test_the_file_behind_the_language_of_a_fence_becomes_its_title(written, shown):
    assert on_page_markdown(f"Before\n\n{written}\ntext\n```\n") == f"Before\n\n{shown}\ntext\n```\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built without a warning."""
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", folder]
    built = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert built.returncode == 0, built.stderr
    return folder


class Fetched(HTMLParser):
    """Collects what a page has a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {"link": "href"}
        self.addresses += [value for name, value in attrs if value and name == names.get(tag, "src")]


def test_no_page_of_the_site_fetches_anything_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert pages
    for page in pages:
        fetched = Fetched()
        fetched.feed(page.read_text(encoding="utf-8"))
        assert fetched.addresses
        assert [each for each in fetched.addresses if "//" in each] == [], page.name


def test_the_site_holds_no_source_code(site):
    assert [path.name for path in site.rglob("*.py*")] == []


def test_a_fence_of_a_page_is_shown_as_code_under_its_file_s_name(site):
    shown = (site / "experiments" / "stages.html").read_text(encoding="utf-8")
    assert '<span class="filename">staged.toml</span>' in shown
    assert "```" not in shown
