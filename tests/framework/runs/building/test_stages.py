"""What is refused when a training or a stage of it is built, because it could never do what was asked for."""

from __future__ import annotations

from typing import Any

import pytest

import sightkit


def perceptron(inputs: tuple[int, int, int] = (8, 8, 1)) -> Any:
    import keras

    return keras.Sequential([keras.Input(inputs), keras.layers.Flatten(), keras.layers.Dense(3)])


def test_more_steps_to_accumulate_than_there_are_are_refused(load, tmp_path) -> None:
    message = r"training\.accumulate = 13: the 12 steps of this stage would .*; expected at most 12, or more epochs"
    with pytest.raises(sightkit.ConfigError, match=message):
        load(training__accumulate=13, training__epochs=2).run(runs_dir=tmp_path)


def test_a_model_that_was_built_before_cannot_be_told_to_compute_otherwise(source, tmp_path) -> None:
    values = {"training": {"epochs": 1, "precision": "bfloat16"}, "metrics": [], "reports": []}
    with pytest.raises(sightkit.ConfigError, match=r'precision = "bfloat16": .*; hand over a function that builds'):
        sightkit.load(values, dataset=source, architecture=perceptron()).run(runs_dir=tmp_path)
    run = sightkit.load(values, dataset=source, architecture=lambda _task: rounded()).run(runs_dir=tmp_path)
    assert run.model.layers[1].compute_dtype == "bfloat16"


def rounded() -> Any:
    import keras

    return keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(4), keras.layers.Dense(3, dtype="float32")]
    )


def test_layer_decay_is_refused_where_all_layers_are_on_one_level(source, tmp_path) -> None:
    values = {"training": {"stages": [{"epochs": 1, "layer_decay": 0.5}]}, "metrics": [], "reports": []}
    with pytest.raises(sightkit.ConfigError, match=r"layer_decay = 0\.5: no layer makes maps .*; give the network a"):
        sightkit.load(values, dataset=source, architecture=perceptron()).run(runs_dir=tmp_path)


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        ({"epochs": 1, "freeze": "below:nolayer"}, r'training\.stages\.1: freeze = "below:nolayer"'),
        ({"epochs": 1, "schedule": {"use": "cosine", "warmup_epochs": 3}}, r"training\.stages\.1: .*warmup_epochs = 3"),
    ],
)
def test_what_is_wrong_with_a_later_stage_is_told_before_the_first_step(load, tmp_path, stage, message) -> None:
    with pytest.raises(sightkit.ConfigError, match=message):
        load(training__stages=[{"epochs": 1}, stage]).run(runs_dir=tmp_path)
    (folder,) = (tmp_path / "tiny").iterdir()
    assert sightkit.Run(folder).history == []


def test_what_failed_before_its_first_checkpoint_is_run_anew_once_it_is_mended(load, tmp_path) -> None:
    with pytest.raises(sightkit.ConfigError):
        load(training__accumulate=1000).run(runs_dir=tmp_path, resume=True)
    assert load(training__epochs=1).run(runs_dir=tmp_path, resume=True).state == "finished"


def test_a_model_that_starts_with_what_is_not_finite_is_the_architectures_mistake(source, tmp_path) -> None:
    def broken(_task: sightkit.ArchitectureTask) -> Any:
        model = perceptron()
        model.layers[-1].bias.assign([0.0, float("inf"), 0.0])
        return model

    with pytest.raises(sightkit.PluginError, match=r"bias isn't finite before it is trained"):
        sightkit.load({"reports": []}, dataset=source, architecture=broken).run(runs_dir=tmp_path)


class NoParams(sightkit.Params):
    """Nothing to set."""


def average(labels: Any, logits: Any) -> Any:
    import tensorflow as tf

    return tf.reduce_mean((labels - logits) ** 2)


def doubled(labels: Any, logits: Any) -> Any:
    import tensorflow as tf

    return tf.repeat(tf.reduce_sum((labels - logits) ** 2, axis=1), 2)


@pytest.mark.parametrize(
    ("kind", "function", "told"),
    [
        (sightkit.Loss, average, r"returned .*; expected float32 of shape \(batch,\), one loss a sample, no mean"),
        (sightkit.Loss, doubled, r"returned losses of another shape than \(batch,\); expected one loss a sample"),
        (sightkit.Schedule, lambda step: float("nan"), "returned nan for step 0; expected a finite number"),
        (sightkit.Schedule, lambda step: -0.1, r"returned -0\.1 for step 0; expected a finite number of at least 0"),
        (sightkit.Schedule, lambda step: "fast", "returned 'fast' for step 0; expected a finite number"),
        (sightkit.Architecture, 3, "the architecture returned 3; expected a sightkit Network or a keras.Model"),
    ],
)
def test_a_breach_of_contract_names_the_component_and_its_plugin(source, tmp_path, kind, function, told) -> None:
    registry = sightkit.Registry()
    registry.add(kind(name="mine", summary="Broken.", params=NoParams, build=lambda _params, _task: function))
    values = {kind.kind: {"use": "mine"}, "training": {"epochs": 1}, "metrics": [], "reports": []}
    with pytest.raises(sightkit.PluginError, match=rf'{kind.kind} "mine" \(plugin python, from this process\).*{told}'):
        sightkit.load(values, dataset=source, registry=registry).run(runs_dir=tmp_path)
