"""What the house rules promise."""

import pytest
from sightkit_lab.house_rules import HouseRules, HouseRulesParams

import sightkit


def check(file, text, **rules):
    file.write_text(f'{text}\n[dataset]\nuse = "digits"\n')
    HouseRules(HouseRulesParams(**rules)).sightkit_experiment_checked(sightkit.load(file))


def test_an_experiment_by_the_rules_is_accepted(tmp_path):
    check(tmp_path / "good.toml", "seed = 0")


def test_everything_against_the_rules_is_told_at_once(tmp_path):
    with pytest.raises(sightkit.ConfigError) as told:
        check(tmp_path / "bad.toml", 'split = { test = 0.05, duplicates = "allow" }')
    assert [line.split(": ")[1] for line in str(told.value).splitlines()] == ["split.test", "seed", "split.duplicates"]
    assert "expected at least 0.1, found 0.05" in str(told.value)


def test_a_rule_can_be_taken_out(tmp_path):
    check(tmp_path / "free.toml", "split = { test = 0.0 }", test=0.0, seed=False)
