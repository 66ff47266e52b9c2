"""``sightkit predict``."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from sightkit import ImagePrediction
from sightkit.cli.predicted import CsvWriter, JsonWriter, Row, TextWriter

pytestmark = pytest.mark.warm

NAME = "=1+1\x1b[31m\n"


@pytest.fixture
def predictions():
    """A good image with an ill-meant name, of classes with such names, and a bad one."""
    classes = ("cat", "@dog", "a name that is as long as\na sentence")
    return [
        Row(ImagePrediction(id=f"{NAME}.jpg", classes=classes, probabilities=np.array([0.1, 0.7, 0.2]))),
        Row(ImagePrediction(id="b.jpg", classes=classes, probabilities=None, error="damaged image: what a pity")),
        Row(ImagePrediction(id="photos/c.jpg", classes=classes, probabilities=np.array([1 / 3, 1 / 3, 1 / 3]))),
    ]


def test_lines_of_json_hold_names_and_probabilities_as_they_are(predictions, capsys):
    JsonWriter(2)(predictions)
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["image"] == f"{NAME}.jpg"
    assert first["predictions"][0] == {"class": "@dog", "probability": 0.7}
    assert second == {"image": "b.jpg", "error": "damaged image: what a pity"}
    assert third["predictions"][1] == {"class": "@dog", "probability": 1 / 3}


def test_cells_of_csv_are_no_formulas_and_every_row_has_all_columns(predictions, capsys):
    CsvWriter(2)(predictions)
    head, first, second, third = csv.reader(io.StringIO(capsys.readouterr().out))
    assert head == ["image", "class", "probability", "class_2", "probability_2", "error"]
    assert first == [f"'{NAME}.jpg", "'@dog", "0.7", "a name that is as long as\na sentence", "0.2", ""]
    assert second == ["b.jpg", "", "", "", "", "damaged image: what a pity"]
    assert float(third[2]) == 1 / 3


def test_lines_for_people_are_aligned_and_steer_no_terminal(predictions, capsys):
    writer = TextWriter(1)
    writer(predictions)
    writer(predictions[2:])
    assert capsys.readouterr().out.splitlines() == [
        "image               class  probability",
        "=1+1\\x1b[31m\\n.jpg  @dog   0.7000",
        "b.jpg               error: damaged image: what a pity",
        "photos/c.jpg        cat    0.3333",
        "photos/c.jpg        cat    0.3333",
    ]


def test_one_bad_image_gets_a_row_and_exit_code_3(sightkit, work, finished, pictures):
    shutil.copytree(pictures, work / "photos")
    (work / "photos" / "dark" / "odd.jpg").write_bytes(b"nothing")
    done = sightkit("predict", finished.path, "photos", "--csv", "--top", "1")
    assert done.code == 3
    assert done.err == "error: 1 of 151 images could not be used; their rows say why\n"
    rows = {row["image"]: row for row in csv.DictReader(io.StringIO(done.out))}
    assert len(rows) == 151
    assert rows.pop("photos/dark/odd.jpg")["error"].startswith("expected an image")
    for predictions in finished.predictions.values():
        for id_, row in zip(predictions.ids, predictions.probabilities.tolist(), strict=True):
            assert float(rows[f"photos/{id_}"]["probability"]) == max(row)


def test_views_are_averaged_and_classes_are_as_many_as_there_are(sightkit, work, finished, pictures):
    paths = sorted(pictures.rglob("*.jpg"))[:3]
    done = sightkit("predict", finished.path, *paths, "--json", "--top", "10", "--tta", "flip, shift")
    assert (done.code, done.err) == (0, "")
    lines = [json.loads(line) for line in done.out.splitlines()]
    expected = finished.predict(paths, tta=["flip", "shift"]).probabilities
    assert [line["image"] for line in lines] == list(map(str, paths))
    for line, row in zip(lines, expected, strict=True):
        shares = {each["class"]: each["probability"] for each in line["predictions"]}
        assert [shares[name] for name in ("bright", "dark", "dim")] == row.tolist()


def test_pictures_explain_what_the_rows_tell(sightkit, work, finished, pictures):
    (work / "photos").mkdir()
    for folder, name in (("dark", "001.png"), ("bright", "003.png")):
        shutil.copy(pictures / folder / name, work / "photos")
    (work / "photos" / "002.png").write_bytes(b"no picture")
    done = sightkit("predict", finished.path, "photos", "--explain", "--csv", "--tta", "flip", "--top", "2")
    assert (done.code, done.err) == (3, "error: 1 of 3 images could not be used; their rows say why\n")
    first, bad, second = csv.DictReader(io.StringIO(done.out))
    assert bad["error"].startswith("expected an image")
    assert bad["heat_maps"] == bad["feature_maps"] == ""
    folder = f"{finished.path.parent.name}-explained"
    for row, stem in ((first, "001"), (second, "003")):
        assert (row["heat_maps"], row["feature_maps"], row["error"]) == (
            f"{folder}/{stem}-heat.png",
            f"{folder}/{stem}-maps.png",
            "",
        )
        (score,) = finished.predict(work / row["image"], tta=["flip"]).probabilities.max(axis=1)
        assert float(row["probability"]) == score
    assert len(list((work / folder).iterdir())) == 4


def test_lines_of_json_name_the_pictures(sightkit, work, finished, pictures):
    done = sightkit("predict", finished.path, pictures / "dark" / "001.png", "--explain", "--json", "-o", "why/not")
    assert (done.code, done.err) == (0, "")
    line = json.loads(done.out)
    assert len(line["predictions"]) == 3
    folder = work / "why" / "not"
    assert len(list(folder.iterdir())) == 2
    assert [line["heat_maps"], line["feature_maps"]] == [str(folder / f"001-{what}.png") for what in ("heat", "maps")]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["missing.jpg"], 2, "missing.jpg: no such file or folder; expected an image, a folder of images or a pattern"),
        (["*.webp"], 2, "*.webp: nothing matches this pattern"),
        (["."], 3, ".: no image there; expected files that end in .bmp"),
        ([".", "--tta", "turn"], 2, "tta: expected views out of flip, shift, found 'turn'"),
        ([".", "--output", "out"], 2, "--output: this is where the pictures of --explain go; add --explain"),
        ([".", "--csv", "--json"], 2, "--csv and --json: expected one of them"),
    ],
)
def test_mistakes_are_told_before_anything_is_done(sightkit, finished, words, code, message):
    done = sightkit("predict", finished.path, *words)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"error: {message}")


def test_the_name_of_an_experiment_means_its_newest_run(sightkit, work, finished, pictures):
    shutil.copytree(finished.path, work / "runs" / "moods" / "20260101-000000-aaaaaa")
    path = next(pictures.rglob("*.jpg"))
    done = sightkit("predict", "moods", path, "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["image"] == str(path)
    assert 'mood: runs has no runs of such an experiment; did you mean "moods"' in sightkit("predict", "mood", path).err


def test_a_folder_without_a_run_is_told(sightkit):
    done = sightkit("predict", ".", "a.jpg")
    assert done.code == 5
    assert "no run here" in done.err


def test_keras_starts_without_scikit_learn_which_is_there_afterwards():
    code = """
import sys
from sightkit.cli.process import start_tensorflow, without_scikit_learn
from sightkit.experiment.settings import TrainingSettings
with without_scikit_learn():
    start_tensorflow(TrainingSettings())
assert "sklearn" not in sys.modules
import sklearn.base

"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
