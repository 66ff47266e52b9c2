"""``sightkit report`` as a person or a script uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import Command
from sightkit.cli.summary import report_rows

pytestmark = pytest.mark.warm


SMALL = """
[dataset]
use = "digits"
[architecture]
filters = [4]
[training]
epochs = 1
batch_size = 256
[[reports]]
use = "confusion-matrix"
"""


def test_the_reports_of_a_run_are_made_again(sightkit: Command, work: Path) -> None:
    (work / "small.toml").write_text(SMALL)
    run = Path(json.loads(sightkit("run", "small.toml", "--json").out)["run"])
    before = {file.name: file.read_bytes() for file in (run / "reports").iterdir()}
    for file in (run / "reports").iterdir():
        file.unlink()

    by_name = sightkit("report", "small")
    assert by_name.code == 0, by_name.err
    assert by_name.out.split() == [f"runs/small/{run.name}/reports/{name}" for name in sorted(before)]
    pictures = {name: content for name, content in before.items() if name.endswith(".png")}
    assert {name: (run / "reports" / name).read_bytes() for name in pictures} == pictures

    by_folder = sightkit("report", run, "--json")
    assert json.loads(by_folder.out) == {
        "run": str(run),
        "files": [str(run / "reports" / name) for name in sorted(before)],
    }
    assert not by_folder.err

    misspelt = sightkit("report", "smal")
    assert misspelt.code == 2
    assert 'did you mean "small"?' in misspelt.err
    nowhere = sightkit("report", "runs/nowhere")
    assert nowhere.code == 5
    assert "no run here" in nowhere.err


def test_a_file_that_is_neither_a_page_nor_a_picture_is_called_a_file(work):
    rows = [report_rows([work / name]) for name in ("report.html", "confusion.png", "uncertain-test.json")]
    assert [word for ((word, _),) in rows] == ["report", "picture", "file"]
