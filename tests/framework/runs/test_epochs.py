"""A run that a loop of the host's drives: epoch by epoch, left and gone on with, ended early; runs side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sightkit
from interruptions import plain, results

Load = Callable[..., sightkit.Experiment]


def test_a_loop_of_the_hosts_gets_every_epoch_and_the_run_is_that_of_run(load: Load, tmp_path: Path) -> None:
    epochs = list(load().epochs(runs_dir=tmp_path))
    run = epochs[-1].run
    assert [(each.number, each.stage) for each in epochs] == [(1, 1), (2, 1), (3, 1)]
    assert [dict(each.logs) for each in epochs] == run.history
    assert run.state == "finished"
    assert run.manifest["model"]["best_epoch"] == max(each.number for each in epochs if each.best)
    alone = load().run(runs_dir=tmp_path)
    assert results(alone)["predictions"] == results(run)["predictions"]
    assert plain(alone.history) == plain(run.history)


def test_the_model_of_an_epoch_has_the_weights_that_were_validated(load: Load, tmp_path: Path) -> None:
    epochs = load(training__ema=0.9, metrics=[{"use": "log-loss"}]).epochs(runs_dir=tmp_path)
    for epoch in epochs:
        data = load().prepare()
        rows = data.splits["validation"]
        logits = epoch.model.predict(data.images[rows].astype(np.float32) / 255, verbose=0)
        right = float((logits.argmax(axis=1) == data.labels[rows]).mean())
        assert right == pytest.approx(epoch.logs["validation_accuracy"])


def test_a_loop_that_is_left_interrupts_the_run_and_it_ends_as_if_it_had_not(load: Load, tmp_path: Path) -> None:
    for epoch in load().epochs(runs_dir=tmp_path / "left"):
        if epoch.number == 2:
            break
    run = epoch.run
    assert run.state == "interrupted"
    assert run.manifest["error"] == "the program that drove it left it after an epoch"
    rest = list(load().epochs(runs_dir=tmp_path / "left", resume=True))
    assert [each.number for each in rest] == [3]
    assert rest[0].run.path == run.path
    assert results(run) == results(load().run(runs_dir=tmp_path / "whole"))


def test_a_loop_that_is_left_after_each_epoch_comes_to_the_end_of_the_run(load: Load, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"training.stages": [{"epochs": 2}, {"epochs": 1}], "training.ema": 0.9}

    def driven() -> sightkit.Experiment:
        return load().override(changes)

    numbers = []
    for _ in range(4):
        for epoch in driven().epochs(runs_dir=tmp_path / "left", resume=True):
            numbers.append((epoch.number, epoch.stage))
            break
    assert numbers == [(1, 1), (2, 1), (3, 2)]
    assert epoch.run.state == "finished"
    assert results(epoch.run) == results(driven().run(runs_dir=tmp_path / "whole"))


def test_a_stage_that_the_host_ends_as_it_leaves_is_not_gone_on_with(load: Load, tmp_path: Path) -> None:
    driven = load().override({"training.stages": [{"epochs": 3}, {"epochs": 1}]})
    for epoch in driven.epochs(runs_dir=tmp_path):
        epoch.model.stop_training = True
        break
    rest = list(driven.epochs(runs_dir=tmp_path, resume=True))
    assert [(each.number, each.stage) for each in rest] == [(2, 2)]


def test_a_host_ends_a_stage_as_a_callback_would_and_the_run_is_judged(load: Load, tmp_path: Path) -> None:
    stages = [{"epochs": 3}, {"epochs": 1}]
    seen = []
    for epoch in load(training={"stages": stages}).override({}).epochs(runs_dir=tmp_path):
        seen.append((epoch.number, epoch.stage))
        epoch.model.stop_training = epoch.number == 1
    assert seen == [(1, 1), (2, 2)]
    assert epoch.run.state == "finished"
    assert "test" in epoch.run.scores


def test_a_run_that_is_driven_tells_that_it_has_no_scores_yet_and_that_somebody_drives_it(
    load: Load, tmp_path: Path
) -> None:
    epochs = load().epochs(runs_dir=tmp_path)
    run = next(epochs).run
    with pytest.raises(sightkit.StorageError, match="no scores before its model is judged, and it is running"):
        _ = run.scores
    with pytest.raises(sightkit.StorageError, match="or another loop of this one"):
        next(load().epochs(runs_dir=tmp_path, resume=True))
    epochs.close()


def test_nothing_is_done_before_the_first_epoch_is_asked_for(load: Load, tmp_path: Path) -> None:
    load().epochs(runs_dir=tmp_path)
    assert not list(tmp_path.iterdir())


def test_build_returns_the_network_that_a_run_begins_with(load: Load, tmp_path: Path) -> None:
    still = load(optimizer={"use": "sgd", "learning_rate": 1e-30, "momentum": 0.0}, training__epochs=1)
    built, trained = still.build(), still.run(runs_dir=tmp_path).model
    assert built.output_shape == (None, 3)
    for one, other in zip(built.trainable_variables, trained.trainable_variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=0, atol=1e-20)


def test_runs_in_two_threads_equal_the_same_runs_alone_also_beside_one_that_fails(load: Load, tmp_path: Path) -> None:
    def fail() -> None:
        for epoch in load(name="failing").epochs(runs_dir=tmp_path / "together", cache_dir=tmp_path / "cache"):
            raise ZeroDivisionError(epoch.number)

    def run(experiment: sightkit.Experiment) -> sightkit.Run:
        return experiment.run(runs_dir=tmp_path / "together", cache_dir=tmp_path / "cache")

    experiments = [load(seed=seed, architecture__dropout=0.3, training__epochs=2) for seed in (1, 2)]
    alone = [each.run(runs_dir=tmp_path / "alone") for each in experiments]
    with ThreadPoolExecutor(3) as pool:
        failed = pool.submit(fail)
        together = list(pool.map(run, experiments))
    assert isinstance(failed.exception(), ZeroDivisionError)
    assert [results(run) for run in together] == [results(run) for run in alone]
    assert results(alone[0])["model"] != results(alone[1])["model"]


def test_a_component_of_this_process_is_run_and_resumed_and_the_manifest_tells(load: Load, tmp_path: Path) -> None:
    registry = sightkit.Registry()
    registry.add(error_rate())
    changes: dict[str, Any] = {"metrics": [{"use": "error-rate"}]}
    epoch = next(load(registry, **changes).epochs(runs_dir=tmp_path))
    run = load(registry, **changes).run(runs_dir=tmp_path, resume=True)
    assert run.path == epoch.run.path
    score = run.scores["test"]
    assert score["error-rate"]["value"] == pytest.approx(1 - score["accuracy"]["value"])
    assert run.manifest["data"]["repeatable"] is False
    (entry,) = [each for each in run.manifest["components"] if each["name"] == "error-rate"]
    assert (entry["plugin"], entry["origin"]) == ("python", "this process")


class ErrorRateParams(sightkit.Params):
    """Nothing to set."""


def error_rate() -> sightkit.Metric:
    """Return a metric that is not in any plugin."""

    def build(_params: ErrorRateParams, _task: sightkit.MetricTask) -> sightkit.MetricFunction:
        return lambda labels, probabilities: sightkit.Score(
            value=float((probabilities.argmax(axis=1) != labels).mean()), higher_is_better=False
        )

    return sightkit.Metric(name="error-rate", summary="Share of wrong ones.", params=ErrorRateParams, build=build)
