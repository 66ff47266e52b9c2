"""Which components an experiment uses."""

from __future__ import annotations

import sightkit
from sightkit.experiment.uses import uses


def test_components_are_found_wherever_they_stand_with_the_path_of_their_table():
    experiment = sightkit.load(
        {
            "dataset": {"use": "digits"},
            "augmentations": [{"use": "flip"}, {"use": "rotate"}],
            "training": {
                "stages": [{"epochs": 1}, {"epochs": 2, "optimizer": {"use": "sgd"}, "schedule": {"use": "cosine"}}]
            },
        }
    )
    found = {path: use.component.name for path, use in uses(experiment.settings)}
    assert found["dataset"] == "digits"
    assert found["augmentations.1"] == "rotate"
    assert found["architecture"] == "basic-cnn"
    assert found["training.stages.1.optimizer"] == "sgd"
    assert found["training.stages.1.schedule"] == "cosine"
    assert found["metrics.0"] == "accuracy"
