"""The commands of the README and the docs are run, in the order of their page."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from fences import fences_of, follow
from garden import plant, publish_imagenet_weights
from pages import DOCS, PAGES, ROOT, name_of
from ports import free_ports
from warm_shell import WarmShell

EXAMPLES = [path for path in PAGES if path.is_relative_to(DOCS / "examples")]
"""Each is a distribution of its own, followed in an environment of its own: see test_worked_examples."""

FOLLOWED = [page for page in PAGES if any(fence.language == "sh" for fence in fences_of(page)) and page not in EXAMPLES]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("garden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGHTKIT_CACHE_DIR", str(folder / "cache"))
        plant(folder / "garden")
    shutil.copytree(folder / "garden", folder / "as it was")
    publish_imagenet_weights(folder / "keras", "160", "224")
    return folder


@pytest.fixture
def garden(planted: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The garden as it was planted, where it was planted: its runs remember the paths of their images."""
    shutil.rmtree(planted / "garden")
    shutil.copytree(planted / "as it was", planted / "garden")
    monkeypatch.setenv("KERAS_HOME", str(planted / "keras"))
    return planted / "garden"


@pytest.mark.parametrize("page", FOLLOWED, ids=name_of)
def test_the_commands_of_a_page_succeed_in_its_order(page: Path, garden: Path, shell: WarmShell) -> None:
    follow(page, garden, lambda script: shell.run(at_free_ports(script), garden))


def at_free_ports(script: str) -> str:
    """Return a script with ports that are free in the place of those that it names, which others may use."""
    named = sorted(set(re.findall(r"localhost:(\d+)", script)))
    free = dict(zip(named, free_ports(len(named)), strict=True))
    return re.sub(r"localhost:(\d+)", lambda found: f"localhost:{free[found[1]]}", script)


def test_a_step_that_fails_is_told(shell: WarmShell, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```text note.txt\nhello\n```\n```sh run\ngrep -q hello note.txt\nsightkit show x.toml\ntouch a\n```\n"
    )
    with pytest.raises(subprocess.CalledProcessError, match="exit status 2"):
        follow(page, tmp_path, partial(shell.run, folder=tmp_path))
    assert not (tmp_path / "a").exists()


def test_commands_that_only_ci_runs_are_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    marked = re.findall(r"^<!-- \w+ -->\n```sh\n(.+)\n```", readme, re.MULTILINE)
    assert len(marked) == 2
    run = {part for line in marked for part in line.split(" && ")}
    run |= {
        re.sub(r'"\$bin/(\S+)"', r".venv-dev/bin/\1", step) for step in re.findall(r"^step (.+)", script, re.MULTILINE)
    }
    for page in PAGES:
        for fence in fences_of(page):
            if (fence.language, fence.role) == ("sh", "ci"):
                for part in re.split(r" && |\n", fence.text.strip()):
                    assert any(each.startswith(part) for each in run), part
