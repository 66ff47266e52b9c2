"""Every example in the README and the docs does what the page says: experiments, plugins, commands and Python.

What a fence is follows from the words after its language; `fences` explains.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer

import sightkit as package
from command import Command
from environments import PIP_OFFLINE, environment_beside
from fences import FENCE, FORMS, Fence, fences_of, is_tutorial
from pages import DOCS, PAGES, name_of
from sightkit.cli import app
from sightkit.registry.policy import read_layer
from sightkit.registry.sources import GROUP

pytestmark = pytest.mark.warm

SHOWN_FOLDER = "/home/ada/work"
"""What the pages call the folder that they work in."""


FENCES = [fence for page in PAGES for fence in fences_of(page)]
REGISTRIES = [fence for fence in FENCES if fence.role == "registry" or Path(fence.file).name == "registry.toml"]
PROJECTS = [fence for fence in FENCES if Path(fence.file).name == "pyproject.toml"]
EXPERIMENTS = [fence for fence in FENCES if fence.language == "toml" and fence not in REGISTRIES + PROJECTS]


def place_of(fence: Fence) -> str:
    return f"{name_of(fence.page)}:{fence.line}"


def chosen(language: str, *roles: str) -> list[Fence]:
    return [fence for fence in FENCES if fence.language == language and fence.role in roles]


def pages_with(language: str, role: str = "") -> list[Path]:
    return sorted({fence.page for fence in chosen(language, role)})


def save_all(page: Path, folder: Path) -> None:
    for fence in fences_of(page):
        if fence.file:
            fence.save(folder)


def page_registry(page: Path, folder: Path) -> Path:
    """Save everything of a page and return a registry of all its plugins."""
    save_all(page, folder)
    entries = ["api = 1"]
    for fence in chosen("python", "plugin"):
        if fence.page == page:
            path = folder / fence.file
            path = path.parent if path.name == "__init__.py" else path
            entries.append(f"[plugins.page-{path.stem.replace('_', '-')}]\npath = {json.dumps(str(path))}")
    registry = folder / "all-plugins.toml"
    registry.write_text("\n".join(entries), encoding="utf-8")
    return registry


def load(path: Path, registry: Path) -> package.Experiment:
    return package.load(path, registry=package.Registry(extra=[registry]))


def test_a_fence_inside_a_list_or_a_note_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("!!! note\n\n    ```python plugin dim.py\n    if True:\n        pass\n    ```\n\n```sh\nls\n```\n")
    noted, plain = fences_of(page)
    assert (noted.line, noted.language, noted.role, noted.file) == (3, "python", "plugin", "dim.py")
    assert noted.text == "if True:\n    pass\n"
    assert (plain.line, plain.language, plain.text) == (8, "sh", "ls\n")


def test_every_fence_is_found():
    for page in PAGES:
        marks = re.findall(r"^\s*```", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(marks) == 2 * len(list(fences_of(page))), page


def test_every_fence_says_what_it_is():
    assert FENCES
    assert [place_of(fence) for fence in FENCES if fence.role not in FORMS.get(fence.language, ())] == []


@pytest.mark.parametrize("fence", EXPERIMENTS, ids=place_of)
def test_an_experiment_is_accepted_unless_the_page_says_that_it_is_wrong(fence, work, tmp_path):
    registry = page_registry(fence.page, work)
    path = fence.save(work)
    if fence.role == "fragment" and "dataset" not in tomllib.loads(fence.text):
        path.write_text(f'{fence.text}\n[dataset]\nuse = "digits"\n', encoding="utf-8")
    if fence.role == "wrong":
        with pytest.raises(package.ConfigError):
            load(path, registry).check()
    elif fence.role == "fragment":
        _ = load(path, registry).settings  # the files that a part of an experiment names are the reader's
    else:
        load(path, registry).check()


@pytest.mark.parametrize("fence", REGISTRIES, ids=place_of)
def test_a_registry_is_one(fence, tmp_path):
    assert read_layer("project", fence.save(tmp_path)).content.api == 1


@pytest.mark.parametrize("fence", PROJECTS, ids=place_of)
def test_a_distribution_announces_a_plugin_of_the_page(fence):
    points = tomllib.loads(fence.text)["project"]["entry-points"][GROUP]
    saved = {each.file for each in chosen("python", "plugin") if each.page == fence.page}
    assert {f"{module.rpartition('.')[2]}.py" for module in points.values()} <= saved


@pytest.mark.parametrize("page", pages_with("python", "plugin"), ids=name_of)
def test_the_plugins_of_a_page_load_without_a_remark(page, work, sightkit: Command):
    listed = sightkit("plugins", "list", "--json", "--registry", page_registry(page, work))
    records = [each for each in json.loads(listed.out) if each["decided_by"] == "command line"]
    assert len(records) == sum(fence.page == page for fence in chosen("python", "plugin"))
    for record in records:
        assert (record["status"], record["notes"], record["reason"]) == ("loaded", [], ""), record
        assert record["components"] or record["recipes"]


@pytest.mark.parametrize("page", pages_with("console"), ids=name_of)
def test_commands_print_what_the_page_shows(page, work, tmp_path, sightkit: Command):
    installs = any(command.startswith("pip ") for fence in fences_of(page) for command, _ in session_of(fence))
    python = environment_beside(tmp_path / "environment") if installs else ""
    for fence in fences_of(page):
        if fence.file:
            fence.save(work)
        if fence.language == "diff":
            subprocess.run(["git", "apply", "-"], cwd=work, input=fence.text, text=True, check=True)
        for command, expected in session_of(fence):
            program, *words = shlex.split(command)
            assert program in {"sightkit", "pip", "pytest"}
            outcome = sightkit(*words, module=program, python=python, env=PIP_OFFLINE)
            printed = (outcome.err + outcome.out).replace(str(work), SHOWN_FOLDER)
            where = f"{place_of(fence)}: {command} printed\n{printed}"
            assert matches(comparable(printed), comparable(expected)), where
            assert program == "sightkit" or outcome.code == 0, where


def session_of(fence: Fence) -> list[tuple[str, str]]:
    """Return the commands of a fence, each with what it prints; none where it shows no commands."""
    if fence.language != "console":
        return []
    parts = re.split(r"^\$ (.+)\n", fence.text, flags=re.MULTILINE)
    assert not parts[0]
    return list(zip(parts[1::2], parts[2::2], strict=True))


def comparable(text: str) -> list[str]:
    """Return the lines without what may differ: sightkit's version, and a column's width, due to a folder's name."""
    text = re.sub(r"sightkit \d[.\w]*", "sightkit VERSION", text)
    return [re.sub(r"  +", "  ", line.rstrip()) for line in text.strip("\n").split("\n")]


def matches(printed: Sequence[str], expected: Sequence[str]) -> bool:
    pattern = "\n".join(r".*" if line == "..." else re.escape(line) for line in expected)
    return re.fullmatch(pattern, "\n".join(printed), re.DOTALL) is not None


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_that_the_prose_names_exists_with_its_options(page):
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    for span in re.findall(r"`(sightkit [^`]+)`", prose):
        words = shlex.split(re.split(r" [>|] ", span.replace("\n", " "))[0], comments=True)
        assert complaint(words[1:]) is None, f"{name_of(page)}: {span}"


def complaint(words: Sequence[str]) -> str | None:
    """Return what the command line would say against these words, without obeying them; some may still be missing."""
    command = typer.main.get_command(app)
    rest = [word for word in words if word != "--debug"]
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    if hasattr(command, "commands") and not any(word.startswith("-") for word in rest):
        return f"no such command: {' '.join(rest)}" if rest else None
    try:
        command.make_context("sightkit", rest)
    except typer.Exit:
        return None  # --help and --version end here
    except Exception as error:
        return None if type(error).__name__ == "MissingParameter" else f"{type(error).__name__}: {error}"
    return None


@pytest.mark.parametrize("page", pages_with("python"), ids=name_of)
def test_the_python_of_a_page_runs(page, work, home):
    if is_tutorial(page):
        return  # followed as a whole, in test_commands
    save_all(page, work)
    script = "\n".join(fence.text for fence in chosen("python", "") if fence.page == page)
    assert run_python("-c", script, folder=work)


@pytest.mark.parametrize("page", pages_with("python", "test"), ids=name_of)
def test_the_tests_of_a_page_pass(page, work, home, monkeypatch):
    save_all(page, work)
    # As with sightkit installed from this checkout, whichever one the environment knows.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    files = [fence.file for fence in chosen("python", "test") if fence.page == page]
    assert run_python(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "sightkit.testing.pytest_plugin", *files, folder=work
    )


def run_python(*words: str, folder: Path) -> bool:
    path = filter(None, [str(folder), os.environ.get("PYTHONPATH")])
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    print(done.stdout, done.stderr)
    return done.returncode == 0


def test_the_plugins_of_the_guide_work_together_in_a_run(work, sightkit: Command):
    save_all(DOCS / "writing-a-plugin.md", work)
    done = sightkit("run", "everything.toml", "--trust-project", "--json")
    assert done.code == 0, done.err
    result = json.loads(done.out)
    run = Path(result["run"])
    assert set(result["scores"]["test"]) == {"accuracy", "worst-recall"}
    assert len((run / "diary.txt").read_text(encoding="utf-8").splitlines()) == 3
    assert (run / "reports" / "mistakes-test.csv").is_file()
    described = (DOCS / "experiments" / "runs.md").read_text(encoding="utf-8")
    for name in (*(path.name for path in run.iterdir()), *json.loads((run / "manifest.json").read_text())):
        assert f"`{name}" in described or name == "diary.txt", name


def test_the_table_of_images_of_the_guide_is_read(work):
    import numpy as np
    from PIL import Image

    from sightkit.images import prepare

    registry = page_registry(DOCS / "writing-a-plugin.md", work)
    rows = [(f"{index}.png", "dark" if index < 10 else "bright", f"patient {index // 2}") for index in range(20)]
    for index, (file, _, _) in enumerate(rows):
        Image.fromarray(np.full((6, 6), index * 10, dtype=np.uint8)).save(work / file)
    with (work / "table.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "label", "group"), *rows])
    (work / "scans.toml").write_text('[dataset]\nuse = "listed"\ntable = "table.csv"\n[images]\nsize = [6, 6]\n')
    settings = load(work / "scans.toml", registry).settings
    source = settings.dataset.component.build(settings.dataset.params, package.DatasetTask())
    data = prepare(source, images=settings.images, split=settings.split, seed=0)
    assert data.classes == ("bright", "dark")
    assert data.images[np.array([0])].max() == 0
    assert len(data.images) == 20
