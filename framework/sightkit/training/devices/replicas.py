"""The replicas of a training: the devices, and the processes on several machines, that share each batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from sightkit.errors import WorkerLostError

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

LOST = (
    tf.errors.UnavailableError,
    tf.errors.DeadlineExceededError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
)
"""What TensorFlow raises when a process that it works with is gone, or is being told so."""

SEED_STRIDE = 1_000_003  # a prime: the first words of replicas' seeds stay apart however layers choose theirs


class Replicas:
    """What a `tf.distribute.Strategy` computes on, and how its replicas agree.

    Args:
        strategy: By default the one whose scope this is in: one device, mostly.

    Attributes:
        strategy: The strategy.
        count: How many there are on all machines together.
        worker: The number of this process among those that train together, 0 for the chief.
        workers: How many such processes there are.
    """

    def __init__(self, strategy: tf.distribute.Strategy | None = None) -> None:
        self.strategy = strategy or tf.distribute.get_strategy()
        self.count: int = self.strategy.num_replicas_in_sync
        self.worker = worker_number(getattr(self.strategy, "cluster_resolver", None))
        # The strategy of one device doesn't know its devices.
        self._local = len(self.strategy.extended.worker_devices) if self.count > 1 else 1
        self.workers = self.count // self._local

    @property
    def is_chief(self) -> bool:
        """Whether this process writes what all of them have made."""
        return self.worker == 0

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Let the variables that are made inside be on all replicas; each gets the value that the first has.

        Raises:
            WorkerLostError: another process that trains with this one is gone.
        """
        with self.telling_lost_workers(), self.strategy.scope():
            yield

    # In the graph of a step ------------------------------------------------------------------------------------------

    def share(self, rows: tf.Tensor) -> tf.Tensor:
        """Return this replica's part of a batch; in replica context. No part is empty if there are enough rows."""
        if self.count == 1:
            return rows
        replica, size = self._number(), tf.shape(rows)[0]
        return rows[replica * size // self.count : (replica + 1) * size // self.count]

    def total(self, values: Sequence[tf.Tensor | None]) -> list[tf.Tensor | None]:
        """Return the sum of each value over the replicas; in replica context. What is ``None`` stays so."""
        if self.count == 1:
            return list(values)
        context, present = tf.distribute.get_replica_context(), [value for value in values if value is not None]
        sums = iter(context.all_reduce(tf.distribute.ReduceOp.SUM, present))
        return [None if value is None else next(sums) for value in values]

    def once(self, gradients: Sequence[tf.Tensor | None]) -> list[tf.Tensor | None]:
        """Return gradients, equal on all replicas, so that their sum over the replicas is what each of them is now.

        Keras' optimizers add up what the replicas hand over. All but the first hand over zeros: to divide by their
        number would round, and norms that gradients are clipped to would have to be divided too.
        """
        if self.count == 1:
            return list(gradients)
        first = self._number() == 0
        return [None if each is None else tf.where(first, each, tf.zeros_like(each)) for each in gradients]

    def first(self, value: Any) -> tf.Tensor:
        """Return what is equal on all replicas, outside of them."""
        return self.strategy.experimental_local_results(value)[0]

    def _number(self) -> tf.Tensor:
        return tf.distribute.get_replica_context().replica_id_in_sync_group

    # Between calls ---------------------------------------------------------------------------------------------------

    def values(self, variable: Any) -> list[NDArray[Any]]:
        """Return the value that a variable has on each replica of this process."""
        return [np.array(each.numpy()) for each in self._copies(variable)]

    def hold(self, variable: Any) -> bool:
        """Say whether a variable is on all replicas."""
        # Where each process has one device, what was made outside of the scope is on as many, but not one variable.
        return self.count == 1 or isinstance(plain(variable), tf.distribute.DistributedValues)

    def assign(self, variable: Any, values: Sequence[NDArray[Any]]) -> None:
        """Give a variable its own value on each replica of this process."""
        for copy, value in zip(self._copies(variable), values, strict=True):
            copy.assign(value)

    def _copies(self, variable: Any) -> Sequence[tf.Variable]:
        copies: Sequence[tf.Variable] = self.strategy.experimental_local_results(plain(variable))
        return copies

    def averaging(self, variables: Sequence[keras.Variable]) -> Callable[[], None]:
        """Return what gives each variable its mean over the replicas; BatchNorm keeps statistics on each of them."""
        if self.count == 1 or not variables:
            return lambda: None

        def assign_means() -> None:
            context = tf.distribute.get_replica_context()
            values = [tf.identity(variable.value) for variable in variables]
            means = context.all_reduce(tf.distribute.ReduceOp.MEAN, values)
            for variable, mean in zip(variables, means, strict=True):
                variable.assign(mean)

        return self._compiled(assign_means)

    def set_seeds_apart(self, model: keras.Model) -> None:
        """Give the random layers of a fresh model a seed of its own on each replica; that of the first stays."""
        if self.count == 1:
            return
        weights = {id(variable) for variable in model.weights}
        states = [variable for variable in model.variables if id(variable) not in weights and variable.shape == (2,)]

        def move() -> None:
            for state in states:
                offset = tf.stack([self._number() * SEED_STRIDE, 0])
                state.assign(state.value + tf.cast(offset, state.value.dtype))

        self._compiled(move)()

    def _compiled(self, function: Callable[[], None]) -> Callable[[], None]:
        compiled: Callable[[], None] = tf.function(lambda: self.strategy.run(function), autograph=False)

        def call() -> None:
            with self.telling_lost_workers():
                compiled()

        return call

    # Between processes; all of them ask, and each raises WorkerLostError where another one is gone --------------------

    @contextmanager
    def telling_lost_workers(self) -> Iterator[None]:
        """Tell an error that comes of another process being gone as what it is, whatever was made of it on its way.

        Raises:
            WorkerLostError: such an error.
        """
        try:
            yield
        except Exception as error:
            cause: BaseException | None = error
            while cause is not None and not isinstance(cause, LOST):
                cause = cause.__cause__
            if cause is None or self.workers == 1:
                raise
            message = (
                "another worker of this training is gone, or can't be reached any more; start all workers again with "
                "sightkit resume, or sightkit run --resume, and they go on from the last checkpoint"
            )
            raise WorkerLostError(message) from error

    def wait_for_all(self) -> None:
        """Return when every process has come here."""
        self.any(False)

    def any(self, *wanted: bool) -> list[bool]:
        """Say of each thing whether any process wants it; all of them ask."""
        return list(wanted) if self.workers == 1 else [number > 0 for number in self._sum(map(int, wanted))]

    def chiefs(self, document: Any) -> Any:
        """Return what the chief handed over, on each process; what JSON can hold."""
        if self.workers == 1:
            return document
        text = json.dumps(document).encode() if self.worker == 0 else b""
        (length,) = self._sum([len(text)])
        numbers = self._sum(text.ljust(length, b"\0") if self.worker == 0 else bytes(length))
        return json.loads(bytes(numbers))

    def _sum(self, numbers: Iterable[int]) -> list[int]:
        """Return the sum of whole numbers over the processes."""
        with self.telling_lost_workers():
            total = self._sum_over_replicas(tf.constant(list(numbers), tf.int32)) // self._local
        return [int(number) for number in total]

    @cached_property
    def _sum_over_replicas(self) -> Callable[[tf.Tensor], NDArray[np.int32]]:
        def one(values: tf.Tensor) -> tf.Tensor:
            return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(values))

        @tf.function(input_signature=[tf.TensorSpec((None,), tf.int32)], autograph=False)  # type: ignore[untyped-decorator]
        def summed(values: tf.Tensor) -> tf.Tensor:
            return self.first(self.strategy.run(one, args=(values,)))

        return lambda values: np.asarray(summed(values))


def plain(variable: Any) -> Any:
    """Return a variable of TensorFlow's, or that in a variable of Keras'."""
    return variable if isinstance(variable, tf.Variable) else variable.value


def worker_number(cluster: Any) -> int:
    """Return the number of this process in a `tf.distribute.cluster_resolver.ClusterResolver`, or 0 without one.

    A cluster may have one task of the type "chief" beside its workers, which comes first then.
    """
    if cluster is None or cluster.task_type == "chief":
        return 0
    return int(cluster.task_id or 0) + len(cluster.cluster_spec().as_dict().get("chief", ()))
