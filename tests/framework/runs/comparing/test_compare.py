"""Runs compared, through the Python door."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import sightkit
from sightkit.errors import ConfigError
from sightkit.evaluation.store import save_predictions

Finish = Callable[..., sightkit.Run]
SLOW = {"optimizer__learning_rate": 0.001}
F1 = [{"use": "f1"}]


def change_manifest(run: sightkit.Run, **changes: object) -> None:
    (run.path / "manifest.json").write_text(json.dumps({**run.manifest, **changes}))


def change_predictions(run: sightkit.Run, **changes: object) -> None:
    save_predictions(run.path / "predictions" / "test.npz", replace(run.predictions["test"], **changes))


@pytest.fixture
def pair(finish: Finish) -> list[sightkit.Run]:
    """Two runs that differ in their learning rate."""
    return [finish("fast"), finish("slow", **SLOW)]


def test_two_runs_are_compared_on_their_stored_predictions(pair: list[sightkit.Run]) -> None:
    for run in pair:
        (run.path / "model" / "model.keras").unlink()
    fast, slow = pair
    comparison = sightkit.compare([fast, str(slow.path)], metrics=F1)

    assert (comparison.split, comparison.images, comparison.metrics) == ("test", 18, ("f1", "accuracy"))
    assert [each.run.path for each in comparison.runs] == [fast.path, slow.path]
    for each in comparison.runs:
        stored = each.run.scores["test"]["accuracy"]
        assert each.scores["accuracy"].value == stored["value"]
        assert each.scores["accuracy"].interval == (stored["low"], stored["high"])
    by_bootstrap, by_mcnemar = comparison.differences
    assert (by_bootstrap.metric, by_bootstrap.test, by_bootstrap.resamples) == ("f1", "bootstrap", 1000)
    assert (by_mcnemar.metric, by_mcnemar.test, by_mcnemar.resamples) == ("accuracy", "mcnemar-exact", None)
    for difference in comparison.differences:
        first, second = (each.scores[difference.metric].value for each in comparison.runs)
        assert difference.value == pytest.approx(second - first)
        assert difference.interval[0] <= difference.value <= difference.interval[1]
        assert difference.adjusted_p_value == difference.p_value
    assert comparison.settings == {"optimizer.learning_rate": (0.01, 0.001)}
    (note,) = comparison.notes
    assert note == "few images: the intervals of f1, accuracy rest on fewer than 40 and can't be trusted"


def test_accuracy_is_tested_by_the_images_that_only_one_run_is_right_about(pair: list[sightkit.Run]) -> None:
    labels = pair[0].predictions["test"].labels
    change_predictions(pair[0], probabilities=np.eye(3)[labels])
    wrong = np.where(np.arange(18) < 6, (labels + 1) % 3, labels)
    change_predictions(pair[1], probabilities=np.eye(3)[wrong])
    (difference,) = sightkit.compare(pair).differences
    assert (difference.only_first, difference.only_second) == (6, 0)
    assert difference.value == pytest.approx(-1 / 3)
    assert difference.p_value == pytest.approx(2 / 2**6)
    assert difference.interval[1] < 0


def test_p_values_of_several_runs_are_corrected_together(finish: Finish, pair: list[sightkit.Run]) -> None:
    labels = pair[0].predictions["test"].labels
    third = finish("third")
    for run, misses in zip((*pair, third), (0, 6, 12), strict=True):
        said = np.where(np.arange(18) < misses, (labels + 1) % 3, labels)
        change_predictions(run, probabilities=np.eye(3)[said])
    comparison = sightkit.compare([*pair, third], metrics=F1)
    accuracy = [each for each in comparison.differences if each.metric == "accuracy"]
    assert [(each.first, each.second) for each in accuracy] == [
        (comparison.runs[first].name, comparison.runs[second].name) for first, second in ((0, 1), (0, 2), (1, 2))
    ]
    p_values = [each.p_value for each in accuracy]
    assert p_values == pytest.approx([2 / 2**6, 2 / 2**12, 2 / 2**6])
    assert [each.adjusted_p_value for each in accuracy] == pytest.approx([4 / 2**6, 6 / 2**12, 4 / 2**6])


def test_a_score_without_an_interval_has_no_test(pair: list[sightkit.Run], tmp_path: Path) -> None:
    comparison = sightkit.compare(pair, metrics=[{"use": "calibration-error"}])
    difference = comparison.differences[0]
    first, second = (run.scores["calibration-error"].value for run in comparison.runs)
    assert difference.value == pytest.approx(second - first)
    assert (difference.test, difference.resamples) == (None, None)
    assert math.isnan(difference.p_value)
    assert math.isnan(difference.interval[0])
    assert len(comparison.write(tmp_path / "out")) == 3


def test_names_are_short_and_tell_the_runs_apart(finish: Finish, pair: list[sightkit.Run]) -> None:
    other = finish("other-1")
    change_manifest(other, experiment="other")
    assert [each.name for each in sightkit.compare([*pair, other]).runs] == ["tiny fast", "tiny slow", "other"]
    change_manifest(pair[1], seed=7)
    assert [each.name for each in sightkit.compare(pair).runs] == ["tiny seed 0", "tiny seed 7"]


def test_images_in_another_order_are_brought_into_the_same(pair: list[sightkit.Run]) -> None:
    labels = pair[1].predictions["test"].labels
    change_predictions(pair[1], probabilities=np.eye(3)[np.where(np.arange(18) < 5, (labels + 1) % 3, labels)])
    before = sightkit.compare(pair, metrics=F1).document()
    stored = pair[1].predictions["test"]
    change_predictions(
        pair[1], ids=stored.ids[::-1], labels=stored.labels[::-1], probabilities=stored.probabilities[::-1]
    )
    assert sightkit.compare(pair, metrics=F1).document() == before


def test_what_only_changes_scores_and_reports_is_no_difference_between_runs(finish: Finish) -> None:
    comparison = sightkit.compare([finish("plain"), finish("judged", metrics=F1)])
    assert comparison.settings == {}
    assert comparison.metrics == ("accuracy",)


def test_runs_on_other_images_are_refused_with_the_reason(finish: Finish) -> None:
    runs = [finish("one"), finish("two", seed=1)]
    with pytest.raises(ConfigError) as refused:
        sightkit.compare(runs)
    message = str(refused.value)
    assert "their test splits differ" in message
    assert "only in the first, such as" in message
    assert (
        'their splits were drawn with the seeds 0 and 1: runs that are to be compared need the same "seed"' in message
    )
    assert "sightkit evaluate RUN --data OTHER" in message


def test_runs_of_different_seeds_are_compared_if_their_splits_have_the_same_one(finish: Finish) -> None:
    runs = [finish("one", split={"seed": 7}), finish("two", seed=1, split={"seed": 7})]
    compared = sightkit.compare(runs, metrics=F1)
    assert compared.runs[0].predictions.ids == compared.runs[1].predictions.ids
    assert compared.settings == {"seed": (0, 1)}


def test_runs_with_other_labels_are_refused(pair: list[sightkit.Run]) -> None:
    stored = pair[1].predictions["test"]
    labels = stored.labels.copy()
    labels[0] = (labels[0] + 1) % 3
    change_predictions(pair[1], labels=labels)
    with pytest.raises(ConfigError, match=r"expected the same labels, found others for 1 of 18 images of the test"):
        sightkit.compare(pair)


@pytest.mark.parametrize(
    ("classes", "what"),
    [
        (["dim", "dark", "light"], "they are the same in another order"),
        (["dark", "dim", "bright"], r"only \S+ knows 'light'; only \S+ knows 'bright'"),
    ],
)
def test_runs_of_other_classes_are_refused(pair: list[sightkit.Run], classes: list[str], what: str) -> None:
    change_manifest(pair[1], data={**pair[1].manifest["data"], "classes": classes})
    with pytest.raises(ConfigError, match=f"expected runs of the same classes, found other ones: {what}"):
        sightkit.compare(pair)


def test_one_run_or_the_same_one_twice_is_nothing_to_compare(pair: list[sightkit.Run], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected at least two runs to compare, found 1"):
        sightkit.compare(pair[:1])
    again = os.path.relpath(pair[0].path)
    with pytest.raises(ConfigError, match="found this one twice"):
        sightkit.compare([pair[0], pair[1], again])


def test_a_run_that_has_not_finished_is_not_compared(pair: list[sightkit.Run]) -> None:
    change_manifest(pair[1], state="interrupted")
    with pytest.raises(ConfigError, match="expected a run that has finished, found one that was interrupted"):
        sightkit.compare(pair)


def test_runs_of_other_data_are_compared_with_a_note(pair: list[sightkit.Run]) -> None:
    change_manifest(pair[1], data={**pair[1].manifest["data"], "fingerprint": "0"})
    assert "made with other data" in sightkit.compare(pair).notes[0]


def test_runs_are_compared_on_other_data_that_both_were_judged_on(finish: Finish, source: sightkit.ArraySource) -> None:
    runs = [finish("one"), finish("two", seed=1)]
    data = sightkit.ArraySource(source.images[:30], source.samples.labels[:30], classes=source.classes)
    for run in runs:
        run.evaluate(data=data, name="outside")
    comparison = sightkit.compare(runs, split="outside")
    assert (comparison.split, comparison.images) == ("outside", 30)
    with pytest.raises(ConfigError, match='did you mean "outside"'):
        sightkit.compare(runs, split="outsid")


def test_a_run_that_lacks_what_the_first_is_judged_on_is_told_with_what_to_do(
    pair: list[sightkit.Run], source: sightkit.ArraySource
) -> None:
    (pair[1].path / "predictions" / "test.npz").unlink()
    with pytest.raises(ConfigError) as refused:
        sightkit.compare(pair)
    message = str(refused.value)
    assert "expected predictions of 'test', which " in message
    assert ", found those of train, validation; runs can be compared on the same images only" in message
    assert "sightkit evaluate RUN --data OTHER" in message


def test_pictures_and_a_table_are_written_and_found_from_anywhere(
    pair: list[sightkit.Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = sightkit.compare(pair, metrics=[{"use": "f1", "name": "=cmd"}])
    monkeypatch.chdir(tmp_path)
    files = comparison.write("a/b")
    assert files == [tmp_path / "a" / "b" / name for name in ("scores.png", "curves.png", "comparison.csv")]
    for file in files[:2]:
        with Image.open(file) as picture:
            assert picture.width > 800
            assert len(np.unique(np.asarray(picture.convert("L")))) > 50
    with files[2].open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert [(row["metric"], row["run"], row["minus"]) for row in rows] == [
        ("'=cmd", "tiny fast", ""),
        ("'=cmd", "tiny slow", ""),
        ("'=cmd", "tiny slow", "tiny fast"),
        ("accuracy", "tiny fast", ""),
        ("accuracy", "tiny slow", ""),
        ("accuracy", "tiny slow", "tiny fast"),
    ]
    assert float(rows[-1]["value"]) == comparison.differences[-1].value
    assert float(rows[-1]["p_value"]) == comparison.differences[-1].p_value


def rows_of_colour(picture: Path, colour: tuple[int, int, int]) -> np.ndarray:
    """Return the rows of a picture's pixels that have exactly this colour."""
    with Image.open(picture) as image:
        return np.nonzero((np.asarray(image.convert("RGB")) == colour).all(axis=2))[0]


def test_the_first_run_is_drawn_on_top_and_a_difference_in_blue_only_where_it_is_more_than_chance(
    pair: list[sightkit.Run], tmp_path: Path
) -> None:
    labels = pair[0].predictions["test"].labels
    for misses, sure in ((6, True), (5, False)):
        for run, wrong in zip(pair, (0, misses), strict=True):
            said = np.where(np.arange(18) < wrong, (labels + 1) % 3, labels)
            change_predictions(run, probabilities=np.eye(3)[said])
        picture = sightkit.compare(pair).write(tmp_path / str(misses))[0]
        assert bool(len(rows_of_colour(picture, (0x08, 0x51, 0x9C)))) == sure
        assert rows_of_colour(picture, (0x00, 0x72, 0xB2)).max() < rows_of_colour(picture, (0xD5, 0x5E, 0x00)).min()


def test_curves_are_those_of_each_epoch_with_a_dot_at_the_best(pair: list[sightkit.Run], tmp_path: Path) -> None:
    def drawn(name: str) -> bytes:
        return sightkit.compare(pair).write(tmp_path / name)[1].read_bytes()

    before = drawn("before")
    model = pair[1].manifest["model"]
    other = 1 + model["best_epoch"] % 3
    change_manifest(pair[1], model={**model, "best_epoch": other})
    assert drawn("other dot") != before
    change_manifest(pair[1], model=model)
    assert drawn("again") == before
    history = pair[1].path / "history.csv"
    with history.open(newline="") as table:
        rows = list(csv.DictReader(table))
    rows[other - 1]["validation_loss"] = "3.5"
    with history.open("w", newline="") as table:
        writer = csv.DictWriter(table, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    assert drawn("other loss") != before


def test_what_is_not_defined_is_told_as_nothing(pair: list[sightkit.Run], tmp_path: Path) -> None:
    comparison = sightkit.compare(pair)
    nothing = replace(
        comparison.differences[0],
        value=math.nan,
        interval=(math.nan, math.nan),
        p_value=math.nan,
        adjusted_p_value=math.nan,
    )
    undefined = sightkit.Comparison(
        split="test",
        images=0,
        classes=comparison.classes,
        runs=comparison.runs,
        differences=(nothing,),
        settings={},
    )
    (told,) = json.loads(json.dumps(undefined.document(), allow_nan=False))["differences"]
    assert (told["value"], told["low"], told["p_value"]) == (None, None, None)
    assert undefined.write(tmp_path)[2].read_text().endswith("tiny slow,tiny fast,,,,,,mcnemar-exact\n")


def test_a_run_without_validation_images_has_curves_too(finish: Finish, tmp_path: Path) -> None:
    runs = [finish("fast", split__validation=0.0), finish("slow", split__validation=0.0, **SLOW)]
    assert sightkit.compare(runs).write(tmp_path / "out")[1].stat().st_size > 10_000
