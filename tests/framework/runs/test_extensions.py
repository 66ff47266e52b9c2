"""The run hooks of extensions, called without a run: order, refusal, and failures that stay with who failed."""

from __future__ import annotations

from typing import Any

import pytest

import sightkit
from plugin_source import plugin_source
from sightkit.runs.extensions import Extensions

PLUGIN = '''
heard = []

class Named(Params):
    """Which one it is."""
    who: str = "nobody"

class Listener:
    def __init__(self, who): self.who = who

    @hookimpl
    def sightkit_epoch_ended(self, run, epoch, logs): heard.append(f"{self.who} {epoch}")

    @hookimpl
    def sightkit_callbacks(self): return [f"callback of {self.who}"]

    @property
    def later(self): raise RuntimeError("properties are not looked at")

class Equal(Listener):
    def __eq__(self, other): return True
    __hash__ = None

class Raises:
    @hookimpl
    def sightkit_epoch_ended(self): raise ZeroDivisionError("oops")

    @hookimpl
    def sightkit_callbacks(self):
        yield "early"
        raise KeyError("late")

class Exits:
    @hookimpl
    def sightkit_epoch_ended(self): raise SystemExit(0)

    @hookimpl
    def sightkit_callbacks(self): return None

class Refuses:
    @hookimpl
    def sightkit_experiment_checked(self, experiment):
        raise ConfigError(f"{experiment.settings.name}: one epoch is too few; take more")

class Stumbles:
    @hookimpl
    def sightkit_experiment_checked(self, experiment): return experiment.no_such_thing

class Misspelt:
    @hookimpl
    def sightkit_epoch_end(self, run): pass

class Unmarked:
    def sightkit_epoch_ended(self, run): pass

class Wraps:
    @hookimpl(wrapper=True)
    def sightkit_callbacks(self): return (yield)

class Collects:
    @hookimpl
    def sightkit_metrics(self): return []

class AsksTooMuch:
    @hookimpl
    def sightkit_epoch_ended(self, run, weather): pass

class Mute:
    def epoch_ended(self): pass

class Counts(Listener):
    """Has a state, and fails with it if it is called so."""
    def state(self):
        if self.who == "clumsy": raise ZeroDivisionError("oops")
        return {"who": self.who, "epochs": (1, 2)}

    def restore(self, state):
        if self.who == "stubborn": raise KeyError("epochs")
        heard.append(state)

def fails(): raise OSError("no network")

BUILDS = {
    "listener": lambda who: Listener(who), "equal": lambda who: Equal(who), "raises": lambda who: Raises(),
    "exits": lambda who: Exits(), "refuses": lambda who: Refuses(), "stumbles": lambda who: Stumbles(),
    "misspelt": lambda who: Misspelt(), "unmarked": lambda who: Unmarked(), "wraps": lambda who: Wraps(),
    "collects": lambda who: Collects(), "asks-too-much": lambda who: AsksTooMuch(), "mute": lambda who: Mute(),
    "counts": lambda who: Counts(who), "nothing": lambda who: None,
    "fails": lambda who: fails(), "quits": lambda who: exit(0),
}

@hookimpl
def sightkit_extensions():
    return [
        Extension(name=name, summary="For tests.", params=Named, build=lambda p, task, make=make: make(p.who))
        for name, make in BUILDS.items()
    ]
'''


@pytest.fixture
def experiment(tmp_path, home):
    """Return an experiment with these extensions: a component's name each, or a table."""
    (tmp_path / "plugin.py").write_text(f"# {tmp_path}\n{plugin_source(PLUGIN)}")
    (tmp_path / "registry.toml").write_text('api = 1\n[plugins.mine]\npath = "plugin.py"\n')
    registry = sightkit.Registry(extra=[tmp_path / "registry.toml"])

    def experiment(*extensions: str | dict[str, Any]) -> sightkit.Experiment:
        tables = [{"use": each} if isinstance(each, str) else each for each in extensions]
        return sightkit.load({"dataset": {"use": "digits"}, "extensions": tables}, registry=registry)

    return experiment


@pytest.fixture
def tell(experiment):
    """Tell extensions of an epoch; returns the warnings and what the listeners heard."""

    def tell(*extensions: str | dict[str, Any]) -> tuple[list[str], list[str]]:
        made = experiment(*extensions)
        warnings: list[str] = []
        Extensions(made.settings).tell("sightkit_epoch_ended", warn=warnings.append, run=None, epoch=1, logs={})
        found = made.registry.catalogue.find(sightkit.Extension, "listener")
        return warnings, found.component.build.__globals__["heard"]

    return tell


def listener(who: str, *, use: str = "listener") -> dict[str, Any]:
    """Return the table of a listener."""
    return {"use": use, "name": who, "who": who}


def test_extensions_are_called_in_the_order_of_the_file(tell) -> None:
    warnings, heard = tell(listener("first"), listener("second"), listener("third"))
    assert heard == ["first 1", "second 1", "third 1"]
    assert not warnings


def test_one_that_fails_is_told_and_the_others_are_called(tell) -> None:
    warnings, heard = tell(listener("first"), "raises", "exits", listener("last"))
    assert heard == ["first 1", "last 1"]
    assert warnings == [
        'extension "raises" failed in sightkit_epoch_ended: ZeroDivisionError: oops',
        'extension "exits" failed in sightkit_epoch_ended: SystemExit: 0',
    ]


def test_extensions_that_are_equal_are_two_all_the_same(tell) -> None:
    _, heard = tell(listener("one", use="equal"), listener("two", use="equal"))
    assert heard == ["one 1", "two 1"]


def test_what_they_offer_is_gathered_in_order_and_nothing_of_one_that_fails_late(experiment) -> None:
    warnings: list[str] = []
    extensions = Extensions(experiment(listener("one"), "raises", "exits", listener("two")).settings)
    assert extensions.ask("sightkit_callbacks", warn=warnings.append) == ["callback of one", "callback of two"]
    assert warnings == ["extension \"raises\" failed in sightkit_callbacks: KeyError: 'late'"]


def test_an_extension_that_refuses_an_experiment_makes_check_fail_as_it_says(experiment) -> None:
    with pytest.raises(sightkit.ConfigError, match="experiment: one epoch is too few; take more") as caught:
        experiment("listener", "refuses").check()
    assert caught.value.exit_code == 2


def test_an_extension_that_stumbles_over_an_experiment_is_a_mistake_of_its_plugin(experiment) -> None:
    with pytest.raises(sightkit.PluginError, match=r'extension "stumbles" .*failed in sightkit_experiment_checked'):
        experiment("stumbles").check()


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("misspelt", 'there is no hook sightkit_epoch_end; did you mean "sightkit_epoch_ended"?'),
        ("unmarked", "sightkit_epoch_ended is not marked as a hook: put @sightkit.hookimpl above it"),
        ("wraps", "sightkit_callbacks is marked as a wrapper"),
        ("collects", "sightkit_metrics belongs elsewhere: it is a function of the plugin's module"),
        ("asks-too-much", "weather"),
        ("mute", "has no run hook; expected a method under @sightkit.hookimpl"),
        ("nothing", "None has no run hook"),
        ("fails", "failed while it was built: OSError: no network"),
        ("quits", "failed while it was built: SystemExit: 0"),
    ],
)
def test_an_extension_that_breaks_the_contract_is_refused_with_the_cause(name, cause, experiment) -> None:
    with pytest.raises(sightkit.PluginError) as caught:
        experiment("listener", name).check()
    assert cause in str(caught.value)
    assert f'extension "{name}"' in str(caught.value)
    assert caught.value.exit_code == 7


def test_only_extensions_that_the_experiment_names_are_built(experiment) -> None:
    experiment("listener").check()  # the plugin offers many that would fail


# Going on ------------------------------------------------------------------------------------------------------------


def test_a_state_comes_back_as_json_holds_it_once_and_to_whom_it_belongs(experiment) -> None:
    made = experiment(listener("one", use="counts"), "listener", listener("two", use="counts"))
    warnings: list[str] = []
    states = Extensions(made.settings).state(warn=warnings.append)
    assert states == {name: {"who": name, "epochs": [1, 2]} for name in ("one", "two")}
    extensions = Extensions(made.settings)
    extensions.remember(states)
    for _ in range(2):
        extensions.restore(warn=warnings.append)
    heard = made.registry.catalogue.find(sightkit.Extension, "counts").component.build.__globals__["heard"]
    assert heard == [states["one"], states["two"]]
    assert not warnings


def test_one_that_fails_with_its_state_is_told_and_the_others_keep_theirs(experiment) -> None:
    names = ("clumsy", "stubborn", "good")
    extensions = Extensions(experiment(*(listener(name, use="counts") for name in names)).settings)
    warnings: list[str] = []
    states = extensions.state(warn=warnings.append)
    assert list(states) == ["stubborn", "good"]
    extensions.remember(states)
    extensions.restore(warn=warnings.append)
    assert warnings == [
        'extension "clumsy" failed in state(): ZeroDivisionError: oops',
        "extension \"stubborn\" failed in restore(): KeyError: 'epochs'",
    ]


def test_those_that_cannot_go_on_where_they_were_are_named_with_the_reason(experiment) -> None:
    named = [listener(name, use="counts") for name in ("good", "clumsy")]
    extensions = Extensions(experiment("listener", "refuses", *named).settings)
    extensions.remember(extensions.state(warn=lambda _: None))
    assert {use.name: why for use, why in extensions.forgetful()} == {
        "listener": "has no state() and restore()",
        "clumsy": "gave no state for the checkpoint",
    }
