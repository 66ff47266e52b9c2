"""On what a training is distributed; several devices are in test_replicas.py, several processes in test_workers.py."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import tensorflow as tf

from sightkit import ConfigError
from sightkit.training.devices.distribution import choose_strategy, devices_of, interruptible, mirrored


@pytest.mark.parametrize("distribution", ["auto", "none"])
def test_one_device_needs_no_strategy(distribution):
    assert choose_strategy(distribution, None) is tf.distribute.get_strategy()
    assert choose_strategy(distribution, 1).num_replicas_in_sync == 1


def test_a_strategy_of_the_host_is_taken():
    host = mirrored(tuple(devices_of(None)))
    with host.scope():
        assert choose_strategy("auto", None) is host
        assert choose_strategy("mirrored", 1) is host


def test_more_replicas_than_devices_are_refused():
    count = len(devices_of(None))
    with pytest.raises(ConfigError, match=rf"training\.replicas: expected at most {count}, .* found {count + 1}"):
        choose_strategy("mirrored", count + 1)


def test_a_process_that_has_used_tensorflow_can_join_no_cluster(monkeypatch):
    tf.constant(1)
    cluster = {"worker": ["localhost:1", "localhost:2"]}
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": {"type": "worker", "index": 0}}))
    with pytest.raises(ConfigError, match="a process that joins a cluster may not use TensorFlow before"):
        choose_strategy("auto", None)


def test_who_listens_to_signals_does_so_again_when_the_cluster_is_there():
    heard: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda number, _frame: heard.append(number)) for number in numbers}
    try:
        with interruptible():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as TensorFlow does, in its own way
        for number in numbers:
            signal.raise_signal(number)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert heard == list(numbers)


def test_what_is_ignored_stays_ignored_and_other_threads_leave_signals_alone():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: interruptible().__enter__()).result()
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_worker_that_waits_for_another_one_is_ended_by_ctrl_c():
    with socket.socket() as free:
        free.bind(("localhost", 0))
        cluster = {"worker": [f"localhost:{free.getsockname()[1]}", "localhost:1"]}
    program = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from sightkit.training.devices.distribution import multi_worker
print("waiting", flush=True)
multi_worker()
"""
    config = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": 0}})
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, env={**os.environ, "TF_CONFIG": config}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT
