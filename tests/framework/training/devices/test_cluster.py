"""The cluster that a process belongs to, as TF_CONFIG describes it."""

from __future__ import annotations

import json

import pytest

from sightkit import ConfigError
from sightkit.training.devices.cluster import Cluster, cluster_for

WORKERS = {"worker": ["a:1", "b:1", "c:1"]}
WITH_CHIEF = {"chief": ["a:1"], "worker": ["b:1", "c:1"]}


def describe(monkeypatch: pytest.MonkeyPatch, cluster: dict[str, list[str]], kind: str, index: int) -> None:
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}}))


@pytest.mark.parametrize(
    ("cluster", "kind", "index", "number"),
    [(WORKERS, "worker", 0, 0), (WORKERS, "worker", 2, 2), (WITH_CHIEF, "chief", 0, 0), (WITH_CHIEF, "worker", 0, 1)],
)
@pytest.mark.parametrize("distribution", ["auto", "multi-worker"])
def test_the_environment_says_how_many_workers_there_are_and_which_this_is(
    monkeypatch, distribution, cluster, kind, index, number
):
    describe(monkeypatch, cluster, kind, index)
    found = cluster_for(distribution)
    assert found == Cluster(workers=3, worker=number)
    assert found.is_chief == (number == 0)


@pytest.mark.parametrize("distribution", ["none", "mirrored"])
def test_a_training_on_one_machine_asks_nobody(monkeypatch, distribution):
    describe(monkeypatch, WORKERS, "worker", 1)
    assert cluster_for(distribution) == Cluster(workers=1, worker=0)


@pytest.mark.parametrize("text", [None, ""])
def test_without_a_description_a_process_is_alone_unless_a_cluster_is_asked_for(monkeypatch, text):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if text is not None:
        monkeypatch.setenv("TF_CONFIG", text)
    assert cluster_for("auto") == Cluster()
    with pytest.raises(ConfigError, match=r'TF_CONFIG is .*; expected JSON such as .*training\.distribution = "none"'):
        cluster_for("multi-worker")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "3",
        "{}",
        '{"cluster": {"worker": ["a:1"]}}',
        '{"cluster": ["a:1"], "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 2}}',
        '{"cluster": {"worker": ["a:1"], "ps": ["b:1"]}, "task": {"type": "ps", "index": 0}}',
    ],
)
def test_a_description_that_says_something_else_is_refused(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ConfigError, match="the environment variable TF_CONFIG is"):
        cluster_for("auto")
