"""AdaBelief's rule as a Keras optimizer; a module of its own, since the class needs Keras to be defined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras


@keras.saving.register_keras_serializable(package="sightkit_papers")
class AdaBelief(keras.optimizers.Optimizer):  # type: ignore[misc]  # Keras is not annotated
    """Algorithm 2 of the paper, with the bias corrections that it leaves out there for brevity.

    Args:
        learning_rate: The step size.
        beta_1: Decay of the average of gradients.
        beta_2: Decay of the average of the squared difference of a gradient from that average.
        epsilon: Added to that square in each step, and to its root.
        options: What any Keras optimizer takes, such as ``weight_decay``.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-14,
        name: str = "adabelief",
        **options: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, name=name, **options)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, var_list: Sequence[keras.Variable]) -> None:
        """Make two variables for each of ``var_list``: all that changes from step to step, and a checkpoint holds."""
        if not self.built:
            super().build(var_list)
            self._means, self._surprises = self.add_optimizer_variables(var_list, ["mean", "surprise"])

    def update_step(self, gradient: Any, variable: keras.Variable, learning_rate: Any) -> None:
        """Change one variable."""
        dtype, index = variable.dtype, self._get_variable_index(variable)
        mean, surprise = self._means[index], self._surprises[index]
        rate, gradient, step = (keras.ops.cast(each, dtype) for each in (learning_rate, gradient, self.iterations + 1))
        self.assign_add(mean, (1 - self.beta_1) * (gradient - mean))
        squared = keras.ops.square(gradient - mean)
        self.assign_add(surprise, (1 - self.beta_2) * (squared - surprise) + self.epsilon)
        foreseen = mean / (1 - keras.ops.power(keras.ops.cast(self.beta_1, dtype), step))
        spread = surprise / (1 - keras.ops.power(keras.ops.cast(self.beta_2, dtype), step))
        self.assign_sub(variable, rate * foreseen / (keras.ops.sqrt(spread) + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        """Return what Keras writes into a file of the model."""
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
