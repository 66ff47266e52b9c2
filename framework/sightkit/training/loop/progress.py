"""What training tells those who watch it: each epoch's numbers, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochLog:
    """The numbers of an epoch.

    Attributes:
        epoch: Counted from 1.
        loss: Mean training loss over the epoch's images, as they were seen: augmented, with dropout, while the weights
            changed; with the model's regularisation.
        accuracy: The fraction of them that were classified rightly.
        learning_rate: That of the last step.
        seconds: Wall-clock time of the training steps, without validation and callbacks.
        images_per_second: Images divided by ``seconds``; the first epoch's include the time to compile.
        validation: What ``evaluate`` returned: ``"loss"``, ``"accuracy"`` and other scores; empty without it.
        steps: How many there were.
    """

    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    seconds: float
    images_per_second: float
    validation: Mapping[str, float]
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far training is, once a call of the compiled loop.

    Attributes:
        epoch: Counted from 1.
        epochs: How many there will be.
        step: Steps done in this epoch.
        steps: Steps of an epoch.
        loss: Mean training loss of this epoch so far.
        accuracy: The fraction of its images so far that were classified rightly.
        images_per_second: During the last call.
        stage: Counted from 1.
        stages: How many there are.
        done: Steps done in all stages.
        total: Steps of all stages.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    accuracy: float
    images_per_second: float
    stage: int = 1
    stages: int = 1
    done: int = 0
    total: int = 0
