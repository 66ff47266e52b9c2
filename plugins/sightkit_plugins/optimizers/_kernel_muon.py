"""Keras' Muon, taught which variables of an image classifier it is for.

Keras' own gives Muon's update to every matrix that `exclude_layers` does not name, and AdamW's to all other variables.
So convolutions, most of an image classifier, would be AdamW's, and the head, which should be, would not. Here:

- The kernel of a convolution, ``(height, width, in, out)``, is updated as the matrix ``(height * width * in, out)``.
  Source: Jordan, https://github.com/KellerJordan/Muon, which flattens kernels in the same way.
- The last kernel of the model makes the logits, and AdamW updates it: Muon is for hidden layers.
- AdamW updates kernels with a single output, too, such as those of depthwise convolutions: there is nothing to
  orthogonalise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import keras


class KernelMuon(keras.optimizers.Muon):  # type: ignore[misc]  # Keras is not annotated
    """Muon for the hidden kernels of dense layers and convolutions; `keras.optimizers.Muon` says the rest."""

    def build(self, var_list: Sequence[keras.Variable]) -> None:
        """Make the optimizer's variables; the last kernel of ``var_list`` is taken for the head's."""
        if not self.built:
            # Not the variable itself: Keras would count it among the optimizer's own.
            self._head = next((id(variable) for variable in reversed(var_list) if is_kernel(variable)), None)
        super().build(var_list)

    def _should_use_adamw(self, variable: keras.Variable) -> bool:
        if not is_kernel(variable) or variable.shape[-1] == 1 or id(variable) == self._head:
            return True
        if len(variable.shape) == 2:
            return bool(super()._should_use_adamw(variable))
        return any(re.search(keyword, variable.path) for keyword in self.exclude_layers)

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """Return what is nearly the orthogonal matrix next to ``x``, a gradient of the shape of a kernel."""
        return keras.ops.reshape(super().zeropower_via_newtonschulz5(as_matrix(x), steps), x.shape)

    def lr_adjust(self, x: Any) -> Any:
        """Return the update ``x``, of the shape of a kernel, with a root mean square of ``rms_rate``."""
        return keras.ops.reshape(super().lr_adjust(as_matrix(x)), x.shape)


def is_kernel(variable: keras.Variable) -> bool:
    """Say whether a variable has the shape of a dense layer's kernel, or of a convolution's of images."""
    return len(variable.shape) in {2, 4}


def as_matrix(kernel: Any) -> Any:
    """Return a kernel with all its inputs in rows and its outputs in columns."""
    return keras.ops.reshape(kernel, (math.prod(kernel.shape[:-1]), kernel.shape[-1]))
