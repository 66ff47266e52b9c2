import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sightkit import Predictions, StorageError
from sightkit.evaluation.store import load_predictions, save_predictions

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=12)


def predictions_of(ids, *, classes=3):
    ids = tuple(ids)
    random = np.random.default_rng(len(ids))
    return Predictions(
        ids=ids,
        labels=random.integers(classes, size=len(ids)),
        probabilities=random.dirichlet(np.ones(classes), len(ids)),
    )


def assert_same(loaded, saved):
    assert loaded.ids == saved.ids
    assert loaded.labels.dtype == np.int64
    assert loaded.probabilities.dtype == np.float64
    np.testing.assert_array_equal(loaded.labels, saved.labels)
    np.testing.assert_array_equal(loaded.probabilities, saved.probabilities)


@given(st.lists(ANY_TEXT, max_size=8))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_loaded_is_what_was_saved_whatever_the_ids(tmp_path, ids):
    saved = predictions_of(ids)
    save_predictions(tmp_path / "test.npz", saved)
    assert_same(load_predictions(tmp_path / "test.npz", classes=3), saved)


def test_what_is_loaded_cannot_be_changed(tmp_path):
    save_predictions(tmp_path / "test.npz", predictions_of(["a"]))
    loaded = load_predictions(tmp_path / "test.npz", classes=3)
    for array in (loaded.labels, loaded.probabilities):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_odd_ids_survive(tmp_path):
    saved = predictions_of(["", "a\nb", "nul\0", "\0", "caf\udce9.jpg", "\ud83d\ude00", "猫/1.png", "a,b"])
    save_predictions(tmp_path / "test.npz", saved)
    assert_same(load_predictions(tmp_path / "test.npz", classes=3), saved)


def test_saving_leaves_nothing_else_behind_and_replaces_what_was_there(tmp_path):
    path = tmp_path / "test.npz"
    save_predictions(path, predictions_of(["a"]))
    save_predictions(path, predictions_of(["a", "b"]))
    assert list(tmp_path.iterdir()) == [path]
    assert load_predictions(path, classes=3).ids == ("a", "b")


def test_a_write_that_fails_keeps_the_old_file_and_leaves_nothing_behind(tmp_path):
    resource = pytest.importorskip("resource", reason="only POSIX can limit the size of files")
    path = tmp_path / "test.npz"
    save_predictions(path, predictions_of(["a"]))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(StorageError, match=r"test\.npz: cannot be written: File too large"):
            save_predictions(path, predictions_of(map(str, range(10_000))))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == [path]
    assert load_predictions(path, classes=3).ids == ("a",)


def test_a_folder_that_is_missing_is_an_error_that_names_the_file(tmp_path):
    with pytest.raises(StorageError, match=r"nowhere/test\.npz: cannot be written: No such file"):
        save_predictions(tmp_path / "nowhere/test.npz", predictions_of(["a"]))
    with pytest.raises(StorageError, match=r"nowhere/test\.npz: cannot be read: No such file"):
        load_predictions(tmp_path / "nowhere/test.npz", classes=3)


def test_no_truncated_file_is_loaded(tmp_path):
    path = tmp_path / "test.npz"
    save_predictions(path, predictions_of(["a", "b"]))
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(StorageError, match=r"test\.npz"):
            load_predictions(path, classes=3)


@given(st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_damaged_file_is_refused_or_nothing_that_counts_was_damaged(tmp_path, data):
    saved = predictions_of(["a", "b", "c"])
    path = tmp_path / "test.npz"
    save_predictions(path, saved)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        loaded = load_predictions(path, classes=3)
    except StorageError:
        return
    assert_same(loaded, saved)


def test_a_file_that_says_that_it_is_shorter_is_refused(tmp_path):
    path = tmp_path / "test.npz"
    save_predictions(path, predictions_of(["a", "b", "c"]))
    content = path.read_bytes()
    assert content.count(b"'shape': (3,") == 4
    path.write_bytes(content.replace(b"'shape': (3,", b"'shape': (2,"))
    with pytest.raises(StorageError, match="checksum"):
        load_predictions(path, classes=3)


@pytest.mark.parametrize(
    "arrays",
    [
        {"labels": np.zeros(3, dtype=np.int64)},
        {"labels": np.zeros(2, dtype=np.int32)},
        {"labels": np.array([0, 1])},
        {"labels": np.array([-1, 0])},
        {"probabilities": np.zeros((2, 2))},
        {"probabilities": np.zeros(2)},
        {"probabilities": np.array([[object()], [object()]])},
        {"id_ends": np.array([1, 5])},
        {"ids": np.frombuffer(b"a\xff", dtype=np.uint8)},
        {"format": np.int64(2)},
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(tmp_path, arrays):
    path = tmp_path / "test.npz"
    whole = {
        "format": np.int64(1),
        "ids": np.frombuffer(b"ab", dtype=np.uint8),
        "id_ends": np.array([1, 2]),
        "labels": np.zeros(2, dtype=np.int64),
        "probabilities": np.zeros((2, 1)),
    }
    np.savez(path, **whole)
    assert load_predictions(path, classes=1).ids == ("a", "b")
    np.savez(path, **{**whole, **arrays})
    with pytest.raises(StorageError, match=r"test\.npz: damaged, or not a file of predictions"):
        load_predictions(path, classes=1)


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "test.npz"
    np.savez(path, weights=np.zeros(3))
    with pytest.raises(StorageError, match="format"):
        load_predictions(path, classes=3)
    path.write_text("predictions")
    with pytest.raises(StorageError, match="damaged"):
        load_predictions(path, classes=3)
