"""Everything that sightkit-lab offers keeps what its kind promises."""

import pytest

sightkit_plugin = "sightkit-lab"


@pytest.fixture(scope="session")
def sightkit_examples():
    return {"house-rules": {"seed": False}}  # the kit's own experiment has none


def test_every_component_keeps_what_its_kind_promises(sightkit_conformance):
    sightkit_conformance()
