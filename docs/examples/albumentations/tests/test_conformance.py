"""The transforms of Albumentations keep what an augmentation promises."""

import pytest

sightkit_plugin = "sightkit-albumentations"


@pytest.fixture(scope="session")
def sightkit_examples():
    noise, warped = {"transform": "GaussNoise", "p": 1.0}, {"transform": "ElasticTransform", "p": 1.0, "alpha": 20}
    return {"albumentations": {"transforms": [noise, warped]}}


def test_every_component_keeps_what_its_kind_promises(sightkit_conformance):
    sightkit_conformance()
