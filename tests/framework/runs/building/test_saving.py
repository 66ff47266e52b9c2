"""A model that can't be read again is told before it is trained."""

from __future__ import annotations

import keras
import pytest

import sightkit
from sightkit.runs.building.saving import unreadable_layers


class Own(keras.layers.Layer):
    """A layer that Keras doesn't know."""

    def call(self, values):
        return values


@keras.saving.register_keras_serializable("saving")
class Known(Own):
    """A layer that it knows."""


def model(*layers: keras.layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((8, 8, 1)), *layers, keras.layers.Flatten(), keras.layers.Dense(3)])


@pytest.mark.parametrize(
    ("layer", "told"), [(Own, ["Own"]), (Known, []), (lambda: keras.layers.Lambda(lambda each: each), ["Lambda"])]
)
def test_classes_that_keras_will_not_read_are_found(layer, told, tmp_path) -> None:
    built = model(layer())
    assert unreadable_layers(built) == told
    built.save(tmp_path / "model.keras")
    if not told:
        keras.saving.load_model(tmp_path / "model.keras")
        return
    with pytest.raises((TypeError, ValueError)):
        keras.saving.load_model(tmp_path / "model.keras")


def test_a_run_of_such_a_model_says_what_to_do(source, tmp_path) -> None:
    values = {"name": "own", "training": {"epochs": 1}, "metrics": [], "reports": []}
    run = sightkit.load(values, dataset=source, architecture=lambda _task: model(Own())).run(runs_dir=tmp_path)
    assert "can't be read again for its Own; register classes of your own" in (run.path / "log.txt").read_text()
    with pytest.raises(sightkit.ArtefactError, match=r"its class Own is none that Keras .*asked for$"):
        _ = run.model


def test_a_layer_that_does_not_say_how_it_is_made_is_refused_in_a_line(source, tmp_path) -> None:
    class Unsaid(Own):
        def __init__(self, function):
            super().__init__()

    with pytest.raises(sightkit.PluginError, match=r"cannot be saved: .*Unsaid .*`get_config\(\)`\.$") as caught:
        sightkit.load({"reports": []}, dataset=source, architecture=lambda _task: model(Unsaid(lambda each: each))).run(
            runs_dir=tmp_path
        )
    assert "\n" not in str(caught.value)
