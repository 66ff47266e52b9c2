"""``sightkit run`` as a person or a script uses it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from command import Command, heed_ctrl_c
from warm_shell import WarmShell

pytestmark = pytest.mark.warm

SMALL = """
[dataset]
use = "digits"
[architecture]
filters = [8]
[training]
epochs = 2
batch_size = 128
"""
CHATTY = """
from sightkit import Metric, Params, Score, hookimpl


def build(params, task):
    def half(labels, probabilities):
        print("look at me")
        return Score(value=0.5)
    return half

@hookimpl
def sightkit_metrics():
    return [Metric(name="chatty", summary="A half.", params=Params, build=build)]
"""
ESCAPE = "\x1b"


def write_images(folder: Path, count: int) -> None:
    """Write noisy pictures of one class."""
    folder.mkdir(parents=True)
    generator = np.random.default_rng(list(folder.name.encode()))  # no two classes have the same pictures
    for index in range(count):
        Image.fromarray(generator.integers(0, 256, (12, 10, 3), dtype=np.uint8)).save(folder / f"{index}.png")


def test_the_digits_recipe_reaches_its_score(sightkit: Command, work: Path) -> None:
    done = sightkit("run", "digits", "--json")
    assert done.code == 0, done.err
    result = json.loads(done.out)
    assert result["state"] == "finished"
    assert result["scores"]["test"]["accuracy"]["value"] >= 0.97
    assert Path(result["run"]).is_relative_to(work / "runs" / "digits")


def test_a_run_ends_with_scores_confusion_matrix_and_paths_in_plain_text(cold_sightkit: Command, work: Path) -> None:
    (work / "small.toml").write_text(SMALL)
    outcome = cold_sightkit("run", "small.toml", "--runs-dir", "elsewhere")

    assert outcome.code == 0, outcome.err
    assert ESCAPE not in outcome.out + outcome.err
    assert re.search(r"^metric +test +95 % interval$", outcome.out, re.MULTILINE)
    assert re.search(r"^accuracy +0\.\d{4} +0\.\d{4} to 0\.\d{4}$", outcome.out, re.MULTILINE)
    assert re.search(r"^f1 +0\.\d{4} +0\.\d{4} to [01]\.\d{4}, few images$", outcome.out, re.MULTILINE)
    assert "\nfew images: too few, altogether or of the smallest class" in outcome.out
    assert "rows are actual classes" in outcome.out
    (picture,) = re.findall(r"^picture +(elsewhere/small/.*-test\.png)$", outcome.out, re.MULTILINE)
    with Image.open(work / picture) as image:
        assert min(image.size) > 200
    assert not outcome.err, "nothing of TensorFlow's greetings reaches a person"


def test_two_processes_make_the_same_run(sightkit: Command, cold_sightkit: Command, work: Path) -> None:
    (work / "small.toml").write_text(SMALL)
    first, second = (json.loads(each("run", "small.toml", "--json").out) for each in (sightkit, cold_sightkit))
    assert first["scores"] == second["scores"]
    manifests = [json.loads((Path(each["run"]) / "manifest.json").read_text()) for each in (first, second)]
    assert manifests[0]["model"] == manifests[1]["model"]


def test_a_terminal_shows_progress_and_no_color_is_respected(shell: WarmShell, home: Path, work: Path) -> None:
    import pty

    (work / "small.toml").write_text(SMALL)
    shown = {}
    for name, extra in {"colour": {}, "plain": {"NO_COLOR": "1"}}.items():
        master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", **extra}
        with subprocess.Popen(
            [shell.program, "run", "small.toml"], cwd=work, env=environment, stdin=slave, stdout=slave, stderr=slave,
        ) as process:  # fmt: skip
            os.close(slave)
            chunks = []
            while True:
                try:
                    chunk = os.read(master, 65536)
                except OSError:
                    break
                if not chunk:
                    break
                chunks.append(chunk)
            assert process.wait() == 0
        os.close(master)
        shown[name] = b"".join(chunks).decode()
    assert re.search(r"epoch +loss +accuracy +loss +accuracy +seconds", shown["plain"])
    assert not re.search(r"starting TensorFlow.*reading images", shown["plain"], re.DOTALL), "that is over by then"
    assert "images/s" in shown["colour"]
    colours = re.compile(r"\x1b\[[0-9;]*3[0-9](;[0-9;]*)?m")
    assert colours.search(shown["colour"])
    assert not colours.search(shown["plain"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_in_its_manifest(sightkit: Command, work: Path, number: signal.Signals) -> None:
    (work / "long.toml").write_text(SMALL.replace("epochs = 2", "epochs = 100000"))
    with subprocess.Popen(
        [sys.executable, "-m", "sightkit", "run", "long.toml", "--json"],
        cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c,
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 120
        while not list(work.glob("runs/long/*/history.csv")):
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
    assert json.loads(out)["state"] == "interrupted"
    run = Path(json.loads(out)["run"])
    assert err == f"error: {json.loads(out)['error']}\n"
    assert f"sightkit resume {run.relative_to(work)}" in err
    assert json.loads((run / "manifest.json").read_text())["state"] == "interrupted"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda folder: None, "found nothing there"),
        (lambda folder: folder.mkdir(), "found an empty folder"),
        (lambda folder: write_images(folder / "cats", 3), "expected at least two classes, found 1: 'cats'"),
        (lambda folder: folder.write_text("hello"), "found a file"),
    ],
    ids=["missing", "empty", "one-class", "a-file"],
)
def test_a_dataset_that_cannot_be_used_exits_3_with_its_path_and_writes_nothing(
    sightkit: Command, work: Path, make, expected: str
) -> None:
    make(work / "photos")
    (work / "photos.toml").write_text('[dataset]\nuse = "image-folder"\npath = "photos"\n')
    before = sorted(work.rglob("*"))
    outcome = sightkit("run", "photos.toml")
    assert outcome.code == 3
    assert expected in outcome.err
    assert str(work / "photos") in outcome.err
    assert "Traceback" not in outcome.err
    assert sorted(work.rglob("*")) == before


def test_every_unreadable_image_is_named_before_anything_is_written(sightkit: Command, work: Path) -> None:
    for name in ("cats", "dogs"):
        write_images(work / "photos" / name, 4)
    (work / "photos/cats/text.jpg").write_text("no picture")
    content = (work / "photos/dogs/0.png").read_bytes()
    (work / "photos/dogs/cut.png").write_bytes(content[: len(content) // 2])
    (work / "photos.toml").write_text('[dataset]\nuse = "image-folder"\npath = "photos"\n')
    outcome = sightkit("run", "photos.toml", "--json")
    assert outcome.code == 3
    assert "cats/text.jpg" in outcome.err
    assert "dogs/cut.png" in outcome.err
    assert json.loads(outcome.out) == {
        "run": None,
        "state": "failed",
        "error": json.loads(outcome.out)["error"],
        "scores": {},
    }
    assert not (work / "runs").exists()


def test_what_a_plugin_prints_stays_out_of_the_json(sightkit: Command, work: Path) -> None:
    (work / "chatty.py").write_text(CHATTY)
    (work / "chatty.toml").write_text('api = 1\n[plugins.chatty]\npath = "chatty.py"\n')
    (work / "small.toml").write_text(f'{SMALL}[[metrics]]\nuse = "chatty"\n')
    outcome = sightkit("run", "small.toml", "--registry", "chatty.toml", "--json")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["scores"]["test"]["chatty"]["value"] == 0.5
    assert "look at me" in outcome.err


def test_scores_of_images_that_were_trained_on_come_with_a_warning(sightkit: Command, work: Path) -> None:
    (work / "small.toml").write_text(SMALL + "[split]\nvalidation = 0\ntest = 0\n")
    outcome = sightkit("run", "small.toml")
    assert outcome.code == 0, outcome.err
    assert re.search(r"^metric +train", outcome.out, re.MULTILINE)
    assert outcome.err == "warning: no images were set apart; these scores are of images that it was trained on\n"


def test_a_folder_of_photos_becomes_a_run(sightkit: Command, work: Path) -> None:
    for name in ("cats", "dogs", 'weird = "name" $x^2$'):
        write_images(work / "photos" / name, 12)
    (work / "photos.toml").write_text(
        '[dataset]\nuse = "image-folder"\npath = "photos"\n[images]\nsize = [16, 16]\n[training]\nepochs = 1\n'
    )
    outcome = sightkit("run", "photos.toml")
    assert outcome.code == 0, outcome.err
    assert 'weird = "name" $x^2$' in outcome.out


def test_a_wrong_experiment_is_refused_before_tensorflow_starts(work: Path) -> None:
    program = (
        "import sys; from sightkit.cli import start;"
        "code = start(['run', 'digits', '-s', 'training.epochs=0', '--json']);"
        "sys.exit(code if 'tensorflow' not in sys.modules else 'TensorFlow has started')"
    )
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, cwd=work, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "training.epochs: expected a number of at least 1, found 0" in done.stderr
    assert json.loads(done.stdout)["state"] == "failed"


def test_runs_dir_may_come_from_the_environment_and_must_be_a_folder(sightkit: Command, work: Path) -> None:
    (work / "file").write_text("")
    outcome = sightkit("run", "digits", "-s", "training.epochs=1", env={"SIGHTKIT_RUNS_DIR": "file"})
    assert outcome.code == 5
    assert "--runs-dir" in outcome.err
