"""The layers of registry.toml: which plugin loads, from where, and who decided."""

from __future__ import annotations

from pathlib import Path

import pytest

import sightkit
from plugin_source import metric_plugin
from sightkit.registry.records import PluginRecord, Status


@pytest.fixture
def write(tmp_path: Path):
    """Write a registry.toml: ``write("user", "[plugins.acme]\\nenabled = false")`` returns its path."""

    def write(name: str, text: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "registry.toml").write_text(f"api = 1\n{text}\n")
        return folder / "registry.toml"

    return write


def record_of(registry: sightkit.Registry, name: str) -> PluginRecord:
    """Return what became of a plugin."""
    return next(record for record in registry.plugins if record.name == name)


def check(metric: str, registry: sightkit.Registry) -> None:
    """Check an experiment that needs a metric."""
    sightkit.load({"dataset": {"use": "digits"}, "metrics": [{"use": metric}]}, registry=registry).check()


def test_an_installed_plugin_loads_without_being_listed(install) -> None:
    install("acme", {"vision": metric_plugin("iou")}, version="1.5")
    record = record_of(sightkit.Registry(), "vision")
    assert (record.status, record.layer, record.origin) == (Status.LOADED, "installed", "acme 1.5")


def test_built_ins_come_first_then_all_are_sorted_by_name(install) -> None:
    install("acme", {"zebra": metric_plugin("z"), "aardvark": metric_plugin("a")})
    records = sightkit.Registry().plugins
    assert [record.name for record in records[-2:]] == ["aardvark", "zebra"]
    built_in = [record.name for record in records[:-2]]
    assert built_in == sorted(built_in)
    assert {record.layer for record in records[:-2]} == {"built-in"}


def test_later_layers_win(install, write) -> None:
    install("acme", {"vision": metric_plugin("iou")})
    off, on = (f"[plugins.vision]\nenabled = {word}" for word in ("false", "true"))
    layers = {"user": write("user", off), "project": write("project", on), "extra": [write("line", off)]}

    def settled(**chosen) -> tuple[str, str]:
        record = record_of(sightkit.Registry(**chosen), "vision")
        return record.status, record.layer

    assert settled() == ("loaded", "installed")
    assert settled(user=layers["user"]) == ("disabled", "user")
    assert settled(user=layers["user"], project=layers["project"]) == ("loaded", "project")
    assert settled(**layers) == ("disabled", "command line")
    assert settled(extra=[*layers["extra"], write("line-2", on)]) == ("loaded", "command line")


def test_a_disabled_plugin_is_never_imported_and_an_experiment_that_names_it_says_so(install, write, tmp_path) -> None:
    canary = tmp_path / "canary"
    install("acme", {"vision": metric_plugin("iou", first=f"open({str(canary)!r}, 'w')")})
    registry = sightkit.Registry(user=write("user", "[plugins.vision]\nenabled = false"))
    assert record_of(registry, "vision").status == Status.DISABLED
    with pytest.raises(sightkit.ConfigError, match=r"plugin vision \(acme 1.0\) is not loaded \(disabled\)") as caught:
        check("vision", registry)
    assert caught.value.exit_code == 2  # somebody chose that: nothing is broken
    with pytest.raises(sightkit.ConfigError, match="plugins that are out were not looked into: vision"):
        check("iou", registry)
    assert not canary.exists()


def test_a_built_in_plugin_can_be_disabled(write) -> None:
    registry = sightkit.Registry(user=write("user", "[plugins.f1]\nenabled = false"))
    with pytest.raises(sightkit.ConfigError, match=r"plugin f1 .* is not loaded \(disabled\)"):
        check("f1", registry)


def test_without_autoload_only_listed_plugins_and_built_ins_load(install, write) -> None:
    install("acme", {"vision": metric_plugin("iou"), "sound": metric_plugin("pitch")})
    registry = sightkit.Registry(user=write("user", "autoload = false\n[plugins.sound]"))
    vision = record_of(registry, "vision")
    assert (vision.status, vision.layer) == (Status.NOT_LISTED, "user")
    assert "[plugins.vision]" in vision.reason
    assert record_of(registry, "sound").status == Status.LOADED
    assert record_of(registry, "adam").status == Status.LOADED


def test_without_autoload_an_unlisted_plugin_conflicts_with_nothing(install, write) -> None:
    install("acme", {"adam": metric_plugin("iou")})
    install("apex", {"vision": metric_plugin("iou")})
    install("acme-two", {"vision": metric_plugin("iou")})
    registry = sightkit.Registry(user=write("user", "autoload = false"))
    assert record_of(registry, "adam").origin.startswith("sightkit ")
    assert record_of(registry, "vision").status == Status.NOT_LISTED
    registry.require_sound()


@pytest.mark.parametrize(
    ("wanted", "status"), [(">=1,<2", Status.LOADED), (">=2", Status.WRONG_VERSION), ("==1.5rc1", Status.LOADED)]
)
def test_a_version_narrows_an_installed_plugin(install, write, wanted, status) -> None:
    install("acme", {"vision": metric_plugin("iou")}, version="1.5rc1")
    registry = sightkit.Registry(project=write("project", f'[plugins.vision]\nversion = "{wanted}"'))
    assert record_of(registry, "vision").status == status


def test_a_wrong_version_says_which_file_expects_what(install, write) -> None:
    install("acme", {"vision": metric_plugin("iou")}, version="3.0")
    file = write("user", '[plugins.vision]\nversion = ">=1,<2"')
    registry = sightkit.Registry(user=file, project=write("project", "[plugins.vision]\nenabled = true"))
    record = record_of(registry, "vision")
    assert record.reason == f'{file} expects version ">=1,<2", found 3.0'
    assert record.layer == "user"
    with pytest.raises(sightkit.ConfigError, match="expects version") as caught:
        check("iou", registry)
    assert caught.value.exit_code == 7


def test_a_version_that_is_none_is_a_wrong_one(install, write) -> None:
    install("acme", {"vision": metric_plugin("iou")}, version="built-yesterday")
    registry = sightkit.Registry(user=write("user", '[plugins.vision]\nversion = ">=1"'))
    assert record_of(registry, "vision").status == Status.WRONG_VERSION


def test_a_listed_plugin_that_is_not_there_is_missing(write) -> None:
    registry = sightkit.Registry(user=write("user", "[plugins.vision]"))
    record = record_of(registry, "vision")
    assert record.status == Status.MISSING
    assert "no plugin vision is installed; install it or remove the entry" in record.reason
    check("accuracy", registry)
    with pytest.raises(sightkit.ConfigError, match=r"not loaded \(missing\)") as caught:
        check("vision", registry)
    assert caught.value.exit_code == 7


def test_a_module_can_be_listed_and_a_missing_one_fails(install, site, write) -> None:
    (site / "loose.py").write_text(metric_plugin("iou"))
    registry = sightkit.Registry(
        user=write("user", '[plugins.loose]\nmodule = "loose"\n[plugins.gone]\nmodule = "gone_module"')
    )
    check("loose/iou", registry)
    gone = record_of(registry, "gone")
    assert (gone.status, gone.layer) == (Status.FAILED, "user")
    assert "No module named 'gone_module'" in gone.reason


def test_listing_the_module_that_a_distribution_announces_is_no_conflict(install, write) -> None:
    install("acme", {"vision": metric_plugin("iou")}, version="1.5")
    text = '[plugins.vision]\nmodule = "acme_vision"\nversion = ">=1"'
    for more in ("", '\ndistribution = "Acme"'):
        record = record_of(sightkit.Registry(user=write("user", text + more)), "vision")
        assert (record.status, record.origin, record.layer) == (Status.LOADED, "acme 1.5", "user")


def test_a_path_is_relative_to_its_registry_and_may_be_a_package_with_relative_imports(write) -> None:
    file = write("user", '[plugins.single]\npath = "single.py"\n[plugins.pack]\npath = "code/pack"')
    (file.parent / "single.py").write_text(metric_plugin("alone"))
    package = file.parent / "code" / "pack"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("from .inner.deep import sightkit_metrics\n")
    (package / "inner" / "__init__.py").write_text("")
    (package / "inner" / "deep.py").write_text(metric_plugin("together", first="from ..names import NAME"))
    (package / "names.py").write_text("NAME = 'a name'\n")
    registry = sightkit.Registry(user=file)
    check("single/alone", registry)
    check("pack/together", registry)
    assert record_of(registry, "pack").origin == str(package)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("gone.py", "no such plugin; expected a .py file, or a folder with an __init__.py"),
        ("empty", "the folder has no __init__.py of its own; expected a package"),
        ("notes.txt", "no such plugin; expected a .py file"),
        ("loop", "no such plugin"),
        ("~nobody-of-this-name/x.py", "no such plugin"),
        ("x" * 300, "File name too long"),
    ],
)
def test_local_code_that_is_not_there_fails_and_only_it(write, path, reason) -> None:
    file = write("user", f'[plugins.mine]\npath = "{path}"')
    (file.parent / "empty").mkdir()
    (file.parent / "notes.txt").write_text("")
    (file.parent / "loop").symlink_to("loop")
    registry = sightkit.Registry(user=file)
    record = record_of(registry, "mine")
    assert record.status == Status.FAILED
    assert reason in record.reason
    check("accuracy", registry)


def test_two_distributions_with_one_plugin_name_stay_out_until_a_line_decides(install, write) -> None:
    install("acme", {"vision": metric_plugin("iou")}, version="1.0")
    install("zenith", {"vision": metric_plugin("dice")}, version="2.0")
    registry = sightkit.Registry()
    record = record_of(registry, "vision")
    assert record.status == Status.CONFLICT
    assert "acme 1.0 (acme_vision) and zenith 2.0 (zenith_vision) both offer a plugin of this name" in record.reason
    assert '[plugins.vision] distribution = "zenith"' in record.reason
    check("accuracy", registry)
    for metric in ("iou", "dice", "vision/iou"):
        with pytest.raises(sightkit.ConfigError, match=r"acme 1\.0 .* and zenith 2\.0 .*distribution = ") as caught:
            check(metric, registry)
        assert caught.value.exit_code == 7

    check("dice", sightkit.Registry(user=write("user", '[plugins.vision]\ndistribution = "zenith"')))
    check("iou", sightkit.Registry(user=write("other", '[plugins.vision]\ndistribution = "acme"')))


def test_two_distributions_with_one_plugin_name_and_one_module_conflict_too(install) -> None:
    install("acme", {"vision": metric_plugin("iou")})
    install("acme-fork", {}, lines=("vision = acme_vision",))
    assert record_of(sightkit.Registry(), "vision").status == Status.CONFLICT


def test_a_distribution_that_nobody_has_is_told_with_those_that_are_there(install, write) -> None:
    install("acme", {"vision": metric_plugin("iou")})
    registry = sightkit.Registry(user=write("user", '[plugins.vision]\ndistribution = "acne"'))
    record = record_of(registry, "vision")
    assert record.status == Status.MISSING
    assert 'says distribution = "acne"' in record.reason
    assert "found it in acme" in record.reason


def test_a_plugin_that_takes_a_built_in_name_replaces_nothing_silently(install, write) -> None:
    install("acme", {"adam": metric_plugin("iou")})
    registry = sightkit.Registry()
    with pytest.raises(sightkit.ConfigError, match=r"acme 1\.0 \(acme_adam\) and sightkit") as caught:
        check("accuracy", registry)  # the default optimizer is adam
    assert caught.value.exit_code == 7
    check("accuracy", sightkit.Registry(user=write("user", '[plugins.adam]\ndistribution = "sightkit"')))


def test_one_entry_point_name_twice_in_one_distribution_is_a_conflict(install, site) -> None:
    install("acme", {"vision": metric_plugin("iou")}, lines=("vision = acme_other",))
    (site / "acme_other.py").write_text(metric_plugin("dice"))
    registry = sightkit.Registry()
    record = record_of(registry, "vision")
    assert record.status == Status.CONFLICT
    assert "acme 1.0 (acme_other) and acme 1.0 (acme_vision) both offer a plugin of this name" in record.reason
    check("accuracy", registry)


def test_names_that_toml_must_quote_are_quoted_in_the_line_that_decides(install, write) -> None:
    install("acme", {"acme.vision": metric_plugin("iou")})
    install("zenith", {"acme.vision": metric_plugin("dice")})
    assert '[plugins."acme.vision"] distribution' in record_of(sightkit.Registry(), "acme.vision").reason
    user = write("user", '[plugins."acme.vision"]\ndistribution = "zenith"')
    check("dice", sightkit.Registry(user=user))


def test_strictness_names_every_broken_plugin(install, write) -> None:
    install("acme", {"bad": "raise ValueError('one')", "worse": "raise ValueError('two')"})
    with pytest.raises(sightkit.PluginError, match=r"(?s)bad .*one .*\n.*worse .*two"):
        sightkit.Registry().require_sound()
    file = write("user", "[plugins.bad]\nenabled = false\n[plugins.worse]\nenabled = false")
    sightkit.Registry(user=file).require_sound()


def test_two_registries_in_one_process_do_not_see_each_other(write) -> None:
    registries = []
    for number in ("one", "two"):
        file = write(number, '[plugins.mine]\npath = "mine.py"')
        (file.parent / "mine.py").write_text(metric_plugin(f"metric-{number}"))
        registries.append(sightkit.Registry(user=file))
    plain = sightkit.Registry()
    _ = [registry.plugins for registry in (*registries, plain)]

    check("metric-one", registries[0])
    check("metric-two", registries[1])
    for registry, stranger in [(registries[0], "metric-two"), (registries[1], "metric-one"), (plain, "metric-one")]:
        with pytest.raises(sightkit.ConfigError, match="no such metric"):
            check(stranger, registry)


def test_user_and_project_registries_count_in_python_only_where_they_are_passed(home, tmp_path, monkeypatch) -> None:
    for folder in (home / "config" / "sightkit", tmp_path):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "registry.toml").write_text("api = 1\n[plugins.f1]\nenabled = false\n")
    monkeypatch.chdir(tmp_path)
    assert record_of(sightkit.Registry(), "f1").status == Status.LOADED


class FixedParams(sightkit.Params):
    """Nothing to set."""


def fixed(name: str, value: float = 0.5) -> sightkit.Metric:
    """Return a metric that is always the same."""
    score = sightkit.Score(value=value, higher_is_better=True)
    return sightkit.Metric(
        name=name, summary="Always the same.", params=FixedParams, build=lambda params, task: lambda *_: score
    )


def test_a_component_of_this_process_is_used_as_any_other() -> None:
    registry = sightkit.Registry()
    registry.add(fixed("iou"), fixed("dice"))
    for name in ("iou", "dice", "python/iou", "accuracy"):
        check(name, registry)
    with pytest.raises(sightkit.ConfigError, match="no such metric"):
        check("iou", sightkit.Registry())


def test_components_may_be_added_after_the_registry_was_used() -> None:
    registry = sightkit.Registry()
    check("accuracy", registry)
    registry.add(fixed("iou"))
    check("iou", registry)


def test_an_added_component_never_shadows_that_of_a_plugin() -> None:
    registry = sightkit.Registry()
    registry.add(fixed("f1"))
    with pytest.raises(sightkit.ConfigError, match=r"plugin python .this process. offer.*write use = "):
        check("f1", registry)
    check("python/f1", registry)


def test_an_added_component_changes_no_experiment_that_does_not_name_it() -> None:
    registry = sightkit.Registry()
    names = {
        sightkit.Metric: ("accuracy", "f1"),
        sightkit.Architecture: ("basic-cnn",),
        sightkit.Optimizer: ("adam",),
        sightkit.Schedule: ("constant",),
        sightkit.Loss: ("cross-entropy",),
        sightkit.Report: ("html",),
    }
    for kind, each in names.items():
        for name in each:
            registry.add(kind(name=name, summary="Mine.", params=FixedParams, build=lambda _params, _task: None))
    values = {
        "dataset": {"use": "digits"},
        "optimizer": {"learning_rate": 0.01},
        "training": {"stages": [{"epochs": 1, "schedule": {}, "optimizer": {"learning_rate": 0.1}}]},
    }
    settings = sightkit.load(values, registry=registry).settings
    plain = sightkit.load(values).settings
    assert settings == plain
    assert settings.optimizer.written == "adam/adam"  # as a run writes it down, which goes on with the same registry
    assert plain.optimizer.written == "adam"
    for table in ({"optimizer": {"use": "adam"}}, {"metrics": [{"use": "accuracy"}]}, {"reports": [{"use": "html"}]}):
        with pytest.raises(sightkit.ConfigError, match=r'write use = "([a-z]+)/\1" or "python/'):
            sightkit.load({"dataset": {"use": "digits"}, **table}, registry=registry).check()
    mine = sightkit.load({"dataset": {"use": "digits"}, "metrics": [{"use": "python/accuracy"}]}, registry=registry)
    assert [use.found.plugin for use in mine.settings.metrics] == ["python"]


def test_what_is_added_must_be_components_of_different_names() -> None:
    registry = sightkit.Registry()
    registry.add(fixed("iou"))
    with pytest.raises(sightkit.PluginError, match=r"the metric 'iou' was added before; expected another name"):
        registry.add(fixed("dice"), fixed("iou"))
    with pytest.raises(sightkit.PluginError, match=r"expected components, such as sightkit.Metric\(\.\.\.\), found 3"):
        registry.add(3)  # type: ignore[arg-type]
    with pytest.raises(sightkit.ConfigError):
        check("dice", registry)
