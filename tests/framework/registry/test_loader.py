"""What becomes of plugins that break, each in its own way: the others load, and the message says what to mend."""

from __future__ import annotations

import sys
from typing import Any

import pytest

import sightkit
from plugin_source import metric_plugin, plugin_source
from sightkit.registry.records import PluginRecord, Status

HOOK = "@hookimpl\ndef sightkit_metrics():\n    "

BROKEN = {
    "raises": ("raise ZeroDivisionError('boom')", "ZeroDivisionError: boom"),
    "exits": ("raise SystemExit(3)", "it called sys.exit(3)"),
    "raises-what-is-no-exception": (
        "class Odd(BaseException): pass\nraise Odd('boom')",
        "Odd: boom",
    ),
    "raises-what-cannot-be-told": (
        "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute",
        "Mute: its message cannot be told",
    ),
    "no-python": ("def", "SyntaxError: invalid syntax (broken_no_python.py, line"),
    "lacks-a-library": ("import there_is_no_such_library", "No module named 'there_is_no_such_library'"),
    "misspelt-hook": (
        "@hookimpl\ndef sightkit_metric(): return []",
        'there is no hook sightkit_metric; did you mean "sightkit_metrics"?',
    ),
    "unmarked-hook": (
        "def sightkit_metrics(): return []",
        "sightkit_metrics is not marked as a hook: put @sightkit.hookimpl above it",
    ),
    "unmarked-and-misspelt": (
        "def sightkit_metrix(): return []",
        'sightkit_metrix is not marked as a hook (did you mean "sightkit_metrics"?)',
    ),
    "run-hook-in-a-module": (
        "@hookimpl\ndef sightkit_epoch_ended(run, epoch, logs): pass",
        "sightkit_epoch_ended belongs elsewhere: it is a method of the object that an extension builds",
    ),
    "wraps": (
        "@hookimpl(wrapper=True)\ndef sightkit_metrics():\n    yield\n    return []",
        "sightkit_metrics is marked as a wrapper",
    ),
    "wraps-in-the-old-way": (
        "@hookimpl(hookwrapper=True)\ndef sightkit_metrics():\n    yield",
        "sightkit_metrics is marked as a wrapper",
    ),
    "cached-hook": (
        "import functools\n@hookimpl\n@functools.cache\ndef sightkit_metrics(): return []",
        "sightkit_metrics is a _lru_cache_wrapper, which pluggy passes over; expected a plain function",
    ),
    "hook-that-is-a-class": (
        "@hookimpl\nclass sightkit_metrics: pass",
        "sightkit_metrics is a type, which pluggy passes over; expected a plain function",
    ),
    "hook-that-is-partial": (
        "import functools\nsightkit_metrics = hookimpl(functools.partial(list))",
        "sightkit_metrics is a partial, which pluggy passes over; expected a plain function",
    ),
    "wants-an-argument": ("@hookimpl\ndef sightkit_metrics(registry): return []", "registry"),
    "hook-exits": (f"{HOOK}import sys; sys.exit('bye')", "it called sys.exit('bye')"),
    "fails-late": (f"{HOOK}yield metric('early')\n    raise KeyError('late')", "KeyError: 'late'"),
    "returns-nothing": (f"{HOOK}pass", "sightkit_metrics returned None; expected a list of Metric"),
    "returns-a-number": (f"{HOOK}return 3", "sightkit_metrics returned one int; expected a list of Metric"),
    "returns-one": (f"{HOOK}return metric('one')", "sightkit_metrics returned one Metric; expected a list of Metric"),
    "returns-names": (f"{HOOK}return ['accuracy']", "sightkit_metrics offered a str; expected a sightkit.Metric"),
    "wrong-kind": (
        f"{HOOK}return [Loss(name='mine', summary='', params=Nothing, build=print)]",
        "sightkit_metrics offered a Loss; expected a sightkit.Metric",
    ),
    "two-of-one-name": (
        f"{HOOK}return [metric('twin'), metric('twin')]",
        "sightkit_metrics offered two components named 'twin'; expected different names",
    ),
    "odd-name": (f"{HOOK}return [metric('Mean_IoU')]", "expected kebab-case"),
    "params-are-a-dict": (
        f"{HOOK}return [Metric(name='mine', summary='', params=dict, build=print)]",
        "params is <class 'dict'>; expected a subclass of sightkit.Params",
    ),
    "reserved-parameter": ("class Mine(Params):\n    use: str = ''", "a field 'use', which is reserved"),
    "build-is-no-function": (
        f"{HOOK}return [Metric(name='mine', summary='', params=Nothing, build=3)]",
        "build is 3; expected a function of params and task",
    ),
    "summary-is-no-sentence": (
        f"{HOOK}return [Metric(name='mine', summary=3, params=Nothing, build=print)]",
        "summary and deprecated are sentences; expected strings",
    ),
    "requires-is-a-string": (f"{HOOK}return [metric('mine', requires='scipy>=1')]", "expected a tuple"),
    "requires-nonsense": (f"{HOOK}return [metric('mine', requires=('>=1 scipy',))]", "InvalidRequirement"),
    "recipe-without-a-file": (
        "from pathlib import Path\n@hookimpl\ndef sightkit_recipes(): return [Recipe('gone', Path('/no/gone.toml'))]",
        "recipe 'gone': /no/gone.toml is not a file",
    ),
    "recipe-with-an-odd-name": (
        "@hookimpl\ndef sightkit_recipes(): return [Recipe('a/b', __file__)]",
        "the recipe is named 'a/b'",
    ),
}


def record_of(registry: sightkit.Registry, name: str) -> PluginRecord:
    """Return what became of a plugin."""
    return next(record for record in registry.plugins if record.name == name)


def experiment(**tables: Any) -> dict[str, Any]:
    """Return an experiment on the digits."""
    return {"dataset": {"use": "digits"}, **tables}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_told_keeps_nobody_else_out_and_matters_only_to_who_needs_it(name, install) -> None:
    body, cause = BROKEN[name]
    install("broken", {name: plugin_source(body)})
    install("sound", {"well": metric_plugin("well-made")})
    registry = sightkit.Registry()

    record = record_of(registry, name)
    assert record.status == Status.FAILED
    assert record.origin == "broken 1.0"
    assert cause in record.reason
    assert "\n" not in record.reason
    assert not any(record.components.values())

    assert record_of(registry, "well").status == Status.LOADED
    sightkit.load(experiment(metrics=[{"use": "well-made"}]), registry=registry).check()

    needing = sightkit.load(experiment(metrics=[{"use": name}]), registry=registry)
    with pytest.raises(sightkit.ConfigError) as caught:
        needing.check()
    assert caught.value.exit_code == 7
    assert f"plugin {name} (broken 1.0) is not loaded (failed)" in str(caught.value)
    assert cause in str(caught.value)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("None.nothing", 1),
        ("import json\n\njson.loads('{')", 3),
        ("def f():\n    f() +", 2),
        ("from acme_none import thing", 1),
    ],
    ids=["raised by itself", "raised by a library", "no Python", "no module"],
)
def test_a_failure_is_told_with_the_last_line_of_the_plugin_s_own(source, line, install) -> None:
    install("acme", {"vision": source})
    assert record_of(sightkit.Registry(), "vision").reason.endswith(f" (acme_vision.py, line {line})")


def test_a_failure_in_a_hook_or_in_local_code_is_told_with_its_line_too(install, tmp_path) -> None:
    late = metric_plugin("Mean_IoU")
    install("acme", {"late": late})
    (tmp_path / "mine.py").write_text(late)
    (tmp_path / "registry.toml").write_text('api = 1\n[plugins.mine]\npath = "mine.py"\n')
    registry = sightkit.Registry(extra=[tmp_path / "registry.toml"])
    line = 1 + late[: late.index("return Metric")].count("\n")
    for name, file in {"late": "acme_late.py", "mine": "mine.py"}.items():
        assert record_of(registry, name).reason.endswith(
            f'expected kebab-case, such as "basic-cnn" ({file}, line {line})'
        )


def test_a_component_of_a_broken_plugin_is_not_taken_for_a_slip_of_the_pen(install) -> None:
    # "accuracy-2" looks like "accuracy", but a plugin that did not load may well have offered it.
    install("broken", {"acme": metric_plugin("accuracy-2", first="raise ZeroDivisionError('boom')")})
    with pytest.raises(sightkit.ConfigError) as caught:
        sightkit.load(experiment(metrics=[{"use": "accuracy-2"}])).check()
    assert caught.value.exit_code == 7
    assert "ZeroDivisionError: boom" in str(caught.value)
    assert 'did you mean "accuracy"?' in str(caught.value)


def test_a_recipe_of_a_broken_plugin_is_an_error_of_the_plugin(install) -> None:
    install("broken", {"acme": "raise ZeroDivisionError('boom')"})
    with pytest.raises(sightkit.PluginError, match=r"no such recipe is loaded; it may belong to .*boom"):
        sightkit.load("digits-2")
    sightkit.load("digits").check()


def test_the_traceback_of_a_failure_shows_the_line_of_the_plugin(install) -> None:
    install("broken", {"acme": "\n\nraise ZeroDivisionError('boom')"})
    record = record_of(sightkit.Registry(), "acme")
    assert 'broken_acme.py", line 3' in record.traceback
    assert "raise ZeroDivisionError('boom')" in record.traceback


def test_ctrl_c_during_an_import_is_not_swallowed(install) -> None:
    install("slow", {"slow": "raise KeyboardInterrupt"})
    with pytest.raises(KeyboardInterrupt):
        _ = sightkit.Registry().plugins


def test_what_a_plugin_offered_before_it_failed_is_seen_by_nobody(install) -> None:
    install("half", {"half": plugin_source(f"{HOOK}yield metric('first')\n    raise ValueError('second')")})
    assert "first" not in [found.component.name for found in sightkit.Registry().catalogue.all(sightkit.Metric)]


def test_a_hook_imported_from_elsewhere_without_its_mark_is_not_blamed_on_the_importer(install, site) -> None:
    (site / "toolbox.py").write_text("def sightkit_metrics_of(model): return []\n")
    install("acme", {"acme": f"from toolbox import sightkit_metrics_of\n{metric_plugin('mine')}"})
    assert record_of(sightkit.Registry(), "acme").status == Status.LOADED


def test_an_unmarked_hook_that_a_package_takes_from_its_own_module_is_found(install, site) -> None:
    package = site / "acme_pack"
    package.mkdir()
    (package / "__init__.py").write_text("from acme_pack.inner import sightkit_metrics\n")
    (package / "inner.py").write_text("def sightkit_metrics(): return []\n")
    install("acme", {}, lines=("pack = acme_pack",))
    assert "sightkit_metrics is not marked as a hook" in record_of(sightkit.Registry(), "pack").reason


def test_looking_for_hooks_wakes_no_module_that_is_loaded_lazily(install, site) -> None:
    lazy = "def __dir__(): return [*globals(), 'heavy', 'nowhere']\ndef __getattr__(name): raise RuntimeError(name)\n"
    install("acme", {"lazy": metric_plugin("mine") + lazy})
    assert record_of(sightkit.Registry(), "lazy").status == Status.LOADED


def test_hooks_may_be_methods_of_an_object_static_ones_too(install, site) -> None:
    body = """
class Plugin:
    @hookimpl
    def sightkit_metrics(self): return (metric(name) for name in ["one", "two"])

    @staticmethod
    @hookimpl
    def sightkit_losses(): return []

plugin = Plugin()
"""
    install("acme", {}, lines=("acme = acme_module:plugin",))
    (site / "acme_module.py").write_text(plugin_source(body))
    record = record_of(sightkit.Registry(), "acme")
    assert record.status == Status.LOADED, record.reason
    assert [each.name for each in record.components["metric"]] == ["one", "two"]


def test_hooks_of_a_module_may_be_methods_and_have_other_names(install) -> None:
    body = """
class Holder:
    @hookimpl
    def offer(self): return [metric("one")]

@staticmethod
@hookimpl
def sightkit_losses(): return []

sightkit_metrics = Holder().offer

@hookimpl(specname="sightkit_metrics")
def more(): return [metric("two")]
"""
    install("acme", {"acme": plugin_source(body)})
    record = record_of(sightkit.Registry(), "acme")
    assert record.status == Status.LOADED, record.reason
    assert sorted(each.name for each in record.components["metric"]) == ["one", "two"]


def test_every_collecting_hook_is_collected_from_one_plugin(install, site) -> None:
    (site / "mine.toml").write_text('[dataset]\nuse = "mine"\n')
    kinds = {
        "sightkit_datasets": "Dataset",
        "sightkit_augmentations": "Augmentation",
        "sightkit_architectures": "Architecture",
        "sightkit_optimizers": "Optimizer",
        "sightkit_schedules": "Schedule",
        "sightkit_losses": "Loss",
        "sightkit_metrics": "Metric",
        "sightkit_reports": "Report",
        "sightkit_extensions": "Extension",
    }
    body = [f"import pathlib\nfrom sightkit import {', '.join(kinds.values())}"]
    body += [
        f"@hookimpl\ndef {hook}():\n    return [{kind}(name='mine', summary='', params=Nothing, build=print)]"
        for hook, kind in kinds.items()
    ]
    file = str(site / "mine.toml")
    body.append(f"@hookimpl\ndef sightkit_recipes():\n    return [Recipe('mine', pathlib.Path({file!r}))]")
    install("acme", {"mine": plugin_source("\n".join(body))})
    registry = sightkit.Registry()
    for kind in kinds.values():
        assert registry.catalogue.find(getattr(sightkit, kind), "mine").plugin == "mine"
    assert "mine" in [recipe.name for _, recipe in registry.catalogue.recipes()]


def test_a_plugin_that_offers_nothing_is_noted(install) -> None:
    install("empty", {"empty": ""})
    assert record_of(sightkit.Registry(), "empty").notes == ("offers nothing",)


def test_a_heavy_import_is_noted(install, site, monkeypatch) -> None:
    # A stand-in: the real ones are loaded in this process already, or take seconds.
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    (site / "jax.py").write_text("")
    install("heavy", {"heavy": metric_plugin("mine", first="import jax")})
    record = record_of(sightkit.Registry(), "heavy")
    assert record.status == Status.LOADED
    assert record.notes == ("imports jax when it is loaded; move the import into build",)
