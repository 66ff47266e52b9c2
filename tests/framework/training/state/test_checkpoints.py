"""Checkpoints: what is written comes back bit for bit, what is damaged is noticed, and the one before is used."""

from __future__ import annotations

import math
import resource
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sightkit import DivergedError, StorageError
from sightkit.training.devices.replicas import Replicas
from sightkit.training.state.checkpoints import Checkpoints, read

SMALL = {"model/00000": np.arange(6, dtype=np.float32).reshape(2, 3), "optimizer/00000": np.array(7)}
ABOUT = {"stage": 1, "rows": [{"loss": 0.1}]}

numbers = st.floats(-(2.0**99), 2.0**99, width=32)
arrays = st.one_of(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4), elements=numbers),
    hnp.arrays(
        st.sampled_from([np.int64, np.uint32, np.int32, np.uint8, np.bool_]),
        hnp.array_shapes(min_dims=0, max_dims=2, min_side=0),
    ),
    hnp.arrays(np.float64, (3, 2), elements=st.floats(-1e300, 1e300)).map(np.transpose),
)
names = st.builds("{}/{:05d}".format, st.sampled_from(["model", "optimizer", "average", "best"]), st.integers(0, 99999))


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path, keep=2)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@settings(max_examples=40)
@given(values=st.dictionaries(names, arrays, max_size=4))
def test_any_arrays_come_back_bit_for_bit(values):
    with TemporaryDirectory() as folder:
        found = read(Checkpoints(Path(folder), keep=1).write(3, ABOUT, values)).values
    assert found.keys() == values.keys()
    for name, value in values.items():
        assert (found[name].dtype, found[name].shape) == (value.dtype, value.shape)
        assert found[name].tobytes() == value.tobytes()


def test_numbers_come_back_as_they_were_even_if_they_are_none(checkpoints):
    about = {"best": math.nan, "worst": -math.inf, "losses": [0.1, 1 / 3, 5e-324], "stage": 2, "none": None}
    found = read(checkpoints.write(1, about, {})).about
    assert math.isnan(found.pop("best"))
    assert found == {"worst": -math.inf, "losses": [0.1, 1 / 3, 5e-324], "stage": 2, "none": None}


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> bytes:
    return Checkpoints(tmp_path_factory.mktemp("content"), keep=1).write(1, ABOUT, SMALL).read_bytes()


@settings(max_examples=150)
@given(data=st.data())
def test_any_flipped_bit_is_noticed(data, content):
    place, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    damaged = bytearray(content)
    damaged[place] ^= 1 << bit
    assert_damaged(bytes(damaged))


@settings(max_examples=30)
@given(data=st.data())
def test_any_missing_end_is_noticed(data, content):
    assert_damaged(content[: data.draw(st.integers(0, len(content) - 1))])


def test_more_than_was_written_is_noticed(content):
    assert_damaged(content + b"\0")


def assert_damaged(content: bytes) -> None:
    """Assert that a checkpoint of this content is not used, and the one before it is."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        checkpoints = Checkpoints(folder, keep=3)
        good = checkpoints.write(1, ABOUT, SMALL)
        (folder / "000000002.safetensors").write_bytes(content)
        found, problems = checkpoints.newest()
    assert found is not None
    assert found.path == good
    assert len(problems) == 1
    assert "000000002.safetensors: this checkpoint is damaged (" in problems[0]


def test_the_newest_is_that_with_the_most_steps(checkpoints):
    for step in (9, 1000, 10):
        checkpoints.write(step, {"step": step}, SMALL)
    found, problems = checkpoints.newest()
    assert found is not None
    assert found.about == {"step": 1000}
    assert not problems


def test_only_the_last_ones_are_kept(checkpoints, tmp_path):
    for step in range(5):
        checkpoints.write(step, ABOUT, SMALL)
    assert files(tmp_path) == ["000000003.safetensors", "000000004.safetensors"]


def test_a_second_one_of_a_step_takes_the_place_of_the_first(checkpoints, tmp_path):
    checkpoints.write(4, {"number": 1}, SMALL)
    checkpoints.write(4, {"number": 2}, SMALL)
    found, _ = checkpoints.newest()
    assert found is not None
    assert found.about == {"number": 2}
    assert files(tmp_path) == ["000000004.safetensors"]


def test_where_all_are_damaged_there_is_none_and_each_is_told(checkpoints, tmp_path):
    for step in (1, 2):
        checkpoints.write(step, ABOUT, SMALL).write_bytes(b"")
    found, problems = checkpoints.newest()
    assert found is None
    assert [f"{step:09d}.safetensors" in problem for step, problem in zip((2, 1), problems, strict=True)] == [True] * 2


def test_damaged_ones_do_not_push_out_what_is_written_after_them(checkpoints, tmp_path):
    for step in (8, 9):
        checkpoints.write(step, ABOUT, SMALL).write_bytes(b"damaged")
    checkpoints.newest()
    for step in (1, 2, 3):
        checkpoints.write(step, {"step": step}, SMALL)
    found, problems = checkpoints.newest()
    assert found is not None
    assert found.about == {"step": 3}
    assert not problems
    assert files(tmp_path) == [
        "000000002.safetensors", "000000003.safetensors", "000000008.damaged", "000000009.damaged",
    ]  # fmt: skip


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_value_that_is_not_finite_is_never_written(checkpoints, tmp_path, bad):
    checkpoints.write(1, ABOUT, SMALL)
    with pytest.raises(DivergedError, match=r"conv2d/kernel is no longer finite after step 2; .* lower the learning"):
        checkpoints.write(
            2, ABOUT, {**SMALL, "model/00000": np.array([1.0, bad])}, known_as={"model/00000": "conv2d/kernel"}
        )
    assert files(tmp_path) == ["000000001.safetensors"]


def test_where_none_are_kept_nothing_is_written_and_what_is_not_finite_is_told(tmp_path):
    none = Checkpoints(tmp_path, keep=0)
    assert none.write(1, ABOUT, SMALL) is None
    with pytest.raises(DivergedError, match=r"model/00000 is no longer finite after step 2; lower the learning"):
        none.write(2, ABOUT, {"model/00000": np.array([math.nan])})
    assert files(tmp_path) == []
    assert none.newest() == (None, [])


def test_a_disk_that_is_full_leaves_those_before_and_nothing_half_written(checkpoints, tmp_path):
    values = {"model/00000": np.zeros(100_000, np.float32)}
    checkpoints.write(1, ABOUT, values)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # no file may grow further, as on a full disk
    try:
        with pytest.raises(StorageError, match=r"000000002\.safetensors: cannot be written: File too large"):
            checkpoints.write(2, ABOUT, values)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files(tmp_path) == ["000000001.safetensors"]
    found, problems = checkpoints.newest()
    assert found is not None
    assert not problems


def test_a_folder_that_is_gone_is_a_storage_error(tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        Checkpoints(tmp_path / "gone", keep=2).write(1, ABOUT, SMALL)


class Follower(Replicas):
    """The second of two processes, beside a chief with checkpoints of some steps."""

    def __init__(self, *steps: int) -> None:
        super().__init__()
        self.worker, self._steps = 1, steps

    def chiefs(self, document: object) -> tuple[int, ...]:
        del document
        return self._steps


def chief_of(workers: int) -> Replicas:
    replicas = Replicas()
    replicas.workers = workers
    return replicas


def test_each_process_goes_on_from_a_file_of_its_own_at_a_step_that_the_chief_has_too(tmp_path):
    for step in (3, 4):
        Checkpoints(tmp_path, keep=2, replicas=Follower()).write(step, {"of": "follower", "step": step}, SMALL)
    Checkpoints(tmp_path, keep=2, replicas=chief_of(2)).write(3, {"of": "chief"}, SMALL)
    assert files(tmp_path) == [
        "000000003.safetensors", "000000003.worker-1.safetensors", "000000004.worker-1.safetensors",
    ]  # fmt: skip
    found, problems = Checkpoints(tmp_path, keep=2, replicas=Follower(3)).newest()
    assert found is not None
    assert found.about == {"of": "follower", "step": 3}
    assert not problems


def test_a_process_that_was_not_there_goes_on_from_the_chiefs(tmp_path):
    Checkpoints(tmp_path, keep=2, replicas=Follower()).write(3, {"of": "follower, of another time"}, SMALL)
    Checkpoints(tmp_path, keep=2, replicas=chief_of(1)).write(3, {"of": "chief"}, SMALL)
    found, _ = Checkpoints(tmp_path, keep=2, replicas=Follower(3)).newest()
    assert found is not None
    assert found.about == {"of": "chief"}


def test_a_step_that_one_process_had_no_time_to_write_is_passed_over(tmp_path):
    follower = Checkpoints(tmp_path, keep=2, replicas=Follower(4, 3))
    follower.write(3, {"of": "follower"}, SMALL)
    for step in (3, 4):
        Checkpoints(tmp_path, keep=2, replicas=chief_of(2)).write(step, {"of": "chief"}, SMALL)
    found, problems = follower.newest()
    assert found is not None
    assert found.about == {"of": "follower"}
    assert len(problems) == 1
