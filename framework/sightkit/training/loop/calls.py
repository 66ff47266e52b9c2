"""The calls of the compiled loop that make an epoch, and the error of the one that diverges."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from sightkit.errors import DivergedError
from sightkit.training.loop.pace import Pace
from sightkit.training.loop.tally import Tally

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.training.batches.feed import Block, Feed
    from sightkit.training.batches.plan import Batches, Plan
    from sightkit.training.loop.callbacks import Callbacks
    from sightkit.training.loop.rate import LearningRate
    from sightkit.training.steps.step import StepResults, Steps


StepsFunction: TypeAlias = Callable[["NDArray[np.float32]", "NDArray[np.float32]"], None]
"""Takes the learning rate and the loss of each step of a call; the last of them may be the one that diverged."""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The calls of the compiled loop that make an epoch."""

    model: keras.Model
    plan: Plan
    feed: Feed
    steps: Steps
    rate: LearningRate
    callbacks: Callbacks
    pace: Pace = field(default_factory=Pace)
    stepped: StepsFunction | None = None

    def epoch(self, epoch: int, tally: Tally) -> Generator[None, None, None]:
        """Train for an epoch, or for the rest of one, yielding after each call.

        Args:
            epoch: Counted from 1.
            tally: The numbers of the epoch so far, where it goes on from; added to.

        Raises:
            DivergedError: loss or gradient of a step is not finite.
        """
        with closing(self.feed.blocks(self.batches(epoch, start=tally.steps))) as blocks:
            start = time.perf_counter()
            for block in blocks:
                waited = time.perf_counter() - start
                self.call(block, tally=tally, waited=waited)
                yield
                if self.model.stop_training:
                    return
                start = time.perf_counter()

    def batches(self, epoch: int, *, start: int) -> Iterator[Batches]:
        """Yield the batches of each call of an epoch, as many as the pace and the feed's memory allow."""
        for alike in self.plan.epoch(epoch, start=start):
            rest = alike
            while rest:
                most = min(len(rest), self.feed.most_steps(rest.size))
                batches, rest = rest.split(self.pace.count(most))
                yield batches

    def call(self, block: Block, *, tally: Tally, waited: float) -> None:
        """Do one call, count it in ``tally`` and tell the callbacks; it took ``waited`` seconds to get its images."""
        batches = block.batches
        rates = self.rate.take((batches.epoch - 1) * self.plan.steps + batches.first, len(batches))
        self.callbacks.tell("on_train_batch_begin", batches.first)
        start = time.perf_counter()
        results = self.steps.run(block, rates)
        seconds = waited + time.perf_counter() - start
        if self.stepped:
            self.stepped(rates[: len(results.losses)], results.losses)
        if not results.finite:
            raise diverged(results, self.plan, batches, rates)
        tally.add(results, batch_size=batches.size, seconds=seconds)
        self.pace.record(len(batches), seconds)
        with self.rate.open_to_callbacks():
            logs = {"loss": tally.loss, "accuracy": tally.accuracy}
            self.callbacks.tell("on_train_batch_end", batches.first + len(batches) - 1, logs)


def diverged(results: StepResults, plan: Plan, batches: Batches, rates: NDArray[np.float32]) -> DivergedError:
    """Return the error that says which step was not finite, and on which images."""
    last = len(results.losses) - 1
    ids = tuple(plan.data.ids[row] for row in batches.rows[last])
    loss = float(results.losses[last])
    what = (
        f"the loss is {loss}" if not math.isfinite(loss) else f"the loss is {loss:.6g}, but its gradient is not finite"
    )
    message = (
        f"training diverged in stage {plan.stage + 1}, epoch {batches.epoch}, step {batches.first + last + 1} of "
        f"{plan.steps}, at learning rate {rates[last]:.6g}: {what}; expected finite numbers; lower the learning rate, "
        f"or look at the images of this batch: {shortened(ids)}"
    )
    return DivergedError(message, sample_ids=ids)


def shortened(ids: Sequence[str], *, limit: int = 10) -> str:
    """Return ids for a message, the first few of many."""
    more = f" and {len(ids) - limit} more" if len(ids) > limit else ""
    return ", ".join(ids[:limit]) + more
