"""What a finished run says about images that anybody brings."""

from __future__ import annotations

import itertools
import json
import shutil

import numpy as np
import pytest
from PIL import Image

import sightkit
from sightkit.training.state.variables import weights_digest


@pytest.fixture(scope="module")
def stored(finished):
    """The stored predictions of the test split."""
    return finished.predictions["test"]


@pytest.fixture
def copy(finished, tmp_path):
    """A copy of the run, to be broken."""
    return sightkit.Run(shutil.copytree(finished.path, tmp_path / "copy"))


def assert_same_bits(probabilities, expected):
    assert probabilities.dtype == expected.dtype == np.float64
    np.testing.assert_array_equal(probabilities.view(np.uint64), expected.view(np.uint64))


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 59, 60, 300])
def test_files_of_the_test_split_get_the_stored_probabilities_bit_for_bit_in_any_order(
    finished, stored, pictures, count
):
    assert len(stored.ids) == 60
    rows = np.random.default_rng(count).choice(60, size=count, replace=count > 60)
    predicted = finished.predict([pictures / stored.ids[row] for row in rows])
    assert_same_bits(predicted.probabilities, stored.probabilities[rows])
    np.testing.assert_array_equal(predicted.labels, stored.probabilities[rows].argmax(axis=1))


def test_a_folder_means_all_images_below_it(finished, pictures):
    predicted = finished.predict(pictures)
    splits = finished.predictions
    expected = {id_: row for each in splits.values() for id_, row in zip(each.ids, each.probabilities, strict=True)}
    assert len(predicted.ids) == 150
    ids = [path.removeprefix(f"{pictures}/") for path in predicted.ids]
    assert_same_bits(predicted.probabilities, np.stack([expected[id_] for id_ in ids]))
    assert predicted.classes == ("bright", "dark", "dim")
    assert predicted.errors == {}


def test_pixels_are_brought_to_the_form_as_files_are(finished, stored, pictures):
    rows = [row for row, id_ in enumerate(stored.ids) if id_.endswith(".png")]
    arrays = [np.asarray(Image.open(pictures / stored.ids[row])) for row in rows]
    assert {array.ndim for array in arrays} == {2, 3}
    predicted = finished.predict(arrays)
    assert_same_bits(predicted.probabilities, stored.probabilities[rows])
    assert predicted.ids == tuple(map(str, range(len(rows))))


def test_an_array_of_images_is_gone_through(finished):
    images = np.random.default_rng(0).integers(0, 256, (40, 20, 30), dtype=np.uint8)
    whole, each = finished.predict(images), finished.predict(list(images))
    assert_same_bits(whole.probabilities, each.probabilities)


def test_one_bad_image_among_a_hundred_is_an_error_and_stops_nothing(finished, pictures, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"nothing")
    paths = sorted(pictures.rglob("*.png"))[:99]
    predicted = finished.predict([*paths[:50], tmp_path / "bad.jpg", *paths[50:]])
    assert list(predicted.errors) == [50]
    assert predicted.labels[50] == -1
    assert np.isnan(predicted.probabilities[50]).all()
    good = np.delete(predicted.probabilities, 50, axis=0)
    assert_same_bits(good, finished.predict(paths).probabilities)


def test_endlessly_many_images_are_predicted_as_they_are_asked_for(finished):
    image = np.zeros((9, 9), np.uint8)
    each = finished.predict_each(itertools.repeat(image))
    first = list(itertools.islice(each, 300))
    each.close()
    assert [prediction.id for prediction in first] == [str(number) for number in range(300)]


def test_the_most_probable_classes_come_first_and_of_equal_ones_the_first():
    prediction = sightkit.ImagePrediction(id="a", classes=("x", "y", "z"), probabilities=np.array([0.25, 0.5, 0.25]))
    assert prediction.top(2) == [("y", 0.5), ("x", 0.25)]
    assert prediction.top(9) == [("y", 0.5), ("x", 0.25), ("z", 0.25)]
    assert sightkit.ImagePrediction(id="b", classes=("x",), probabilities=None, error="bad").top(2) == []


def test_mirrored_images_look_the_same_once_both_views_count(finished):
    image = np.random.default_rng(1).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    plain = finished.predict([image, image[:, ::-1]])
    flipped = finished.predict([image, image[:, ::-1]], tta=["flip"])
    assert (plain.probabilities[0] != plain.probabilities[1]).any()
    assert_same_bits(flipped.probabilities[0], flipped.probabilities[1])
    np.testing.assert_allclose(flipped.probabilities[0], plain.probabilities.mean(axis=0), rtol=1e-15)


def test_views_are_the_same_every_time_and_in_any_company(finished, pictures):
    paths = sorted(pictures.rglob("*.jpg"))
    many = finished.predict(paths, tta=["shift", "flip"])
    assert_same_bits(finished.predict(paths[3:4], tta=["flip", "shift"]).probabilities, many.probabilities[3:4])
    assert (many.probabilities != finished.predict(paths).probabilities).any(axis=1).all()


def test_nothing_of_the_dataset_is_needed(finished, copy, pictures, stored, tmp_path):
    image = shutil.copy(pictures / stored.ids[0], tmp_path / "elsewhere")
    resolved = copy.path / "resolved.toml"
    resolved.write_text(resolved.read_text().replace(str(pictures), "/nowhere"))
    assert_same_bits(copy.predict([image]).probabilities, stored.probabilities[:1])


def test_a_run_that_has_not_finished_is_refused_with_what_to_do(copy):
    manifest = copy.path / "manifest.json"
    manifest.write_text(json.dumps(copy.manifest | {"state": "interrupted"}))
    with pytest.raises(sightkit.ConfigError, match=r"found one that was interrupted; .* sightkit resume "):
        copy.predict([])


@pytest.mark.parametrize("name", ["data.json", "resolved.toml"])
def test_a_run_without_its_files_is_refused(copy, name):
    (copy.path / name).write_text("{}" if name == "data.json" else "schema = 1")
    with pytest.raises(sightkit.StorageError, match=r"is not what a run writes|names no dataset"):
        copy.predict([])


def test_a_damaged_model_is_refused(copy, pictures):
    (copy.path / "model" / "model.keras").write_bytes(b"PK nothing")
    with pytest.raises(sightkit.ArtefactError, match=r"model\.keras: the model cannot be loaded: the file is damaged"):
        copy.predict(next(pictures.rglob("*.png")))


def test_a_model_that_is_gone_is_told_as_such(copy, pictures):
    (copy.path / "model" / "model.keras").unlink()
    with pytest.raises(
        sightkit.ArtefactError, match=r"model\.keras: the model cannot be loaded: there is no such file"
    ):
        copy.predict(next(pictures.rglob("*.png")))


def test_the_model_of_another_run_is_refused(copy, pictures):
    model = copy.model
    model.set_weights([weights + 1 for weights in model.get_weights()])
    model.save(copy.path / "model" / "model.keras")
    with pytest.raises(sightkit.ArtefactError, match="this is not the model that the run trained"):
        sightkit.Run(copy.path).predict(next(pictures.rglob("*.png")))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_image_whose_logits_are_not_finite_is_an_error_and_no_prediction(copy, pictures, value):
    file = copy.path / "model" / "model.keras"
    model = copy.model
    model.weights[-1].assign(np.full(3, value, np.float32))
    model.save(file)
    manifest = {**copy.manifest, "model": {**copy.manifest["model"], "weights_sha256": weights_digest(model)}}
    (copy.path / "manifest.json").write_text(json.dumps(manifest))
    predicted = sightkit.Run(copy.path).predict(sorted(pictures.rglob("*.png"))[:2])
    assert list(predicted.errors) == [0, 1]
    assert "the model's logits are not finite" in predicted.errors[0]
    assert predicted.labels.tolist() == [-1, -1]
    assert np.isnan(predicted.probabilities).all()


@pytest.mark.parametrize("images", [np.zeros((3, 8, 8)), np.zeros((2, 8, 8, 4), np.uint8)])
def test_an_array_that_holds_no_images_is_refused(finished, images):
    with pytest.raises(sightkit.DataError, match="images: expected uint8 of shape"):
        finished.predict(images)


@pytest.mark.parametrize("ask", [sightkit.Run.predict, sightkit.Run.explain])
def test_one_image_that_is_no_array_of_images_is_not_taken_for_many(finished, ask):
    grey, colour = np.zeros((8, 8), np.uint8), np.zeros((9, 8, 3), np.uint8)
    with pytest.raises(sightkit.DataError, match=r"found one of shape \(8, 8\); write \[image\]"):
        ask(finished, grey)
    with pytest.raises(sightkit.DataError, match=r"\(9, 8, 3\), which is that of one image; .* if they are 9 grey"):
        ask(finished, colour)
    assert len(finished.predict([grey, colour]).ids) == 2
    assert len(finished.predict(colour[..., np.newaxis]).ids) == 9


def test_what_is_no_image_at_all_is_refused(finished):
    with pytest.raises(TypeError, match="image 1: expected a path or an array of uint8, found int"):
        finished.predict([np.zeros((8, 8), np.uint8), 3])
    with pytest.raises(TypeError, match=r'image 0: .* found Image; write np\.asarray\(image\.convert\("RGB"\)\)$'):
        finished.predict([Image.new("P", (8, 8))])
