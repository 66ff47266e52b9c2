"""tfds: a dataset that TensorFlow Datasets itself prepares here, read without it being decoded by it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds

from conforming import insist_on
from sightkit import DataError, DatasetTask
from sightkit.experiment import ImagesSettings, SplitSettings
from sightkit.images import prepare
from sightkit_plugins.datasets.tfds import TfdsParams, build_tfds, sightkit_datasets

COUNTS = {"train": 8, "test": 4, "unsupervised": 2}


class SightkitGreys(tfds.core.GeneratorBasedBuilder):
    """Images of one grey, 10 times their number in all splits; the class says whether that is even."""

    VERSION = tfds.core.Version("1.2.0")

    def _info(self):
        features = {
            "id": tfds.features.Scalar(np.int32),
            "photo": tfds.features.Image(shape=(4, 5, 3)),
            "parity": tfds.features.ClassLabel(names=["even", "odd"]),
            "fine": tfds.features.ClassLabel(names=["first", "later"]),
            "word": tfds.features.Text(),
        }
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(features),
            supervised_keys=("photo", "parity"),
            citation="@misc{greys}",
            license="CC0-1.0",
        )

    def _split_generators(self, _manager):
        starts = np.cumsum([0, *COUNTS.values()])
        return {
            name: self._generate_examples(start, count)
            for (name, count), start in zip(COUNTS.items(), starts, strict=False)
        }

    def _generate_examples(self, start, count):
        for number in range(start, start + count):
            yield (
                int(number),
                {
                    "id": number,
                    "photo": np.full((4, 5, 3), 10 * number, np.uint8),
                    "parity": int(number % 2),
                    "fine": int(number > 0),
                    "word": "even" if number % 2 == 0 else "odd",
                },
            )


def build(data_dir, dataset="sightkit_greys", **params):
    return build_tfds(TfdsParams(dataset=dataset, data_dir=data_dir, **params), DatasetTask())


def refusal(data_dir, dataset="sightkit_greys", **params):
    with pytest.raises(DataError) as caught:
        build(data_dir, dataset, **params)
    assert str(caught.value).startswith(str(data_dir))
    return str(caught.value)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The folder of datasets, after the component was asked to put one there."""
    folder = tmp_path_factory.mktemp("tensorflow_datasets")
    build(folder, download=True)
    return folder


@pytest.fixture
def own(prepared, tmp_path):
    """A copy of it that can be damaged."""
    shutil.copytree(prepared, tmp_path / "own")
    return tmp_path / "own"


def test_it_passes_the_conformance_kit(prepared):
    insist_on("tfds/tfds", {"tfds": {"dataset": "sightkit_greys", "data_dir": prepared}})


def test_images_labels_and_splits_are_those_that_were_prepared(prepared):
    source = build(prepared)
    assert source.classes == ("even", "odd")
    assert source.samples.splits == ("train",) * 8 + ("test",) * 4
    data = prepare(source, images=ImagesSettings(size=(4, 5)), split=SplitSettings(), seed=0)
    images = data.images[np.arange(12)]
    assert (images == images[:, :1, :1, :1]).all()
    numbers = images[:, 0, 0, 0] // 10
    assert sorted(numbers[:8]) == list(range(8))
    assert sorted(numbers[8:]) == list(range(8, 12))
    assert (data.labels == numbers % 2).all()
    assert (data.licence, data.citation) == ("CC0-1.0", "@misc{greys}")


def test_ids_and_fingerprint_are_the_same_wherever_the_dataset_is(prepared, own):
    here, there = build(prepared), build(own)
    assert here.samples.ids[9] == "sightkit_greys-test.tfrecord-00000-of-00001/00001"
    assert there.samples.ids == here.samples.ids
    assert there.fingerprint() == here.fingerprint()


def test_a_version_can_be_asked_for(prepared):
    assert build(prepared, "sightkit_greys:1.2.0").fingerprint() == build(prepared).fingerprint()
    assert "1.3.0" in refusal(prepared, "sightkit_greys:1.3.0")


def test_every_file_that_was_used_is_listed(prepared):
    folder = prepared / "sightkit_greys/1.2.0"
    names = {"dataset_info.json", "features.json", "parity.labels.txt", "fine.labels.txt"}
    shards = {f"sightkit_greys-{split}.tfrecord-00000-of-00001" for split in ("train", "test")}
    assert set(build(prepared).files) == {folder / name for name in names | shards}


def test_splits_can_be_named(prepared):
    source = build(prepared, train_split="test", validation_split="unsupervised")
    assert source.samples.splits == ("train",) * 4 + ("validation",) * 2
    message = refusal(prepared, train_split="trian")
    assert "train_split: expected a split 'trian', found 'train'" in message
    assert message.endswith("did you mean 'train'?")
    assert "expected different splits" in refusal(prepared, train_split="test", test_split="test")


def test_other_features_can_be_named(prepared):
    source = build(prepared, label="fine")
    assert source.classes == ("first", "later")
    assert source.samples.labels.sum() == 11
    assert build(prepared, label="word").samples.labels.tolist() == build(prepared).samples.labels.tolist()
    assert "expected a feature 'foto'" in refusal(prepared, image="foto")
    assert "feature 'word': expected an image of uint8, found Text" in refusal(prepared, image="word")


def test_what_is_not_there_is_refused_with_the_folder_and_the_remedy(tmp_path, caplog):
    message = refusal(tmp_path)
    assert message == (
        f"{tmp_path}/sightkit_greys/1.2.0: expected the prepared dataset 'sightkit_greys', found none; "
        "set download = true, or data_dir"
    )
    assert not list(tmp_path.iterdir())
    assert not caplog.records


def test_an_unknown_name_suggests_the_nearest_that_the_library_knows(tmp_path):
    message = refusal(tmp_path, "mnits")
    assert message.startswith(f"{tmp_path}/mnits: expected the prepared dataset 'mnits', found nothing there")
    assert message.endswith("did you mean 'mnist'?")


def test_a_dataset_that_the_library_does_not_know_is_read_from_its_files_alone(prepared, own):
    before = build(prepared).fingerprint()
    (own / "sightkit_greys").rename(own / "foreign_greys")
    for file in (own / "foreign_greys/1.2.0").iterdir():
        file.rename(file.with_name(file.name.replace("sightkit", "foreign")))
    info = own / "foreign_greys/1.2.0/dataset_info.json"
    info.write_text(info.read_text().replace("sightkit_greys", "foreign_greys"))
    assert build(own, "foreign_greys").samples.ids[0].startswith("foreign_greys-train")
    assert build(own, "foreign_greys").fingerprint() != before
    assert "found '1.2.0'" in refusal(own, "foreign_greys:2.0.0")


def test_a_damaged_record_is_told_by_file_and_number(own):
    path = own / "sightkit_greys/1.2.0/sightkit_greys-test.tfrecord-00000-of-00001"
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    assert f"{path}: record 0: its content does not match its checksum" in refusal(own)


def test_a_file_that_ends_between_two_records_is_noticed(own):
    path = own / "sightkit_greys/1.2.0/sightkit_greys-test.tfrecord-00000-of-00001"
    path.write_bytes(b"")
    assert refusal(own).endswith("expected 12 records, as dataset_info.json says, found 8")


def test_a_file_that_is_missing_or_no_description_is_named(own):
    (own / "sightkit_greys/1.2.0/sightkit_greys-test.tfrecord-00000-of-00001").unlink()
    assert "test.tfrecord-00000-of-00001: cannot be read: No such file" in refusal(own)
    (own / "sightkit_greys/1.2.0/dataset_info.json").write_text("<html>")
    assert "the dataset 'sightkit_greys' cannot be opened" in refusal(own)


def test_files_of_another_format_are_refused(own):
    info = own / "sightkit_greys/1.2.0/dataset_info.json"
    info.write_text(info.read_text().replace('"tfrecord"', '"array_record"'))
    assert "expected TFRecord files, found array_record" in refusal(own)


@pytest.mark.parametrize("name", ["huggingface:mnist", "mnist[train]", "../mnist", "mnist:1.*.*", ""])
def test_what_is_no_name_is_no_parameter(name):
    with pytest.raises(ValueError, match="dataset"):
        TfdsParams(dataset=name)


def test_reading_imports_no_tensorflow_and_says_nothing(prepared):
    program = (
        "import sys; from pathlib import Path; from sightkit import DatasetTask\n"
        "from sightkit_plugins.datasets.tfds import TfdsParams, build_tfds\n"
        "source = build_tfds(TfdsParams(dataset='sightkit_greys', data_dir=Path(sys.argv[1])), DatasetTask())\n"
        "source.read(0), source.fingerprint(); sys.exit('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, prepared], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_extra_of_its_name_brings_what_it_requires():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    (component,) = sightkit_datasets()
    assert project["optional-dependencies"]["tfds"] == list(component.requires)
