"""check_component and check_plugin, called without pytest's fixture; and what is found when a plugin is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from sightkit import (
    Architecture,
    Augmentation,
    BuildError,
    ConfigError,
    DataError,
    Extension,
    Loss,
    Params,
    PluginError,
    Pointwise,
    Registry,
    Report,
    ReportOutput,
    Schedule,
    hookimpl,
    uniform,
)
from sightkit.testing import NonconformityError, Outcome, check_component, check_plugin
from sightkit.testing.conformance import examinations, of_component
from sightkit.testing.plugin import load_plugins_to_check
from sightkit.use import Found

BROKEN = Path(__file__).parent / "broken"


class FactorParams(Params):
    """One parameter without a default."""

    factor: float = Field(gt=0, description="What the rate is multiplied by.")


def build_factor(params, task):
    return lambda step: task.learning_rate * params.factor / step if step else 0.0


FACTOR = Schedule(name="factor", summary="A factor.", params=FactorParams, build=build_factor)


DAMPED = """
from typing import Any

from pydantic import Field

from sightkit import Params, Schedule, Use, hookimpl


class DampedParams(Params):
    schedule: Use[Schedule[Any]] = Field(description="What is damped.")


def build_damped(params, task):
    inner = params.schedule.component.build(params.schedule.params, task)
    return lambda step: 0.5 * inner(step)


@hookimpl
def sightkit_schedules():
    return [Schedule(name="damped", summary="Half of another one.", params=DampedParams, build=build_damped)]
"""


def test_a_component_that_conforms_passes_in_silence():
    (component,) = load_plugins_to_check("cosine").records[0].components["schedule"]
    check_component(component)
    check_component(component, examples=[{}, {"warmup_epochs": 1}])


def test_all_failures_are_told_at_once_with_their_findings():
    broken = Schedule(name="b", summary="", params=FactorParams, build=lambda params, task: None)
    with pytest.raises(NonconformityError) as caught:
        check_component(broken, examples={"factor": 2.0})
    found = {finding.check: finding for finding in caught.value.findings}
    assert {"is documented", "builds"} <= set(found)
    assert all(finding.outcome is Outcome.FAILED for finding in found.values())
    assert found["builds"].kind == "schedule"
    assert str(caught.value).count("remedy:") == len(found)


def test_what_failed_says_with_which_example():
    picky = Schedule(
        name="p", summary="Picky.", params=FactorParams, build=lambda params, task: lambda step: -params.factor
    )
    with pytest.raises(NonconformityError, match=r"\(with factor = 3.0\)"):
        check_component(picky, examples={"factor": 3.0})


def test_an_example_may_hold_another_component(tmp_path):
    (tmp_path / "damped.py").write_text(DAMPED)
    check_plugin(tmp_path / "damped.py", examples={"damped": {"schedule": {"use": "cosine", "warmup_epochs": 0.5}}})


def test_what_a_component_needs_and_is_not_installed_is_no_failure():
    needy = Schedule(
        name="needy",
        summary="Needs something.",
        params=FactorParams,
        build=build_factor,
        requires=("no-such-distribution-of-sightkit>=2",),
    )
    registry = load_plugins_to_check("cosine").registry
    examination = of_component(Found(needy, "mine", "here"), [{"factor": 1.0}], registry)
    found = {finding.check: finding for finding in examination.findings()}
    assert found["builds"].outcome is Outcome.SKIPPED
    assert "pip install 'no-such-distribution-of-sightkit>=2'" in found["builds"].reason


def test_an_error_that_no_check_foresaw_says_where_it_was_raised():
    def build(params, task):
        return lambda step: task.learning_rate * {0: 1.0}[step % 1 if task.learning_rate == 0.1 else 1]

    surprising = Schedule(name="s", summary="Surprising.", params=FactorParams, build=build)
    with pytest.raises(NonconformityError, match=r"raised at .*test_conformance\.py:\d+") as caught:
        check_component(surprising, examples={"factor": 1.0})
    (failure,) = (each for each in caught.value.findings if "KeyError" in each.found)
    assert failure.check == "starts from the learning rate"


def test_an_error_in_the_code_of_a_component_is_told_with_its_line():
    dividing = Schedule(
        name="d",
        summary="Divides.",
        params=FactorParams,
        build=lambda params, task: lambda step: task.learning_rate / (step - task.total_steps // 2),
    )
    with pytest.raises(NonconformityError) as caught:
        check_component(dividing, examples={"factor": 1.0})
    (failure,) = (each for each in caught.value.findings if each.check == "is finite at every step")
    assert failure.found.startswith("ZeroDivisionError: ")
    assert re.match(r"mend what was raised at .*test_conformance\.py:\d+, or count steps from 0", failure.remedy)


def test_what_a_component_refuses_is_told_in_its_words():
    def build(params, task):
        try:
            return {}["rate"]
        except KeyError as error:
            message = "factor: expected a table of rates"
            raise DataError(message) from error

    refusing = Schedule(name="r", summary="Refuses.", params=FactorParams, build=build)
    with pytest.raises(NonconformityError) as caught:
        check_component(refusing, examples={"factor": 1.0})
    (failure,) = (each for each in caught.value.findings if each.check == "builds")
    assert failure.found == "factor: expected a table of rates (with factor = 1.0)"
    assert failure.remedy.startswith("return a function")


def test_however_much_an_error_says_it_is_told_in_one_line():
    def build(params, task):
        raise ValueError("much\n" * 1000)

    with pytest.raises(NonconformityError) as caught:
        check_component(Schedule(name="l", summary="Long.", params=FactorParams, build=build), examples={"factor": 1.0})
    (failure,) = (each for each in caught.value.findings if each.check == "builds")
    assert "ValueError: much much" in failure.found
    assert "\n" not in failure.found
    assert len(failure.found) < 1000


class NoParams(Params):
    """None."""


def build_for_large_images(_params, task):
    if min(task.image_shape[:2]) < 100:
        raise BuildError("dim needs images of at least 100 pixels")
    return Pointwise(lambda images, seeds: images * uniform(seeds, 0.5, 1.0, shape=(1, 1, 1)))


def test_an_augmentation_of_large_images_only_conforms():
    dim = Augmentation(name="dim", summary="Darker.", params=NoParams, build=build_for_large_images)
    examination = of_component(Found(dim, "mine", "here"), [], Registry())
    light, *others = examination.findings()
    assert light.check == "imports lightly", "this module does not"
    assert {each.outcome for each in others} == {Outcome.PASSED, Outcome.SKIPPED}


def build_for_radar(_params, task):
    if task.image_shape[2] != 13:
        raise BuildError(f"radar needs 13 channels, found {task.image_shape[2]}")
    return Pointwise(lambda images, seeds: images * uniform(seeds, 0.5, 1.0, shape=(1, 1, 1)))


def test_a_component_of_unusual_images_is_told_how_to_name_their_shape_and_then_conforms():
    radar = Found(Augmentation(name="radar", summary="Dim.", params=NoParams, build=build_for_radar), "mine", "here")
    without = {each.check: each for each in of_component(radar, [], Registry()).findings()}["builds"]
    assert without.found == "it refuses them all: radar needs 13 channels, found 3"
    assert without.remedy.startswith("name one that it takes: --shape radar=HEIGHTxWIDTHxCHANNELS, or, from a fixture")
    _light, *given = of_component(radar, [], Registry(), shape=(9, 12, 13)).findings()
    assert {each.outcome for each in given} == {Outcome.PASSED, Outcome.SKIPPED}


@pytest.mark.parametrize("shape", [(9, 12), (9, 12, 0), (9.0, 12, 3), "9x12x3"])
def test_a_shape_that_is_none_is_refused(shape):
    with pytest.raises(ConfigError, match=r"shapes: expected \(height, width, channels\), such as"):
        check_plugin("cosine", shapes={"cosine": shape})


def test_an_architecture_of_grey_images_alone_conforms():
    def build(_params, task):
        if task.image_shape[2] != 1:
            raise BuildError("grey images only")
        import keras

        images = keras.Input(task.image_shape)
        return keras.Model(images, keras.layers.Dense(task.num_classes)(keras.layers.Flatten()(images)))

    grey = Architecture(name="grey", summary="Grey.", params=NoParams, build=build)
    _light, *others = of_component(Found(grey, "mine", "here"), [], Registry()).findings()
    assert Outcome.FAILED not in {each.outcome for each in others}


def test_a_hook_that_fails_is_told_with_its_line():
    class Dividing:
        @hookimpl
        def sightkit_epoch_ended(self, epoch):
            _ = epoch // 0

    dividing = Extension(name="d", summary="Divides.", params=NoParams, build=lambda params, task: Dividing())
    with pytest.raises(NonconformityError) as caught:
        check_component(dividing)
    (failure,) = (each for each in caught.value.findings if each.check == "takes part in a run")
    assert failure.found.startswith("ZeroDivisionError: ")
    assert re.match(r"mend what was raised at .*test_conformance\.py:\d+, or ", failure.remedy)


def test_an_example_for_a_component_of_one_kind_wins_over_one_for_its_name():
    check_plugin("cosine", examples={"schedule.cosine": {"warmup_epochs": 1}, "cosine": {"warmup_epochs": -1}})


WRITING = """
from pathlib import Path

from pydantic import Field

from sightkit import Dataset, ImageSource, Params, Samples, hookimpl


class KeepingParams(Params):
    folder: str = Field("", description="Where it keeps what it has computed.")


class Keeping(ImageSource):
    classes = ("one", "two")

    def __init__(self, folder):
        import numpy as np

        self.samples = Samples(ids=["1", "2"], labels=np.arange(2))
        Path(folder, "kept").mkdir(parents=True, exist_ok=True)
        Path(folder, "kept", "index.txt").write_text("two images")

    def read(self, index):
        import numpy as np

        return np.full((4, 4), index, np.uint8)


@hookimpl
def sightkit_datasets():
    build = lambda params, task: Keeping(params.folder)
    return [Dataset(name="keeping", summary="Keeps.", params=KeepingParams, build=build)]
"""
NO_WRITING = "writes nothing into the working directory"


def test_a_dataset_may_write_where_a_parameter_says(tmp_path, monkeypatch):
    (tmp_path / "keeping.py").write_text(WRITING)
    monkeypatch.chdir(tmp_path)
    plugins = load_plugins_to_check("keeping.py")
    outcomes = []
    for folder in ("mine", str(tmp_path / "mine"), ""):
        (examination,) = examinations(plugins, {"keeping": {"folder": folder}})
        findings = {each.check: each for each in examination.findings()}
        outcomes.append(findings[NO_WRITING].outcome)
    assert outcomes == [Outcome.PASSED, Outcome.PASSED, Outcome.FAILED]
    assert findings[NO_WRITING].found.startswith("kept, kept/index.txt ")


def test_a_loss_whose_gradient_alone_is_not_finite_is_told_so():
    def build(_params, _task):
        import tensorflow as tf

        def squared(labels, logits):
            wrong = tf.nn.softmax(logits) - labels
            # The root has no gradient where the difference is 0.
            return tf.sqrt(tf.reduce_sum(tf.square(wrong), axis=-1))

        return squared

    with pytest.raises(NonconformityError) as caught:
        check_component(Loss(name="root", summary="A root.", params=NoParams, build=build))
    (failure,) = (each for each in caught.value.findings if each.check == "is finite")
    assert re.fullmatch(r"of 12 samples, 0 losses and [1-9]\d* gradients that are not finite", failure.found)


def test_a_report_that_lists_a_few_images_is_given_odd_names_too():
    def build(_params, _task):
        def write(predictions, folder):
            path = folder / "few.txt"
            path.write_text("\n".join(given.ids[0] for given in predictions.values()), encoding="utf-8")
            return ReportOutput(files=(path,))

        return write

    few = Report(name="few", summary="Lists a few.", params=NoParams, build=build)
    with pytest.raises(NonconformityError, match="report python/few: survives odd names"):
        check_component(few)


def test_a_state_that_only_success_fills_is_restored():
    class Best:
        best: ClassVar[list[float]] = []

        def state(self):
            return {"best": self.best}

        def restore(self, state):
            pass

        @hookimpl
        def sightkit_epoch_ended(self, logs):
            if logs["accuracy"] > 0.9:
                self.best = [logs["accuracy"]]

    best = Extension(name="best", summary="Keeps the best.", params=NoParams, build=lambda params, task: Best())
    with pytest.raises(NonconformityError, match="extension python/best: restores its state"):
        check_component(best)


def test_a_distribution_means_all_its_plugins():
    assert len(load_plugins_to_check("sightkit").records) > 70


def test_a_package_without_hooks_means_the_modules_in_it_that_have_some(tmp_path):
    package = tmp_path / "acme"
    package.mkdir()
    (package / "__init__.py").write_text('"""Nothing here."""\n')
    for name in ("schedule", "metric"):
        (package / f"my_{name}.py").write_text((BROKEN / f"{name}.py").read_text())
    names = [record.name for record in load_plugins_to_check(package).records]
    assert names == ["my-metric", "my-schedule"]


def test_a_plugin_that_lies_in_the_working_directory_wins_over_none_that_is_installed(tmp_path, monkeypatch):
    (tmp_path / "cosine.py").write_text((BROKEN / "schedule.py").read_text())
    monkeypatch.chdir(tmp_path)
    assert load_plugins_to_check("cosine").records[0].origin.startswith("sightkit ")
    assert load_plugins_to_check("cosine.py").records[0].origin == str(tmp_path / "cosine.py")


def test_a_plugin_that_cannot_be_loaded_is_told_with_its_reason(tmp_path):
    (tmp_path / "mine.py").write_text("raise RuntimeError('no')")
    with pytest.raises(PluginError, match=r"mine .* is not loaded .failed.: RuntimeError: no"):
        check_plugin(tmp_path / "mine.py")


def test_the_folder_of_a_distribution_is_to_be_installed(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "acme"\n')
    with pytest.raises(PluginError, match=r"the folder of a distribution; install it \(pip install -e "):
        check_plugin(tmp_path)


def test_a_module_means_itself_and_a_package_the_plugins_in_it():
    metrics = load_plugins_to_check("sightkit_plugins.metrics.accuracy").records
    assert [record.name for record in metrics] == ["accuracy"]
    losses = load_plugins_to_check("sightkit_plugins.losses").records
    assert len(losses) == 3


def test_an_example_of_no_component_is_refused():
    with pytest.raises(ConfigError, match=r"found .cosin.; did you mean .cosine."):
        check_plugin("cosine", examples={"cosin": {}})
