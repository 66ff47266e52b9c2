"""A run from end to end, through the Python door: what it leaves behind, and what becomes of one that fails."""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sightkit

EXPERIMENT: dict[str, Any] = {
    "name": "small",
    "dataset": {"use": "digits"},
    "architecture": {"use": "basic-cnn", "filters": [8]},
    "training": {"epochs": 2, "batch_size": 128},
}

PLUGIN = '''
import sightkit
from sightkit import Architecture, Extension, Metric, Params, Report, ReportOutput, Score, hookimpl

class Nothing(Params):
    """No parameters."""

class Witness:
    seen = []

    @hookimpl
    def sightkit_experiment_checked(self, experiment):
        Witness.seen.append(f"checked {experiment.settings.name}")

    @hookimpl
    def sightkit_data_prepared(self, run, data):
        Witness.seen.append(f"prepared {data.images.dtype} {run.state}")

    @hookimpl
    def sightkit_model_built(self, run, model):
        Witness.seen.append(f"built {model.output_shape}")

    @hookimpl
    def sightkit_callbacks(self, run):
        import keras
        note = lambda epoch, logs: Witness.seen.append(f"callback {epoch}")
        return [keras.callbacks.LambdaCallback(on_epoch_end=note)]

    @hookimpl
    def sightkit_epoch_ended(self, run, epoch, logs):
        Witness.seen.append(f"epoch {epoch} {sorted(logs)[0]} {len(run.history)}")

    @hookimpl
    def sightkit_evaluated(self, run, split, scores):
        Witness.seen.append(f"evaluated {split} {scores['accuracy'].interval is not None}")

    @hookimpl
    def sightkit_run_finished(self, run):
        Witness.seen.append(f"finished {run.state} {'accuracy' in run.scores['test']}")

    @hookimpl
    def sightkit_run_failed(self, run, error):
        Witness.seen.append(f"failed {run.state} {type(error).__name__}")

class Clumsy:
    @hookimpl
    def sightkit_epoch_ended(self, run, epoch, logs):
        raise ZeroDivisionError("oops")

@hookimpl
def sightkit_extensions():
    return [
        Extension(name="witness", summary="Notes what it sees.", params=Nothing, build=lambda params, task: Witness()),
        Extension(name="clumsy", summary="Fails.", params=Nothing, build=lambda params, task: Clumsy()),
    ]

def broken(predictions, folder):
    raise KeyError("no such thing")

@hookimpl
def sightkit_reports():
    return [
        Report(name="broken", summary="Fails.", params=Nothing, build=lambda params, task: broken),
        Report(name="vain", summary="Makes it look better.", params=Nothing, build=lambda params, task: vain),
    ]

def vain(predictions, folder):
    for each in predictions.values():
        each.probabilities[:] = 1

def unsavable(params, task):
    import keras

    class Strange(keras.layers.Layer):
        def __init__(self, thing):
            super().__init__()

        def call(self, inputs):
            return inputs

    flat = keras.layers.Flatten()
    return keras.Sequential([keras.Input(task.image_shape), flat, Strange(object()), keras.layers.Dense(10)])

@hookimpl
def sightkit_architectures():
    return [Architecture(name="unsavable", summary="Strange.", params=Nothing, build=unsavable)]

def undefined(labels, probabilities):
    return Score(value=float("nan"))

def worse(labels, probabilities):
    return Score(value=float((probabilities.argmax(axis=1) != labels).mean()), higher_is_better=False)

@hookimpl
def sightkit_metrics():
    return [
        Metric(name="error-rate", summary="Share of wrong ones.", params=Nothing, build=lambda params, task: worse),
        Metric(name="undefined", summary="Never known.", params=Nothing, build=lambda params, task: undefined),
    ]
'''


TRACKER = '''
from pydantic import Field
from sightkit import Extension, Params, hookimpl

class TrackerParams(Params):
    """Parameters of a tracker."""

    api_key: str = Field(description="The key.")

class Tracker:
    @hookimpl
    def sightkit_run_finished(self, run):
        pass

@hookimpl
def sightkit_extensions():
    return [Extension(name="tracker", summary="Has a key.", params=TrackerParams, build=lambda params, task: Tracker())]
'''


@pytest.fixture
def registry(tmp_path: Path) -> sightkit.Registry:
    """The built-ins and the plugin above, whose module is this test's own."""
    (tmp_path / "plugin.py").write_text(f"# {tmp_path}\n{PLUGIN}")
    (tmp_path / "registry.toml").write_text('api = 1\n[plugins.mine]\npath = "plugin.py"\n')
    return sightkit.Registry(extra=[tmp_path / "registry.toml"])


def witness(registry: sightkit.Registry) -> list[str]:
    """Return what the witness of a registry has seen."""
    found = registry.catalogue.find(sightkit.Extension, "witness")
    return list(type(found.component.build(found.component.params(), None)).seen)


def test_a_run_leaves_everything_behind_that_the_design_names(tmp_path: Path) -> None:
    run = sightkit.load(EXPERIMENT).run(runs_dir=tmp_path)

    assert run.state == "finished"
    assert run.path.parent == tmp_path / "small"
    names = {path.name for path in run.path.iterdir()}
    assert names == {
        "manifest.json", "experiment.toml", "resolved.toml", "data.json", "history.csv", "log.txt", "checkpoints",
        "predictions", "scores.json", "reports", "model",
    }  # fmt: skip
    assert [row["epoch"] for row in run.history] == [1, 2]
    assert set(run.predictions) == {"train", "validation", "test"}
    assert {path.suffix for path in run.reports} == {".png", ".svg", ".csv", ".html"}
    assert not [path for path in run.path.rglob("*") if path.name.startswith(".") or path.suffix == ".tmp"]


def test_the_saved_model_predicts_what_the_run_stored(tmp_path: Path) -> None:
    from sightkit.evaluation.predict import Predictor

    experiment = sightkit.load(EXPERIMENT)
    run = experiment.run(runs_dir=tmp_path)
    data = experiment.prepare()
    stored = run.predictions["test"]

    made = Predictor(run.model).probabilities(data.images[data.splits["test"]])

    assert stored.ids == tuple(data.ids[row] for row in data.splits["test"])
    np.testing.assert_array_equal(made, stored.probabilities)
    accuracy = (stored.probabilities.argmax(axis=1) == stored.labels).mean()
    assert run.scores["test"]["accuracy"]["value"] == pytest.approx(accuracy, abs=1e-12)


def test_arrays_are_trained_on_straight_from_python_and_nothing_of_them_is_kept(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    labels = np.arange(200) % 2
    images = (generator.integers(0, 128, (200, 8, 8)) + 127 * labels[:, np.newaxis, np.newaxis]).astype(np.uint8)
    source = sightkit.ArraySource(images, labels, classes=["dark", "light"])
    values = {"optimizer": {"learning_rate": 0.01}, "training": {"epochs": 10, "batch_size": 16}}
    experiment = sightkit.load(values, dataset=source)

    run = experiment.run(runs_dir=tmp_path)

    assert run.scores["test"]["accuracy"]["value"] > 0.9
    assert run.manifest["data"]["fingerprint"] == source.fingerprint()
    assert run.manifest["data"]["repeatable"] is False
    assert (run.path / "experiment.toml").read_text().splitlines()[:2] == ["[optimizer]", "learning_rate = 0.01"]
    assert np.shares_memory(experiment.prepare().images, images)


def test_two_runs_with_one_seed_have_equal_weights_and_another_seed_has_others(tmp_path: Path) -> None:
    augmented = {**EXPERIMENT, "augmentations": [{"use": "rotate"}, {"use": "shift"}], "split": {"test": 0.2}}
    digests = [
        sightkit.load({**augmented, "seed": seed}).run(runs_dir=tmp_path).manifest["model"]["weights_sha256"]
        for seed in (3, 3, 4)
    ]
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_resolved_toml_repeats_the_run(tmp_path: Path) -> None:
    first = sightkit.load(EXPERIMENT).run(runs_dir=tmp_path)
    second = sightkit.load(first.path / "resolved.toml").run(runs_dir=tmp_path)
    assert first.manifest["model"] == second.manifest["model"]


def test_best_weights_are_those_of_the_epoch_that_the_monitor_liked_best(
    tmp_path: Path, registry: sightkit.Registry
) -> None:
    # The error rate is better when it is lower: a monitor that took the highest would keep another epoch.
    experiment = {
        **EXPERIMENT,
        "training": {"epochs": 4, "batch_size": 128, "monitor": "error-rate"},
        "metrics": [{"use": "error-rate"}],
    }
    run = sightkit.load(experiment, registry=registry).run(runs_dir=tmp_path)
    rates = [row["validation_error-rate"] for row in run.history]
    best = run.manifest["model"]["best_epoch"]
    assert rates[best - 1] == min(rates)
    assert run.scores["validation"]["error-rate"]["value"] == pytest.approx(min(rates))


def test_without_a_validation_split_the_last_epoch_is_kept(tmp_path: Path) -> None:
    run = sightkit.load({**EXPERIMENT, "split": {"validation": 0.0}}).run(runs_dir=tmp_path)
    assert run.manifest["model"]["best_epoch"] == 2
    assert "validation_loss" not in run.history[0]
    assert set(run.scores) == {"train", "test"}


def test_run_hooks_are_called_in_the_order_of_the_run(tmp_path: Path, registry: sightkit.Registry) -> None:
    experiment = sightkit.load({**EXPERIMENT, "extensions": [{"use": "witness"}]}, registry=registry)
    experiment.run(runs_dir=tmp_path)
    assert witness(registry) == [
        "checked small",
        "prepared uint8 running",
        "built (None, 10)",
        "callback 0",
        "epoch 1 accuracy 1",
        "callback 1",
        "epoch 2 accuracy 2",
        "evaluated test True",
        "evaluated validation True",
        "evaluated train True",
        "finished finished True",
    ]


def test_an_extension_that_fails_is_logged_and_the_others_are_still_called(
    tmp_path: Path, registry: sightkit.Registry
) -> None:
    extensions = [{"use": "clumsy"}, {"use": "witness"}]
    run = sightkit.load({**EXPERIMENT, "extensions": extensions}, registry=registry).run(runs_dir=tmp_path)
    assert run.state == "finished"
    assert (
        'extension "clumsy" failed in sightkit_epoch_ended: ZeroDivisionError: oops'
        in (run.path / "log.txt").read_text()
    )
    assert "epoch 2 accuracy 2" in witness(registry)


def test_a_report_that_fails_is_the_plugins_fault_and_the_manifest_says_so(
    tmp_path: Path, registry: sightkit.Registry
) -> None:
    experiment = {**EXPERIMENT, "reports": [{"use": "broken"}], "extensions": [{"use": "witness"}]}
    with pytest.raises(sightkit.PluginError, match=r'report "broken" \(plugin mine, .*no such thing'):
        sightkit.load(experiment, registry=registry).run(runs_dir=tmp_path)
    (folder,) = (tmp_path / "small").iterdir()
    run = sightkit.Run(folder)
    assert run.state == "failed"
    assert "no such thing" in run.manifest["error"]
    assert set(run.predictions) == {"train", "validation", "test"}, "nothing that was saved is lost"
    assert witness(registry)[-1] == "failed failed PluginError"


def test_a_loss_that_is_not_finite_ends_the_run_and_keeps_the_last_good_weights(tmp_path: Path) -> None:
    experiment = {
        **EXPERIMENT,
        "optimizer": {"use": "sgd", "learning_rate": 1e30},
        "training": {"epochs": 3, "batch_size": 512},
    }
    with pytest.raises(sightkit.DivergedError) as caught:
        sightkit.load(experiment).run(runs_dir=tmp_path)
    assert caught.value.exit_code == 4
    (folder,) = (tmp_path / "small").iterdir()
    assert sightkit.Run(folder).state == "failed"


def test_predictions_that_are_not_finite_are_no_result(tmp_path: Path) -> None:
    experiment = {
        **EXPERIMENT,
        "optimizer": {"use": "sgd", "learning_rate": 1e30},
        "training": {"epochs": 1, "batch_size": 2000},  # the only step: no other one stumbles over its weights
    }
    with pytest.raises(sightkit.DivergedError, match="logits of 162 images are not finite") as caught:
        sightkit.load(experiment).run(runs_dir=tmp_path)
    assert len(caught.value.sample_ids) == 162


def test_a_metric_that_is_not_defined_is_null_in_the_files_and_keeps_the_last_epoch(
    tmp_path: Path, registry: sightkit.Registry
) -> None:
    changes = {"metrics": [{"use": "undefined"}], "training.monitor": "undefined"}
    run = sightkit.load(EXPERIMENT, registry=registry).override(changes).run(runs_dir=tmp_path)
    assert run.state == "finished"
    assert run.manifest["scores"]["test"]["undefined"] is None
    assert run.scores["test"]["undefined"]["value"] is None
    assert run.manifest["model"]["best_epoch"] == 2


def test_a_report_cannot_change_what_the_next_one_sees(tmp_path: Path, registry: sightkit.Registry) -> None:
    experiment = sightkit.load({**EXPERIMENT, "reports": [{"use": "vain"}]}, registry=registry)
    with pytest.raises(sightkit.PluginError, match=r'report "vain" .*read-only'):
        experiment.run(runs_dir=tmp_path)


def test_a_model_that_cannot_be_saved_is_refused_before_it_is_trained(
    tmp_path: Path, registry: sightkit.Registry
) -> None:
    experiment = sightkit.load({**EXPERIMENT, "architecture": {"use": "unsavable"}}, registry=registry)
    with pytest.raises(sightkit.PluginError, match=r'"unsavable" .* built a model that cannot be saved'):
        experiment.run(runs_dir=tmp_path)
    assert not list(tmp_path.glob("small/*/history.csv"))


def test_runs_in_two_threads_are_equal_and_leave_matplotlib_as_it_was(tmp_path: Path) -> None:
    import matplotlib as mpl

    before = {**mpl.rcParams, "lines.linewidth": 7.5}
    with mpl.rc_context({"lines.linewidth": 7.5}), ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: sightkit.load(EXPERIMENT).run(runs_dir=tmp_path), range(2)))
        assert dict(mpl.rcParams) == before
    assert runs[0].path != runs[1].path
    assert runs[0].manifest["model"] == runs[1].manifest["model"]
    assert runs[0].scores == runs[1].scores


def test_nothing_of_the_host_process_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = (random.getstate(), np.random.get_state()[1].tolist(), os.getcwd(), dict(os.environ))  # noqa: PTH109
    sightkit.load(EXPERIMENT).run(runs_dir=tmp_path)
    after = (random.getstate(), np.random.get_state()[1].tolist(), os.getcwd(), dict(os.environ))  # noqa: PTH109
    assert before == after


def test_secrets_reach_neither_manifest_nor_resolved_experiment(tmp_path: Path) -> None:
    words = ["sightkit", "run", "x.toml", "-s", "tracker.api_key=hunter2"]
    run = sightkit.load(EXPERIMENT).run(runs_dir=tmp_path, argv=words)
    assert "hunter2" not in (run.path / "manifest.json").read_text()
    assert run.manifest["argv"][-1] == "tracker.api_key=(hidden)"


def test_secrets_in_the_experiment_are_hidden_in_the_files_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "plugin.py").write_text(f"# {tmp_path}\n" + TRACKER)
    (tmp_path / "registry.toml").write_text('api = 1\n[plugins.tracker]\npath = "plugin.py"\n')
    registry = sightkit.Registry(extra=[tmp_path / "registry.toml"])
    experiment = {**EXPERIMENT, "extensions": [{"use": "tracker", "api_key": "hunter2"}]}
    run = sightkit.load(experiment, registry=registry).run(runs_dir=tmp_path)
    files = [path for path in run.path.rglob("*") if path.suffix in {".toml", ".json", ".txt", ".csv"}]
    assert len(files) > 4
    assert not [path for path in files if "hunter2" in path.read_text()]


def test_a_runs_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(sightkit.StorageError, match="--runs-dir"):
        sightkit.load(EXPERIMENT).run(runs_dir=tmp_path / "file")
