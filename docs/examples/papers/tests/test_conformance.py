"""Everything that sightkit-papers offers keeps what its kind promises."""

sightkit_plugin = "sightkit-papers"


def test_every_component_keeps_what_its_kind_promises(sightkit_conformance):
    sightkit_conformance()
