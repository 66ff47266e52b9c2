"""``sightkit evaluate`` as a person or a script uses it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sightkit as package
from command import Command

pytestmark = pytest.mark.warm


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the digits, trained a little."""
    experiment = package.load("digits").override({"training.epochs": 1, "reports": [], "metrics": [{"use": "f1"}]})
    return experiment.run(runs_dir=tmp_path_factory.mktemp("runs")).path


@pytest.fixture
def run(trained: Path, work: Path) -> Path:
    """The same where the command line looks for runs."""
    return Path(shutil.copytree(trained, work / "runs" / "digits" / trained.name))


def write_noise(folder: Path, counts: dict[str, int]) -> None:
    generator = np.random.default_rng(0)
    for name, count in counts.items():
        (folder / name).mkdir(parents=True)
        for index in range(count):
            Image.fromarray(generator.integers(0, 256, (9, 8), dtype=np.uint8)).save(folder / name / f"{index}.png")


def test_scores_are_printed_as_at_the_end_of_the_run(sightkit: Command, run: Path) -> None:
    (run / "model" / "model.keras").unlink()
    done = sightkit("evaluate", "digits")
    assert done.code == 0, done.err
    assert done.err == ""
    score = json.loads((run / "scores.json").read_text())["test"]["accuracy"]
    lines = done.out.splitlines()
    assert lines[0].split() == ["metric", "test", "95", "%", "interval"]
    assert lines[2].split() == ["accuracy", *f"{score['value']:.4f} {score['low']:.4f} to {score['high']:.4f}".split()]
    assert lines[-1] == f"file     runs/digits/{run.name}/scores.json"


def test_a_script_gets_the_scores_of_a_split_in_other_metrics(sightkit: Command, run: Path) -> None:
    done = sightkit("evaluate", run, "--split", "validation", "-s", 'metrics=[{use="recall"}]', "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["run"], told["name"], told["files"], told["notes"]) == (str(run), "validation", [], [])
    assert list(told["scores"]["validation"]) == ["recall", "accuracy"]
    assert told["images"] == 144


def test_other_images_are_judged_and_kept(sightkit: Command, run: Path, work: Path) -> None:
    write_noise(work / "noise", {"0": 3, "1": 2, "zebra": 1})
    refused = sightkit("evaluate", run, "--data", "noise")
    assert refused.code == 3
    assert "found other ones: 'zebra' (1); rename them, or leave their images out with --skip-unknown" in refused.err

    done = sightkit("evaluate", run, "--data", "noise", "--skip-unknown")
    assert done.code == 0, done.err
    assert done.out.startswith("metric    noise ")
    assert "warning: images of classes that the run doesn't know were left out: 'zebra' (1)\n" in done.err
    assert "warning: no images of 8 of the 10 classes: '2', '3', " in done.err
    folder = run / "evaluations" / "noise"
    assert {file.name for file in folder.iterdir()} == {"evaluation.json", "predictions.npz", "scores.json"}
    about = json.loads((folder / "evaluation.json").read_text())
    assert (about["name"], about["images"], about["data"]) == ("noise", 5, str(work / "noise"))


def test_reports_are_written_of_other_images_too(sightkit: Command, run: Path, work: Path) -> None:
    write_noise(work / "noise", {"0": 3, "1": 2})
    reports = 'reports=[{use="confusion-matrix"}, {use="html"}]'
    done = sightkit("evaluate", run, "--data", "noise", "--reports", "-s", reports)
    assert done.code == 0, done.err
    folder = run / "evaluations" / "noise" / "reports"
    assert done.out.endswith(f"report   runs/digits/{run.name}/evaluations/noise/reports/report.html\n")
    page = (folder / "report.html").read_text()
    assert "of 5 images in noise were classified right" in page
    assert page.count("data:image/webp") > 5
    assert 'alt="where the model looked"' in page
    table = (folder / "confusion-matrix-noise.csv").read_text(encoding="utf-8-sig").splitlines()
    assert sum(int(cell) for row in table[1:] for cell in row.split(",")[1:]) == 5
    assert not list((run / "reports").iterdir())


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["digit"], 2, 'digit: runs has no runs of such an experiment; did you mean "digits"?'),
        (["./nowhere"], 5, "nowhere: no run here"),
        (["digits", "--split", "tst"], 2, "no split 'tst' here; did you mean \"test\"?"),
        (["digits", "-s", "seed=3"], 2, "this run is trained; only its metrics can be others"),
        (["digits", "-s", "metrics"], 2, "expected KEY=VALUE"),
        (["digits", "-s", "metrics.0.use=recal"], 2, 'did you mean "recall"?'),
        (["digits", "--data", "nothing"], 3, "found nothing there"),
        (["digits", "--data", "a\x1b]0;\x07b"], 3, r"a\x1b]0;\x07b: expected a folder"),
        (["digits", "--skip-bad"], 2, "are for other data than the run's own: --data OTHER"),
        (["digits", "--reports"], 2, "this run's experiment names no reports; add -s 'reports=[{use = \"html\"}]'"),
        (["digits", "--reports", "-s", 'reports=[{use="html"}]'], 2, "sightkit report makes the run's own"),
        (["digits", "-s", 'reports=[{use="html"}]'], 2, "only its metrics can be others"),
    ],
)
def test_a_mistake_is_told_in_a_line(sightkit: Command, run: Path, words: list[str], code: int, message: str) -> None:
    done = sightkit("evaluate", *words)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err
