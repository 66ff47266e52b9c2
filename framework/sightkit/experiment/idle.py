"""The keys of an experiment that mean nothing, because another one says it."""

from __future__ import annotations

from sightkit.experiment.settings import ExperimentSettings


def idle_keys(settings: ExperimentSettings) -> dict[str, set[str]]:
    """Return the keys of each table that mean nothing; where they were written out, they would be a mistake."""
    return {
        "split": {"validation"} if settings.split.folds else {"fold"},
        "training": {"epochs"} if settings.training.stages else set(),
    }


def without_idle_values(settings: ExperimentSettings) -> ExperimentSettings:
    """Return settings in which what means nothing is as by default, so that those that mean the same are equal."""
    changed = {}
    for table, keys in idle_keys(settings).items():
        model = getattr(settings, table)
        changed[table] = model.model_copy(update={key: type(model).model_fields[key].default for key in keys})
    return settings.model_copy(update=changed)
