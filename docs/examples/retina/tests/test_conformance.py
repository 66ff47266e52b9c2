"""Everything that sightkit-retina offers keeps what its kind promises."""

import pytest
from sightkit_retina.draw import draw

sightkit_plugin = "sightkit-retina"


@pytest.fixture(scope="session")
def sightkit_examples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    return {"retina-table": {"table": str(draw(folder)), "folder": str(folder / "train"), "suffix": ".png"}}


def test_every_component_keeps_what_its_kind_promises(sightkit_conformance):
    sightkit_conformance()
