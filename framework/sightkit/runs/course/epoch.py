"""`Epoch`: what a program that drives a run is told after each epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

    from sightkit.runs.record.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """An epoch that has ended.

    Attributes:
        number: Counted from 1, over all stages.
        stage: Counted from 1.
        logs: Its numbers, as they stand in ``history.csv``: ``"loss"``, ``"validation_accuracy"``, ...
        best: Whether it is the best so far by ``training.monitor``; never, where there is nothing to validate on.
        run: The run, which goes on.
        model: What is trained, with the weights that were validated. ``model.stop_training = True`` ends the stage, as
            a Keras callback would.
    """

    number: int
    stage: int
    logs: Mapping[str, float]
    best: bool
    run: Run
    model: keras.Model = field(repr=False)
