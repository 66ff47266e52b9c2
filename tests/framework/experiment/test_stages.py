"""Stages: what they take over, what they may not say, and where mistakes in them are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sightkit
from sightkit import ConfigError, Registry
from sightkit.api import Experiment
from sightkit.experiment.resolve import default_uses
from sightkit.experiment.stage_tables import with_complete_stages
from sightkit.experiment.stages import Stage, stages_of
from sightkit.experiment.text import toml_text, written

DIGITS = {"use": "digits"}

PLUGIN = '''
"""A schedule that holds another one, reads a file and can't do without a number."""

from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from sightkit import Params, Schedule, Use, hookimpl


class NestedParams(Params):
    """Parameters with another component and a file inside."""

    needed: int = Field(description="A number.")
    low: int = Field(0, description="A number below high.")
    high: int = Field(9, description="A number above low.")
    then: Use[Schedule[Any]] = Field({"use": "constant"}, description="What follows.")
    file: Path | None = Field(None, description="A file.")
    rates: dict[str, float] = Field({}, description="Numbers by name.")

    @model_validator(mode="after")
    def _is_ordered(self) -> "NestedParams":
        if self.low >= self.high:
            raise ValueError(f"expected low below high, found {self.low} and {self.high}")
        return self


@hookimpl
def sightkit_schedules():
    return [Schedule(name="nested", summary="Holds another.", params=NestedParams, build=print)]
'''


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    (tmp_path / "nested_schedule.py").write_text(PLUGIN)
    policy = tmp_path / "registry.toml"
    policy.write_text('api = 1\n[plugins.nested]\npath = "nested_schedule.py"\n')
    return Registry(extra=[policy])


def staged(*stages: dict[str, Any], **tables: Any) -> Experiment:
    return sightkit.load({"dataset": DIGITS, **tables, "training": {"stages": list(stages)}})


def stages(experiment: Experiment) -> tuple[Stage, ...]:
    return stages_of(experiment.settings)


def refusal(experiment: Experiment) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _ = experiment.settings
    return str(caught.value).splitlines()


def test_an_experiment_without_stages_is_one_stage_of_its_epochs():
    for training in ({"epochs": 3}, {"epochs": 3, "stages": []}):
        loaded = sightkit.load({"dataset": DIGITS, "optimizer": {"use": "sgd"}, "training": training})
        (stage,) = stages(loaded)
        assert (stage.epochs, stage.freeze, stage.layer_decay) == (3, "none", 1.0)
        assert (stage.cache_features, stage.views) == ("auto", 1)
        assert (stage.optimizer, stage.schedule) == (loaded.settings.optimizer, loaded.settings.schedule)


def test_a_stage_says_only_what_differs_from_the_experiment_s_tables():
    first, second = stages(
        staged(
            {"epochs": 1, "freeze": "backbone"},
            {"epochs": 2, "optimizer": {"learning_rate": 1e-5}, "schedule": {"warmup_epochs": 0.5}},
            optimizer={"beta_1": 0.5, "learning_rate": 0.1},
        )
    )
    assert (first.epochs, first.freeze, first.optimizer.params.learning_rate) == (1, "backbone", 0.1)
    found = second.optimizer.params
    assert (second.optimizer.name, found.learning_rate, found.beta_1) == ("adam", 1e-5, 0.5)
    assert (second.schedule.name, second.schedule.params.warmup_epochs) == ("constant", 0.5)


def test_another_use_starts_from_nothing_and_the_same_one_does_not():
    other, same = stages(
        staged(
            {"epochs": 1, "optimizer": {"use": "sgd"}},
            {"epochs": 1, "optimizer": {"use": "adam"}},
            optimizer={"learning_rate": 0.5},
        )
    )
    assert (other.optimizer.name, other.optimizer.params.learning_rate) == ("sgd", 0.01)
    assert (same.optimizer.name, same.optimizer.params.learning_rate) == ("adam", 0.5)


def test_tables_inside_merge_and_components_inside_do_as_under_extends(registry: Registry):
    values = {
        "dataset": DIGITS,
        "schedule": {
            "use": "nested",
            "needed": 1,
            "then": {"use": "cosine", "final_fraction": 0.5},
            "rates": {"a": 1, "b": 2},
        },
        "training": {
            "stages": [
                {"epochs": 1, "schedule": {"then": {"warmup_epochs": 1}, "rates": {"b": 3}}},
                {"epochs": 1, "schedule": {"then": {"use": "constant", "warmup_epochs": 1}}},
            ]
        },
    }
    first, second = stages(sightkit.load(values, registry=registry))
    then = first.schedule.params.then
    assert (then.name, then.params.warmup_epochs, then.params.final_fraction) == ("cosine", 1, 0.5)
    assert first.schedule.params.rates == {"a": 1, "b": 3}
    assert (second.schedule.params.then.name, second.schedule.params.rates) == ("constant", {"a": 1, "b": 2})


def test_overrides_reach_into_stages():
    loaded = staged({"epochs": 1}, {"epochs": 2, "optimizer": {"beta_1": 0.5}})
    changed = loaded.override_words(
        ["training.stages.0.epochs=3", "training.stages.0.optimizer.learning_rate=1e-5", "optimizer.beta_2=0.5"]
    )
    first, second = stages(changed)
    assert (first.epochs, first.optimizer.params.learning_rate, first.optimizer.params.beta_2) == (3, 1e-5, 0.5)
    assert (second.optimizer.params.beta_1, second.optimizer.params.beta_2) == (0.5, 0.5)


def test_an_override_of_a_stage_s_use_drops_what_belonged_to_the_experiment_s():
    loaded = staged({"epochs": 1, "optimizer": {"beta_1": 0.5}})
    (stage,) = stages(loaded.override({"training.stages.0.optimizer.use": "sgd"}))
    assert stage.optimizer.name == "sgd"
    (stage,) = stages(loaded.override({"training.stages.0.optimizer.use": "adam"}))
    assert stage.optimizer.params.beta_1 == 0.5
    words = ["optimizer.use=sgd", "training.stages.0.optimizer.use=sgd", "optimizer.momentum=0.5"]
    (stage,) = stages(loaded.override_words(words))
    assert (stage.optimizer.name, stage.optimizer.params.momentum) == ("sgd", 0.5)


def test_extends_replaces_the_stages(tmp_path: Path):
    (tmp_path / "base.toml").write_text(
        '[dataset]\nuse = "digits"\n[training]\nbatch_size = 8\n[[training.stages]]\nepochs = 1\n[[training.stages]]\n'
        "epochs = 2\n[optimizer]\nbeta_1 = 0.5\n"
    )
    text = 'extends = ["base.toml"]\n[[training.stages]]\nepochs = 7\noptimizer.beta_2 = 0.25\n'
    (tmp_path / "mine.toml").write_text(text)
    (stage,) = stages(sightkit.load(tmp_path / "mine.toml"))
    assert (stage.epochs, stage.optimizer.params.beta_1, stage.optimizer.params.beta_2) == (7, 0.5, 0.25)


def test_paths_in_a_stage_start_from_whoever_wrote_them(tmp_path: Path, registry: Registry, monkeypatch):
    (tmp_path / "base").mkdir()
    (tmp_path / "base/b.toml").write_text(
        '[dataset]\nuse = "digits"\n[schedule]\nuse = "nested"\nneeded = 1\nfile = "theirs"\n'
    )
    stages_text = "[[training.stages]]\nepochs = 1\nschedule.needed = 2\n[[training.stages]]\nepochs = 1\n"
    text = f'extends = ["base/b.toml"]\n{stages_text}schedule.file = "mine"\n'
    (tmp_path / "x.toml").write_text(text)
    monkeypatch.chdir(tmp_path / "base")
    found = stages(sightkit.load("../x.toml", registry=registry))
    assert [stage.schedule.params.file for stage in found] == [tmp_path / "base/theirs", tmp_path / "mine"]


def test_the_settings_come_back_from_what_is_written_out(tmp_path: Path):
    loaded = sightkit.load(
        {"dataset": DIGITS, "optimizer": {"beta_1": 0.5}, "training": {"epochs": 20, "plateau": {"factor": 0.5}}}
    ).override(
        {
            "training.stages": [
                {"epochs": 1, "freeze": "backbone", "views": 3, "optimizer": {"learning_rate": 0.5}},
                {"epochs": 2, "optimizer": {"use": "sgd"}, "schedule": {"use": "cosine"}},
            ],
            "training.early_stopping": {"patience": 2, "monitor": "loss"},
        }
    )
    (tmp_path / "again.toml").write_text(toml_text(written(loaded.settings)))
    again = sightkit.load(tmp_path / "again.toml").override({"name": "experiment"})
    assert again.settings == loaded.settings
    assert stages(again) == stages(loaded)


def test_each_value_of_a_stage_says_who_set_it_first(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.toml").write_text(
        '[dataset]\nuse = "digits"\n[optimizer]\nbeta_1 = 0.5\nbeta_2 = 0.5\n[[training.stages]]\nepochs = 1\n'
        "optimizer.beta_2 = 0.25\n"
    )
    loaded = sightkit.load("x.toml").override_words(["training.stages.0.optimizer.learning_rate=0.5"])
    text = toml_text(written(loaded.settings), origins=with_complete_stages(loaded.tree, default_uses()))
    table = text.partition("[training.stages.optimizer]\n")[2]
    assert table.startswith(
        'use = "adam" # default\nlearning_rate = 0.5 # -s training.stages.0.optimizer.learning_rate=0.5\n'
        "beta_1 = 0.5 # x.toml:4\nbeta_2 = 0.25 # x.toml:8\nepsilon = 1e-07 # default\n"
    )


def test_a_mistake_in_a_stage_is_told_at_its_own_key(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.toml").write_text(
        '[dataset]\nuse = "digits"\n[optimizer]\nbeta_1 = 0.5\n[[training.stages]]\nepochs = 1\n'
        "optimizer = { beta_1 = 2, learning_rat = 1 }\n[training.stages.schedule]\nuse = 'cosin'\n"
    )
    assert refusal(sightkit.load("x.toml")) == [
        "x.toml:7:24: training.stages.0.optimizer.beta_1 (adam, from sightkit 0.1.0): expected a number less than 1.0, "
        "found 2",
        'x.toml:7:27: unknown key "learning_rat" in [training.stages.optimizer] (adam, from sightkit 0.1.0); did you '
        'mean "learning_rate"?',
        'x.toml:9:7: training.stages.0.schedule.use = "cosin": no such schedule, or its plugin is not installed; did '
        'you mean "cosine"?',
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"beta_1": 2},
        {"beta_1": 2**70},
        {"beta_1": None},
        {"learning_rat": 1},
        {"use": "adm"},
        {"use": 3},
        "adam",
    ],
)
def test_a_mistake_in_the_experiment_s_own_table_is_told_once(wrong):
    part = {"epochs": 1, "optimizer": {"beta_2": 0.5}}
    (told,) = refusal(staged(part, part, optimizer=wrong))
    assert "optimizer" in told
    assert "stages" not in told


def test_what_the_experiment_s_own_table_lacks_is_told_once_and_may_be_in_each_stage(registry: Registry):
    values = {"dataset": DIGITS, "schedule": {"use": "nested"}, "training": {"stages": [{"epochs": 1, "schedule": {}}]}}
    loaded = sightkit.load(values, registry=registry)
    (told,) = refusal(loaded)
    assert told.startswith('experiment: missing key "needed" in [schedule] (nested')
    again = loaded.override({"schedule.needed": 1, "schedule.low": 9})
    (told,) = refusal(again)
    assert told.startswith("experiment: schedule (nested")


def test_what_is_wrong_only_together_with_the_stage_is_told(registry: Registry):
    part = {"epochs": 1, "schedule": {"low": 9}}
    values = {"dataset": DIGITS, "schedule": {"use": "nested", "needed": 1}, "training": {"stages": [part]}}
    (told,) = refusal(sightkit.load(values, registry=registry))
    assert "training.stages.0.schedule" in told
    assert "expected low below high, found 9 and 9" in told


def test_a_stage_repeats_a_mistake_that_it_makes_itself():
    told = refusal(staged({"epochs": 1, "optimizer": {"beta_1": 2}}, optimizer={"beta_1": 3}))
    assert len(told) == 2


def test_epochs_beside_stages_are_refused_with_the_key_to_set_instead():
    instead = "training.epochs: the stages say how long each of them is; set training.stages.0.epochs"
    both = sightkit.load({"dataset": DIGITS, "training": {"epochs": 3, "stages": [{"epochs": 1}]}})
    assert refusal(both) == [f"experiment: {instead} instead, or training.stages = []"]
    two = staged({"epochs": 1}, {"epochs": 1}).override_words(["training.epochs=3"])
    assert refusal(two) == [
        f"-s training.epochs=3: {instead} or training.stages.1.epochs instead, or training.stages = []"
    ]
    three = staged({"epochs": 1}, {"epochs": 1}, {"epochs": 1}).override({"training.epochs": 3})
    assert refusal(three) == [f"override('training.epochs'): {instead} and so on instead, or training.stages = []"]
    assert len(stages(both.override({"training.stages": []}))) == 1


def test_stages_in_a_later_layer_replace_epochs_and_not_the_other_way_round(tmp_path: Path):
    (tmp_path / "epochs.toml").write_text('[dataset]\nuse = "digits"\n[training]\nepochs = 20\n')
    (tmp_path / "staged.toml").write_text('extends = ["epochs.toml"]\n[[training.stages]]\nepochs = 2\n')
    (tmp_path / "again.toml").write_text('extends = ["staged.toml"]\n[training]\nepochs = 5\n')
    assert [stage.epochs for stage in stages(sightkit.load(tmp_path / "staged.toml"))] == [2]
    (told,) = refusal(sightkit.load(tmp_path / "again.toml"))
    assert told.startswith(f"{tmp_path / 'again.toml'}:3:1: training.epochs: the stages say")
    words = ["training.stages=[{epochs=4}]"]
    assert [stage.epochs for stage in stages(sightkit.load(tmp_path / "epochs.toml").override_words(words))] == [4]


@pytest.mark.parametrize("freeze", ["none", "backbone", "norms", "below:conv 3"])
def test_what_can_be_frozen(freeze):
    (stage,) = stages(staged({"epochs": 1, "freeze": freeze}))
    assert stage.freeze == freeze


@pytest.mark.parametrize(
    ("freeze", "hint"),
    [("bakbone", '; did you mean "backbone"?'), ("None", '; did you mean "none"?'), ("below:", ""), ("conv_3", "")],
)
def test_what_can_t_be_frozen_is_told_with_what_can(freeze, hint):
    assert refusal(staged({"epochs": 1, "freeze": freeze})) == [
        'experiment: training.stages.0.freeze: expected "none", "backbone", "norms" or "below:" and a layer\'s name, '
        f'found "{freeze}"{hint}'
    ]


@pytest.mark.parametrize("key", ["views", "cache_features"])
@pytest.mark.parametrize("freeze", [{}, {"freeze": "below:x"}])
def test_features_are_cached_of_a_frozen_backbone_only(key, freeze):
    asked = {"views": 2, "cache_features": "on"}[key]
    assert refusal(staged({"epochs": 1, key: asked, **freeze})) == [
        f"experiment: training.stages.0.{key}: only features of a frozen backbone can be cached; add "
        'freeze = "backbone"'
    ]
    _ = stages(staged({"epochs": 1, key: asked, "freeze": "backbone"}))


def test_several_views_need_the_cache():
    assert refusal(staged({"epochs": 1, "freeze": "backbone", "views": 2, "cache_features": "off"})) == [
        'experiment: training.stages.0.views: cache_features = "off" leaves no views to cache; leave out one of them'
    ]
    _ = stages(staged({"epochs": 1, "freeze": "backbone", "views": 1, "cache_features": "off"}))


def test_what_is_not_even_a_stage_is_told_once():
    assert len(refusal(staged({"epochs": 1, "freeze": "bakbone", "views": 3}))) == 1
    assert len(refusal(staged({"epochs": 1, "views": "3"}))) == 1
    loaded = sightkit.load({"dataset": DIGITS})
    assert len(refusal(loaded.override({"training.stages": 3}))) == 1
    assert len(refusal(loaded.override({"training.stages": [3]}))) == 1
    assert len(refusal(loaded.override({"training.stages": [{"epochs": 1, "optimizer": "sgd"}]}))) == 1


@pytest.mark.parametrize("table", ["early_stopping", "plateau"])
def test_what_is_watched_must_be_computed(table):
    loaded = sightkit.load({"dataset": DIGITS, "metrics": [{"use": "f1", "name": "mine"}]})
    for known in ("loss", "accuracy", "mine"):
        _ = loaded.override({f"training.{table}.monitor": known}).settings
    assert refusal(loaded.override({f"training.{table}": {"monitor": "f1"}})) == [
        f"override('training.{table}'): training.{table}.monitor: expected loss or a metric of this experiment, found "
        '"f1"; known: accuracy, loss, mine'
    ]
