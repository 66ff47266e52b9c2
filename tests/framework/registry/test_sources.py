"""Plugins of installed distributions, also where the metadata of some distribution is damaged."""

from __future__ import annotations

import pytest

import sightkit
from plugin_source import metric_plugin
from sightkit.registry.records import Status


def statuses() -> dict[str, str]:
    """Return what became of each plugin that is not built in."""
    return {record.name: record.status for record in sightkit.Registry().plugins if record.layer != "built-in"}


@pytest.fixture
def sound(install) -> None:
    """A distribution with nothing wrong."""
    install("sound", {"well": metric_plugin("well-made")})


@pytest.mark.usefixtures("sound")
def test_a_damaged_distribution_that_offers_no_plugin_disturbs_nobody(site) -> None:
    info = site / "damaged-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: damaged\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[console_scripts]\nthis line has no equals sign\n")
    assert statuses() == {"well": Status.LOADED}


@pytest.mark.usefixtures("sound")
def test_a_damaged_distribution_that_offers_plugins_is_a_failed_one(install) -> None:
    install("damaged", {}, lines=("this line has no equals sign",))
    assert statuses() == {"damaged": Status.FAILED, "well": Status.LOADED}
    (record,) = (record for record in sightkit.Registry().plugins if record.name == "damaged")
    assert "its entry_points.txt cannot be read" in record.reason
    assert "install damaged again" in record.reason


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("metadata", [None, b"", b"Name: \xff\xfe\n"])
def test_a_plugin_without_usable_metadata_loads_all_the_same(install, site, metadata) -> None:
    install("bare", {"bare": metric_plugin("bare-metric")})
    file = site / "bare-1.0.dist-info" / "METADATA"
    if metadata is None:
        file.unlink()
    else:
        file.write_bytes(metadata)
    assert statuses() == {"bare": Status.LOADED, "well": Status.LOADED}


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("value", ["", "no such syntax!", "sound_well:gone", "..", "sound_well:"])
def test_an_entry_point_that_leads_nowhere_is_a_failed_plugin(install, value) -> None:
    install("astray", {}, lines=(f"astray = {value}",))
    found = statuses()
    assert found["well"] == Status.LOADED
    assert found["astray"] in {Status.FAILED, Status.LOADED}  # Python takes "module:" for the module
