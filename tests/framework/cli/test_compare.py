"""``sightkit compare`` as a person or a script uses it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sightkit as package
from command import Command

pytestmark = pytest.mark.warm


CHANGES = {"plain": {}, "narrow": {"architecture.filters": [8, 16]}}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of two experiments, trained a little."""
    folder = tmp_path_factory.mktemp("runs")
    for name, changes in CHANGES.items():
        values = {"name": name, "training.epochs": 1, "reports": [], "metrics": [{"use": "f1"}], **changes}
        package.load("digits").override(values).run(runs_dir=folder)
    return folder


@pytest.fixture
def runs(trained: Path, work: Path) -> Path:
    """The same where the command line looks for runs."""
    return Path(shutil.copytree(trained, work / "runs"))


def test_a_person_reads_scores_differences_and_settings(sightkit: Command, runs: Path, work: Path) -> None:
    done = sightkit("compare", "plain", "narrow")
    assert done.code == 0, done.err
    assert done.err == "warning: few images: the intervals of f1 rest on fewer than 40 and can't be trusted\n"
    scores, differences, settings, files = done.out.split("\n\n")[1:]
    assert [line.split()[0] for line in scores.splitlines()] == ["metric", "f1", "narrow", "accuracy", "narrow"]
    assert differences.splitlines()[0].split() == ["metric", "difference", "value", "95", "%", "interval", "p", "test"]
    assert [line.split()[:4] for line in differences.splitlines()[1:]] == [
        [metric, "narrow", "-", "plain"] for metric in ("f1", "accuracy")
    ]
    assert "architecture.filters  [32, 64, 128]  [8, 16]" in settings
    assert files.split() == [
        *("picture", "comparison/scores.png", "picture", "comparison/curves.png", "table", "comparison/comparison.csv")
    ]
    assert len(list((work / "comparison").iterdir())) == 3


def test_stored_predictions_need_no_tensorflow(runs: Path, home: Path) -> None:
    program = (
        "import sys; from sightkit.cli import start; "
        "code = start(['evaluate', 'plain']) or start(['compare', 'plain', 'narrow']); "
        "sys.exit(code or [name for name in ('tensorflow', 'keras') if name in sys.modules] or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=runs.parent, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_script_gets_everything(sightkit: Command, runs: Path, work: Path) -> None:
    done = sightkit("compare", "plain", "narrow", "--json", "--output", "there", "--split", "validation")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["split"], told["images"]) == ("validation", 144)
    assert [run["name"] for run in told["runs"]] == ["plain", "narrow"]
    assert told["runs"][0]["scores"].keys() == {"f1", "accuracy"}
    assert [each["test"] for each in told["differences"]] == ["bootstrap", "mcnemar"]
    assert told["settings"] == {"architecture.filters": [[32, 64, 128], [8, 16]]}
    assert [Path(file).name for file in told["files"]] == ["scores.png", "curves.png", "comparison.csv"]
    assert all(Path(file).parent == work / "there" for file in told["files"])


def test_a_spreadsheet_gets_a_table(sightkit: Command, runs: Path, work: Path) -> None:
    done = sightkit("compare", "plain", "narrow", "--csv")
    assert done.code == 0, done.err
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert len(rows) == 6
    assert done.out == (work / "comparison" / "comparison.csv").read_text()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["plain"], 2, "expected at least two runs to compare, found 1"),
        (["plain", "plain"], 2, "expected every run once, found this one twice"),
        (["plain", "narow"], 2, 'did you mean "narrow"?'),
        (["plain", "narrow", "--split", "other"], 2, "no split 'other' here; it has: test, train, validation"),
        (["plain", "narrow", "--json", "--csv"], 2, "expected --json or --csv, found both"),
        (["plain", "narrow", "--output", "file/below"], 5, "choose another place with --output"),
        (["plain", "narrow", "-s", "training.epochs=3"], 2, "only its metrics can be others"),
    ],
)
def test_a_mistake_is_told_in_a_line(
    sightkit: Command, runs: Path, work: Path, words: list[str], code: int, message: str
) -> None:
    (work / "file").write_text("")
    done = sightkit("compare", *words)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert "Traceback" not in done.err
