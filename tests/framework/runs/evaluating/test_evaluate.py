"""A run judged again, through the Python door: its own splits, and other data."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import sightkit
from sightkit.errors import ConfigError, DataError, PluginError, StorageError
from sightkit.evaluation.store import save_predictions

Finish = Callable[..., sightkit.Run]


def some_of(source: sightkit.ArraySource, rows: Any, **changes: Any) -> sightkit.ArraySource:
    """Return some images of a source, under other names of classes perhaps."""
    classes = changes.pop("classes", list(source.classes))
    labels = changes.pop("labels", source.samples.labels)
    ids = [source.samples.ids[row] for row in rows]
    return sightkit.ArraySource(source.images[rows], labels[rows], classes=classes, ids=ids, **changes)


def write_folder(folder: Path, source: sightkit.ArraySource) -> Path:
    """Write the images of a source into class folders."""
    for row, label in enumerate(source.samples.labels):
        name = folder / source.classes[label]
        name.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.squeeze(source.images[row])).save(name / f"{row}.png")
    return folder


def test_scores_come_again_from_the_stored_predictions_alone(finish: Finish) -> None:
    run = finish()
    before = run.scores
    (run.path / "scores.json").unlink()
    (run.path / "model" / "model.keras").unlink()

    for split in ("validation", "test", "train"):
        evaluation = run.evaluate(split=split)
        assert evaluation.document() == before[split]
        assert evaluation.name == split
        assert len(evaluation.predictions.ids) == len(run.predictions[split].ids)

    assert run.scores == before
    assert evaluation.files == (run.path / "scores.json",)


def test_the_test_split_is_judged_unless_another_is_asked_for(finish: Finish) -> None:
    run = finish()
    assert run.evaluate().name == "test"
    (run.path / "predictions" / "test.npz").unlink()
    assert run.evaluate().name == "validation"
    with pytest.raises(ConfigError, match=r"no split 'tran' here; did you mean \"train\"\?"):
        run.evaluate(split="tran")
    for left in (run.path / "predictions").iterdir():
        left.unlink()
    with pytest.raises(StorageError, match="expected the predictions of a run, found none"):
        run.evaluate()


def test_scores_that_stand_there_already_are_not_written(finish: Finish) -> None:
    run = finish()
    file = run.path / "scores.json"
    before = file.stat().st_mtime_ns
    run.evaluate()
    assert file.stat().st_mtime_ns == before


def test_scores_of_another_split_and_the_manifest_stay_as_they_are(finish: Finish) -> None:
    run = finish()
    scores, manifest = run.scores, run.manifest
    damaged = {**scores, "test": {"accuracy": {"value": 0.0}}}
    (run.path / "scores.json").write_text(json.dumps(damaged))
    (run.path / "manifest.json").write_text(json.dumps({**manifest, "scores": {**manifest["scores"], "test": {}}}))
    run.evaluate(split="test")
    assert run.scores == scores
    assert run.manifest == manifest


def test_a_metric_that_fails_is_told_with_whose_it_is(finish: Finish) -> None:
    def build(_params: sightkit.Params, _task: sightkit.MetricTask) -> Any:
        return lambda _labels, _probabilities: {}["cats"]

    registry = sightkit.Registry()
    registry.add(sightkit.Metric(name="cats", summary="Fails.", params=sightkit.Params, build=build))
    found = r"""^metric "mine" \(plugin python, from this process\) failed on 18 predictions: KeyError: 'cats'; """
    with pytest.raises(PluginError, match=found):
        finish().evaluate(metrics=[{"use": "cats", "name": "mine"}], registry=registry)


def test_other_metrics_are_computed_and_leave_the_runs_scores_alone(finish: Finish) -> None:
    run = finish()
    before = run.scores
    evaluation = run.evaluate(metrics=[{"use": "recall", "name": "share", "average": "weighted"}])
    assert list(evaluation.scores) == ["share", "accuracy"]
    assert evaluation.scores["share"].interval is not None
    assert evaluation.files == ()
    assert run.scores == before
    with pytest.raises(ConfigError, match="no such metric"):
        run.evaluate(metrics=[{"use": "recal"}])


@pytest.mark.parametrize(
    ("state", "found"),
    [("running", "is still running$"), ("failed", "failed; to go on"), ("interrupted", "was interrupted; to go on")],
)
def test_a_run_that_has_not_finished_is_refused(finish: Finish, state: str, found: str) -> None:
    run = finish()
    (run.path / "manifest.json").write_text(json.dumps({**run.manifest, "state": state}))
    with pytest.raises(ConfigError, match=f"expected a run that has finished, found one that {found}"):
        run.evaluate()


def test_predictions_of_other_classes_are_refused(finish: Finish) -> None:
    run = finish()
    stored = run.predictions["test"]
    wider = np.hstack([stored.probabilities, np.zeros((len(stored.ids), 1))])
    save_predictions(run.path / "predictions" / "test.npz", replace(stored, probabilities=wider))
    with pytest.raises(StorageError, match=r"test\.npz: damaged, .* shape \(\d+, 4\), expected float64 of shape"):
        run.evaluate()


@pytest.mark.parametrize("content", ["[]", '{"state": "finished"}', '"state"'])
def test_a_manifest_that_lacks_what_a_run_writes_is_refused(finish: Finish, content: str) -> None:
    run = finish()
    (run.path / "manifest.json").write_text(content)
    with pytest.raises(StorageError, match=r"manifest\.json: this is no manifest of a run; expected one with state,"):
        run.evaluate()


@pytest.mark.parametrize("changes", [{}, {"calibration__use": "temperature"}], ids=["plain", "calibrated"])
def test_other_data_is_decoded_and_predicted_as_the_runs_own(
    finish: Finish, source: sightkit.ArraySource, changes: dict[str, Any]
) -> None:
    run = finish(**changes)
    stored = run.predictions["test"]
    rows = [source.samples.ids.index(name) for name in reversed(stored.ids)]
    order = ["light", "dark", "dim"]
    labels = np.array([order.index(source.classes[label]) for label in source.samples.labels])

    evaluation = run.evaluate(data=some_of(source, rows, labels=labels, classes=order), name="backwards")

    assert evaluation.predictions.ids == stored.ids[::-1]
    np.testing.assert_array_equal(evaluation.predictions.labels, stored.labels[::-1])
    np.testing.assert_array_equal(evaluation.predictions.probabilities, stored.probabilities[::-1])
    assert evaluation.document()["accuracy"] == run.scores["test"]["accuracy"]
    folder = run.path / "evaluations" / "backwards"
    assert json.loads((folder / "scores.json").read_text()) == {"backwards": evaluation.document()}
    assert sorted(run.predictions) == ["test", "train", "validation"]


def test_images_that_were_judged_before_need_no_model(
    finish: Finish, source: sightkit.ArraySource, tmp_path: Path
) -> None:
    run = finish()
    data = write_folder(tmp_path / "flowers", some_of(source, np.arange(12)))
    first = run.evaluate(data=data)
    (run.path / "model" / "model.keras").unlink()
    again = run.evaluate(data=str(data), metrics=[{"use": "f1"}])

    assert first.name == again.name == "flowers"
    np.testing.assert_array_equal(first.predictions.probabilities, again.predictions.probabilities)
    assert list(again.scores) == ["f1", "accuracy"]
    assert [folder.name for folder in (run.path / "evaluations").iterdir()] == ["flowers"]


def test_nothing_that_was_found_before_is_overwritten(
    finish: Finish, source: sightkit.ArraySource, tmp_path: Path
) -> None:
    run = finish()
    data = write_folder(tmp_path / "flowers", some_of(source, np.arange(12)))
    first = run.evaluate(data=data)
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(data / "dark" / "new.png")
    second = run.evaluate(data=data)
    assert (first.name, second.name) == ("flowers", "flowers-2")
    Image.fromarray(np.ones((8, 8), np.uint8)).save(data / "dark" / "newer.png")
    with pytest.raises(ConfigError, match="this is an evaluation of other images; give the new one another --name"):
        run.evaluate(data=data, name="flowers")
    for name in ("../up", "", "test"):
        with pytest.raises(ConfigError, match="--name"):
            run.evaluate(data=data, name=name)


def test_an_evaluation_that_was_never_completed_is_made_again(finish: Finish, source: sightkit.ArraySource) -> None:
    run = finish()
    left = run.path / "evaluations" / "in-memory"
    left.mkdir(parents=True)
    (left / "predictions.npz").write_bytes(b"half")
    assert run.evaluate(data=some_of(source, np.arange(12))).name == "in-memory"
    assert (left / "evaluation.json").is_file()


def test_classes_without_images_are_told(finish: Finish, source: sightkit.ArraySource) -> None:
    rows = np.flatnonzero(source.samples.labels < 2)[:10]
    evaluation = finish().evaluate(data=some_of(source, rows))
    assert evaluation.notes == ("no images of 1 of the 3 classes: 'light'",)
    assert evaluation.scores["accuracy"].interval is not None


def test_one_class_is_enough_and_metrics_say_of_the_others_what_they_do_of_absent_ones(
    finish: Finish, source: sightkit.ArraySource, tmp_path: Path
) -> None:
    rows = np.flatnonzero(source.samples.labels == 1)[:10]
    data = write_folder(tmp_path / "flowers", some_of(source, rows))
    metrics = [{"use": name} for name in sightkit.Registry().catalogue.names(sightkit.Metric)]
    evaluation = finish().evaluate(data=data, metrics=metrics)
    assert evaluation.predictions.labels.tolist() == [1] * 10
    assert evaluation.notes == ("no images of 2 of the 3 classes: 'dark', 'light'",)
    scores = evaluation.scores
    assert scores["balanced-accuracy"].value == scores["accuracy"].value
    predicted = evaluation.predictions.probabilities.argmax(axis=1)
    absent = tuple(0.0 if label in predicted else math.nan for label in (0, 2))
    assert scores["recall"].per_class[::2] == pytest.approx(absent, nan_ok=True)
    assert math.isnan(scores["roc-auc"].value)


def test_the_page_of_other_data_tells_what_is_to_be_known_of_it(
    finish: Finish, source: sightkit.ArraySource, tmp_path: Path
) -> None:
    data = write_folder(tmp_path / "flowers", some_of(source, np.flatnonzero(source.samples.labels < 2)[:10]))
    (data / "dim" / "broken.png").write_bytes(b"no picture")
    evaluation = finish(reports=[{"use": "html"}]).evaluate(data=data, skip_bad=True, reports=True)
    page = evaluation.reports[0].read_text()
    for note in ("1 of 11 images cannot be used and was left out", "No images of 1 of the 3 classes: &#39;light&#39;"):
        assert f'<p class="caution">{note}.</p>' in page


def test_images_of_unknown_classes_are_refused_or_left_out(finish: Finish, source: sightkit.ArraySource) -> None:
    run = finish()
    data = some_of(source, np.arange(12), classes=["dark", "Dimm", "light"])
    with pytest.raises(DataError, match=r"found other ones: 'Dimm' \(4\); did you mean 'dim' by 'Dimm'\? Rename them"):
        run.evaluate(data=data)
    evaluation = run.evaluate(data=data, skip_unknown=True)
    assert len(evaluation.predictions.ids) == 8
    assert evaluation.notes[0] == "images of classes that the run doesn't know were left out: 'Dimm' (4)"
    strangers = some_of(source, np.arange(12), classes=["a", "b", "c"])
    with pytest.raises(DataError, match="no images are left to judge the model on"):
        run.evaluate(data=strangers, skip_unknown=True)


def test_bad_images_are_refused_or_left_out(finish: Finish, source: sightkit.ArraySource, tmp_path: Path) -> None:
    run = finish()
    data = write_folder(tmp_path / "flowers", some_of(source, np.arange(12)))
    (data / "dim" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"1 of 13 images cannot be used:\n.*broken\.png") as refused:
        run.evaluate(data=data)
    assert "--skip-bad" in str(refused.value)
    evaluation = run.evaluate(data=data, skip_bad=True)
    assert len(evaluation.predictions.ids) == 12
    assert evaluation.notes == ("1 of 13 images cannot be used and was left out",)


def test_a_split_of_other_data_is_one_that_it_has_itself(finish: Finish, source: sightkit.ArraySource) -> None:
    run = finish()
    data = some_of(source, np.arange(12), splits=["train"] * 5 + ["test"] * 7)
    assert len(run.evaluate(data=data, split="test").predictions.ids) == 7
    assert len(run.evaluate(data=data).predictions.ids) == 12
    with pytest.raises(DataError, match="found none; its splits: test, train; without --split all its images"):
        run.evaluate(data=data, split="validation")


def test_only_test_images_are_enough(finish: Finish, source: sightkit.ArraySource) -> None:
    data = some_of(source, np.arange(12), splits=["test"] * 12)
    assert len(finish().evaluate(data=data).predictions.ids) == 12


def test_the_images_of_the_run_itself_are_told(finish: Finish, source: sightkit.ArraySource) -> None:
    assert "those that it was trained on" in finish().evaluate(data=source).notes[0]


def test_a_file_says_which_images(finish: Finish, source: sightkit.ArraySource, tmp_path: Path) -> None:
    run = finish()
    write_folder(tmp_path / "flowers", some_of(source, np.arange(12)))
    file = tmp_path / "other.toml"
    file.write_text(
        '[dataset]\nuse = "image-folder"\npath = "flowers"\n[images]\nsize = [3, 3]\n[training]\nepochs = 9\n'
    )
    assert len(run.evaluate(data=file).predictions.ids) == 12
    file.write_text("seed = 1\n")
    with pytest.raises(ConfigError, match=r"expected a table \[dataset\] in this file, found none"):
        run.evaluate(data=file)
    with pytest.raises(DataError, match=r"nowhere: expected a folder .* or a TOML file .* found nothing there"):
        run.evaluate(data=tmp_path / "nowhere")


def test_names_are_for_other_data(finish: Finish) -> None:
    with pytest.raises(ConfigError, match="are for other data than the run's own"):
        finish().evaluate(name="mine")
