"""`OnlineTraining`: a training that goes on whenever it is given images, for `partial_fit`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.errors import ArtefactError
from sightkit.experiment.stages import stages_of
from sightkit.images.decoding.form import form_for
from sightkit.images.prepared import PreparedData
from sightkit.runs.building.parts import build_parts
from sightkit.runs.building.stages import build_plan, build_stage, initial_rate, memory_budget
from sightkit.runs.course.course import history_row
from sightkit.sklearn.errors import ParameterError
from sightkit.sklearn.learned import in_form

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from sightkit.experiment import ExperimentSettings
    from sightkit.images.arrays import ArraySource
    from sightkit.images.decoding.form import Form

OPTIMIZER = "optimizer"


@dataclass(frozen=True, kw_only=True)
class OnlineState:
    """Where a training is, by value.

    Attributes:
        params: Of the estimator, when it was built.
        seed: Of the experiment.
        calls: How often it was given images.
        variables: The values of all that it changes: weights, the optimizer's moments, sums of gradients.
    """

    params: Mapping[str, Any]
    seed: int
    calls: int
    variables: dict[str, NDArray[Any]]


class OnlineTraining:
    """A training that sees each image once, when it is given it; its compiled steps and its optimizer live on.

    What needs to know the end or the whole of a training has no place in it: schedules, stages, averages of weights.

    Args:
        settings: Of the experiment.
        source: The first images: the network is built for them.
        params: Of the estimator, as they are now.
        state: Where it goes on; the network of ``settings`` is then the one that it came to. Another optimizer than
            then begins anew.

    Attributes:
        form: What images are brought to.
        params: Of the estimator, when it was built.

    Raises:
        SightkitError: a parameter is wrong or has no meaning here, a plugin failed, ...
    """

    def __init__(
        self,
        settings: ExperimentSettings,
        source: ArraySource,
        *,
        params: Mapping[str, Any],
        state: OnlineState | None = None,
    ) -> None:
        from sightkit.training.devices.replicas import Replicas

        if settings.training.class_weights == "balanced":
            message = (
                'class_weight: expected a mapping from classes to weights for partial_fit, found "balanced"; how many '
                "images of each class will come, nobody knows"
            )
            raise ParameterError(message)
        self.params = params
        changed = {"stages": (), "ema": None, "drop_last": False}
        self._settings = settings.model_copy(update={"training": settings.training.model_copy(update=changed)})
        self.form = form_for(source, settings.images)
        first = prepared(source, self.form)
        self._parts = build_parts(self._settings, first, Replicas())
        rate = initial_rate(settings.optimizer)
        (only,) = stages_of(self._settings)
        self._stage = build_stage(self._settings, only, self._parts, first, number=0, schedule=lambda _step: rate)
        if state is not None:
            self._go_on_from(state)

    @property
    def model(self) -> keras.Model:
        """What is trained."""
        return self._parts.model

    @property
    def state(self) -> OnlineState:
        """Where it is."""
        from sightkit.training.state.variables import take

        groups = {"model": self.model.variables, **self._stage.variables}
        variables = take(groups, self._parts.replicas)
        return OnlineState(
            params=self.params, seed=self._settings.seed, calls=self._stage.epoch - 1, variables=variables
        )

    def _go_on_from(self, state: OnlineState) -> None:
        from sightkit.training.state.variables import give

        give({"model": self.model.variables}, state.variables, self._parts.replicas)
        self._stage.epoch = state.calls + 1
        groups = dict(self._stage.variables)
        if state.params[OPTIMIZER] != self.params[OPTIMIZER]:
            del groups[OPTIMIZER]  # the moments of another may have the same shapes, and mean something else
        for group, variables in groups.items():
            # Another momentum, or number of steps whose gradients are averaged, may need other variables.
            with suppress(ArtefactError):
                give({group: variables}, state.variables, self._parts.replicas)

    def go_on(self, source: ArraySource, *, epoch: int) -> dict[str, float]:
        """Train once on each image, and return the numbers of that as a row of history.csv with this number.

        Raises:
            DivergedError: loss or gradient of a step is not finite; the weights are as they were before it.
        """
        plan = build_plan(self._settings, prepared(source, self.form), replicas=self._parts.replicas.count)
        self._stage.turn_to(plan, memory=memory_budget(self._settings.images))
        with closing(self._stage.epochs(self._stage.epoch)) as logs:
            (log,) = logs
        return history_row(log, epoch=epoch, stage=1)


def prepared(source: ArraySource, form: Form) -> PreparedData:
    """Return images, all to train on. They may lack some of the classes, and their weights stay what they are."""
    samples = source.samples
    count = len(samples.ids)
    return PreparedData(
        classes=source.classes,
        ids=tuple(samples.ids),
        labels=samples.labels,
        images=in_form(source.images, form),
        splits=MappingProxyType({"train": np.arange(count)}),
        fingerprint="",
        licence=None,
        citation=None,
        # So that the same compiled steps serve calls with weights and without.
        weights=np.ones(count, np.float32) if samples.weights is None else samples.weights,
    )
