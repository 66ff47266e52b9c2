"""Muon: orthogonal updates for the kernels of hidden layers, AdamW for everything else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl
from sightkit_plugins.optimizers._parameters import Beta1, Beta2, Epsilon, LearningRate, WeightDecay, keras_arguments

if TYPE_CHECKING:
    import keras


class MuonParams(Params):
    """Parameters of ``[optimizer] use = "muon"``; names and meanings are those of `keras.optimizers.Muon`.

    Which variables Muon updates, and which AdamW, is said in `sightkit_plugins.optimizers._kernel_muon`.

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; `rms_rate` and the weight
    decay are those of Liu et al., "Muon is Scalable for LLM Training", 2025.
    """

    learning_rate: LearningRate = 1e-3
    adam_beta_1: Beta1 = 0.9
    adam_beta_2: Beta2 = 0.999
    adam_weight_decay: float = Field(
        0.004, ge=0, description="Weight decay of what AdamW updates, as weight_decay; 0 for none."
    )
    epsilon: Epsilon = 1e-7
    weight_decay: WeightDecay = 0.004
    exclude_layers: tuple[re.Pattern[str], ...] = Field(
        (),
        description="Regular expressions; AdamW also updates every variable in whose path (layer/kernel) one occurs.",
    )
    exclude_embeddings: bool = Field(
        True, description='Whether AdamW updates matrices with "embedding" in their paths.'
    )
    muon_a: float = Field(3.4445, description="Coefficient of x in the Newton-Schulz iteration.")
    muon_b: float = Field(-4.775, description="Coefficient of x cubed.")
    muon_c: float = Field(2.0315, description="Coefficient of x to the power of 5.")
    adam_lr_ratio: float = Field(1.0, gt=0, description="AdamW's learning rate, as a multiple of Muon's.")
    momentum: float = Field(0.95, ge=0, lt=1, description="How much of the sum of past gradients Muon keeps a step.")
    ns_steps: int = Field(5, ge=1, description="Newton-Schulz iterations a step.")
    nesterov: bool = Field(True, description="Whether momentum looks ahead (Nesterov).")
    rms_rate: float = Field(
        0.2,
        ge=0,
        description="Root mean square of Muon's updates at a learning rate of 1, near AdamW's; 0: orthogonal ones.",
    )


def build_muon(params: MuonParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' Muon, for dense layers and convolutions."""
    from sightkit_plugins.optimizers._kernel_muon import KernelMuon

    return KernelMuon(
        **keras_arguments(params)
        | {
            "adam_weight_decay": params.adam_weight_decay or None,
            "exclude_layers": [pattern.pattern for pattern in params.exclude_layers],
            "rms_rate": params.rms_rate or None,
        }
    )


@hookimpl
def sightkit_optimizers() -> list[Optimizer[MuonParams]]:
    """Offer Muon."""
    return [
        Optimizer(
            name="muon",
            summary="Orthogonal updates of hidden kernels, AdamW for the rest.",
            params=MuonParams,
            build=build_muon,
        )
    ]
