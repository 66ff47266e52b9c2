"""Early stopping and the plateau policy: what a stage makes of scores that no longer improve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sightkit.errors import ConfigError
from sightkit.training.loop.patience import Patience

if TYPE_CHECKING:
    from sightkit.experiment.settings import EarlyStoppingSettings, PlateauSettings, TrainingSettings
    from sightkit.training.loop.progress import EpochLog
    from sightkit.training.loop.rate import LearningRate


class Watches:
    """What is watched in a stage.

    Args:
        settings: The experiment's.
        higher_is_better: The direction of each score of the validation split; ``None`` where there is none.

    Raises:
        ConfigError: something is to be watched, and nothing is validated.
    """

    def __init__(self, settings: TrainingSettings, higher_is_better: Mapping[str, bool] | None) -> None:
        self._monitor = settings.monitor
        self._stopping, self._plateau = settings.early_stopping, settings.plateau
        self._patience = {
            name: self._patience_of(name, each, higher_is_better)
            for name, each in (("early_stopping", self._stopping), ("plateau", self._plateau))
            if each is not None
        }

    def _patience_of(
        self,
        name: str,
        settings: EarlyStoppingSettings | PlateauSettings,
        higher_is_better: Mapping[str, bool] | None,
    ) -> Patience:
        if higher_is_better is None:
            message = (
                f"training.{name}: it watches a score of the validation split, and there is none; expected "
                f"split.validation above 0, or no training.{name}"
            )
            raise ConfigError(message)
        return Patience(
            settings.patience,
            higher_is_better=higher_is_better[settings.monitor or self._monitor],
            min_improvement=settings.min_improvement,
            cooldown=getattr(settings, "cooldown", 0),
        )

    def lower(self, rate: LearningRate, log: EpochLog) -> bool:
        """Lower the learning rate if the plateau policy says so after this epoch, and say whether it did."""
        if self._plateau is None or not self._ends("plateau", self._plateau, log):
            return False
        lowered = max(rate.scale * self._plateau.factor, self._plateau.lowest)
        changed = lowered < rate.scale
        rate.scale = min(lowered, rate.scale)
        return changed

    def stops(self, log: EpochLog) -> bool:
        """Say whether the stage ends early with this epoch."""
        return self._stopping is not None and self._ends("early_stopping", self._stopping, log)

    def _ends(self, name: str, settings: EarlyStoppingSettings | PlateauSettings, log: EpochLog) -> bool:
        return self._patience[name].ends(log.validation[settings.monitor or self._monitor])

    def state(self) -> dict[str, Any]:
        """Return what `restore` goes on from, as JSON can hold it."""
        return {name: patience.state() for name, patience in self._patience.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        for name, patience in self._patience.items():
            patience.restore(state[name])
