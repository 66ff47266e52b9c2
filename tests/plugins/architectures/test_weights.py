"""Weights from files: what fits is loaded by name, and everything else is refused."""

from __future__ import annotations

from functools import cache

import h5py
import numpy as np
import pytest

import sightkit
from networks import build, mobilenet, randomise, same_weights, save_legacy, save_safetensors
from sightkit import ArtefactError, BuildError
from sightkit.training.networks.network import assemble
from sightkit_plugins.architectures._loading import load_weights
from sightkit_plugins.architectures._published import Published, digest_of
from sightkit_plugins.architectures.mobilenet import name_of_2018


@cache
def trained():
    parts = mobilenet()
    randomise(parts.backbone)
    return parts


@cache
def other():
    return mobilenet(seed=7)


def save(path, *, form):
    """Save the backbone, or the whole classifier, in one of the forms that are accepted."""
    parts = trained()
    match form:
        case "weights.h5" | "h5" | "keras":
            (parts.backbone.save_weights if form == "weights.h5" else parts.backbone.save)(path)
        case "classifier.weights.h5" | "classifier.keras":
            model = assemble(parts, image_shape=(32, 32, 3), num_classes=4).model
            (model.save_weights if form == "classifier.weights.h5" else model.save)(path)
        case "safetensors":
            save_safetensors(path, parts.backbone)
        case "numbered.safetensors":
            save_numbered(path, assemble(parts, image_shape=(32, 32, 3), num_classes=4).model)
        case "keras2.h5":
            save_legacy(path, parts.backbone)
        case "nested.h5":
            save_legacy(path, parts.backbone, inside="mobilenetv2_0.35_224")
        case "2018.h5":
            save_legacy(path, parts.backbone, rename=name_of_2018)


def save_numbered(path, model):
    """Write weights as sightkit does: keyed by their order, their paths in the metadata."""
    from safetensors.numpy import save_file

    arrays = {f"{index:05d}": np.asarray(variable.numpy()) for index, variable in enumerate(model.weights)}
    paths = {f"{index:05d}": variable.path for index, variable in enumerate(model.weights)}
    save_file(arrays, path, metadata=paths)


FORMS = ["weights.h5", "h5", "keras", "classifier.weights.h5", "classifier.keras", "safetensors"]
FORMS += ["numbered.safetensors", "keras2.h5", "nested.h5", "2018.h5"]


@pytest.mark.parametrize("form", FORMS)
def test_a_backbone_takes_its_weights_from_every_form_of_file(form, tmp_path):
    save(tmp_path / f"x.{form}", form=form)
    loaded = mobilenet(weights=tmp_path / f"x.{form}", seed=7)
    assert same_weights(loaded.backbone, trained().backbone)
    assert not same_weights(loaded.backbone, other().backbone)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("form", ["weights.h5", "safetensors"])
def test_weights_of_other_precision_are_converted(form, dtype, tmp_path):
    import ml_dtypes
    from safetensors.numpy import save_file

    kind = np.dtype(ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype)
    variables = trained().backbone.weights
    if form == "safetensors":
        save_file({variable.path: variable.numpy().astype(kind) for variable in variables}, tmp_path / "x.safetensors")
    else:
        save(tmp_path / "x.weights.h5", form="weights.h5")
        with h5py.File(tmp_path / "x.weights.h5", "a") as file:
            narrow(file, kind)
    loaded = mobilenet(weights=next(tmp_path.iterdir()), seed=7)
    for found, wanted in zip(loaded.backbone.weights, variables, strict=True):
        np.testing.assert_array_equal(found.numpy(), wanted.numpy().astype(kind).astype(np.float32))


def narrow(file, kind):
    """Store all arrays of a file of Keras 3 in another precision, as Keras does."""
    arrays = []
    file.visititems(lambda path, item: arrays.append(path) if isinstance(item, h5py.Dataset) else None)
    for path in arrays:
        values = file[path][()].astype(kind)
        del file[path]
        file[path] = values
        if kind.name == "bfloat16":
            file[path].attrs["dtype"] = "bfloat16"


def test_a_path_starts_from_the_file_that_wrote_it_and_survives_the_resolved_experiment(tmp_path):
    from sightkit.experiment.text import toml_text, written

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.toml").write_text(
        '[dataset]\nuse = "digits"\n[architecture]\nuse = "vgg"\nweights = "w/x.h5"\n'
    )
    settings = sightkit.load(tmp_path / "mine" / "x.toml").settings
    assert settings.architecture.params.weights == tmp_path / "mine" / "w" / "x.h5"
    (tmp_path / "resolved.toml").write_text(toml_text(written(settings)))
    assert sightkit.load(tmp_path / "resolved.toml").settings == settings


@pytest.mark.parametrize(("weights", "valid"), [("imagenet", True), ("none", True), ("w/x.h5", True), (3, False)])
def test_experiments_and_the_json_schema_accept_the_same_weights(weights, valid):
    import jsonschema

    from sightkit.experiment.schema import experiment_schema

    values = {"dataset": {"use": "digits"}, "architecture": {"use": "vgg", "weights": weights}}
    schema = experiment_schema(sightkit.Registry().catalogue)
    assert jsonschema.validators.validator_for(schema)(schema).is_valid(values) is valid
    if valid:
        _ = sightkit.load(values).settings  # check wants the file to be there, too
    else:
        with pytest.raises(sightkit.ConfigError, match='expected "imagenet" or "none" or a string, found 3'):
            _ = sightkit.load(values).settings


def test_layers_that_keras_named_are_found_whatever_number_they_have(tmp_path):
    parts = build("xception", (71, 71, 3), weights="none")
    randomise(parts.backbone)

    def renumbered(name):
        kind, _, number = name.rpartition("_") if name[-1].isdigit() else (name, "", "0")
        return f"{kind}_{int(number) + 9}" if kind in {"conv2d", "batch_normalization"} else name

    save_legacy(tmp_path / "x.h5", parts.backbone, rename=renumbered)
    loaded = build("xception", (71, 71, 3), weights=tmp_path / "x.h5", seed=7)
    assert same_weights(loaded.backbone, parts.backbone)


@pytest.mark.parametrize("form", ["weights.h5", "keras", "safetensors", "keras2.h5"])
def test_weights_of_another_width_are_refused_with_the_first_layer_that_differs(form, tmp_path):
    save(tmp_path / f"x.{form}", form=form)
    with pytest.raises(ArtefactError, match=r'layer "\w+": expected kernel of shape \(.*\), found \(.*\)'):
        mobilenet(weights=tmp_path / f"x.{form}", alpha=1.0)


@pytest.mark.parametrize("form", ["weights.h5", "safetensors", "keras2.h5"])
def test_weights_of_another_network_are_refused_with_the_first_layer_that_is_missing(form, tmp_path):
    save(tmp_path / f"x.{form}", form=form)
    with pytest.raises(ArtefactError, match=r'layer "conv1": expected to find it once, found none of that name'):
        mobilenet(weights=tmp_path / f"x.{form}", version=1, alpha=0.25)


@pytest.mark.parametrize("form", ["weights.h5", "safetensors", "keras2.h5"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_refused_with_their_layer(form, bad, tmp_path):
    variable = trained().backbone.get_layer("block_3_expand").kernel
    good = variable.numpy()
    spoilt = good.copy()
    spoilt.flat[5] = bad
    variable.assign(spoilt)
    try:
        save(tmp_path / f"x.{form}", form=form)
    finally:
        variable.assign(good)
    with pytest.raises(ArtefactError, match=r'layer "block_3_expand": expected finite numbers in kernel'):
        mobilenet(weights=tmp_path / f"x.{form}")


TWINS = ("block_8_expand", "block_9_expand")
"""Layers of one shape: only their names tell them apart."""


def exchange(mapping, first, second):
    mapping.move(first, "kept")
    mapping.move(second, first)
    mapping.move("kept", second)


def test_a_legacy_file_with_two_names_exchanged_is_refused(tmp_path):
    save(tmp_path / "x.h5", form="keras2.h5")
    with h5py.File(tmp_path / "x.h5", "a") as file:
        exchange(file, *TWINS)
    with pytest.raises(
        ArtefactError, match=r'layer "block_9_expand": expected its own weights, found those of "block_8'
    ):
        mobilenet(weights=tmp_path / "x.h5")


def test_a_legacy_file_whose_list_of_names_is_in_another_order_is_loaded_by_name(tmp_path):
    save(tmp_path / "x.h5", form="keras2.h5")
    with h5py.File(tmp_path / "x.h5", "a") as file:
        file.attrs["layer_names"] = file.attrs["layer_names"][::-1]
    assert same_weights(mobilenet(weights=tmp_path / "x.h5", seed=7).backbone, trained().backbone)


def test_a_legacy_file_with_unknown_names_is_refused_and_not_loaded_by_order(tmp_path):
    save_legacy(tmp_path / "x.h5", trained().backbone, rename=lambda name: f"mine_{name}")
    with pytest.raises(ArtefactError, match=r'layer "Conv1": expected to find it once, found none of that name'):
        mobilenet(weights=tmp_path / "x.h5")


def vars_of(file, name):
    found = []
    file.visititems(lambda _, item: found.append(item) if item.attrs.get("name") == name else None)
    return found[0]


def test_a_keras_3_file_with_two_names_exchanged_is_refused(tmp_path):
    save(tmp_path / "x.weights.h5", form="weights.h5")
    with h5py.File(tmp_path / "x.weights.h5", "a") as file:
        first, second = (vars_of(file, name) for name in TWINS)
        first.attrs["name"], second.attrs["name"] = TWINS[::-1]
    with pytest.raises(ArtefactError, match=r'layer "block_8_expand": expected it as conv2d_\d+, .* exchanged'):
        mobilenet(weights=tmp_path / "x.weights.h5")


@pytest.mark.parametrize("form", ["weights.h5", "classifier.weights.h5"])
def test_a_keras_3_file_without_names_is_loaded_by_place_and_compared_in_shape(form, tmp_path):
    path = tmp_path / "x.weights.h5"
    save(path, form=form)
    with h5py.File(path, "a") as file:
        file.visititems(lambda _, item: item.attrs.pop("name", None) and None)
    assert same_weights(mobilenet(weights=path, seed=7).backbone, trained().backbone)
    with pytest.raises(ArtefactError, match=r'layer "Conv1": expected kernel of shape'):
        mobilenet(weights=path, alpha=1.0)
    with pytest.raises(ArtefactError, match=r"layer layers/\w+: expected to find it once, found none at that place"):
        mobilenet(weights=path, version=3, size="small", alpha=1.0)


def test_a_layer_with_other_weights_is_refused(tmp_path):
    save(tmp_path / "x.h5", form="keras2.h5")
    with h5py.File(tmp_path / "x.h5", "a") as file:
        del file["bn_Conv1/bn_Conv1/gamma:0"]
    with pytest.raises(
        ArtefactError, match=r'layer "bn_Conv1": expected gamma \(16,\), .*, found beta \(16,\), moving'
    ):
        mobilenet(weights=tmp_path / "x.h5")


@pytest.mark.parametrize(
    ("form", "damage"),
    [(form, "truncated") for form in ("weights.h5", "h5", "keras", "safetensors")]
    + [("h5", "another format"), ("keras", "another format"), ("safetensors", "empty")],
)
def test_damaged_files_are_refused_by_name(form, damage, tmp_path):
    path = tmp_path / f"x.{form}"
    save(path, form=form)
    whole = path.read_bytes()
    path.write_bytes({"truncated": whole[: len(whole) // 2], "another format": b"weights!" * 99, "empty": b""}[damage])
    with pytest.raises(ArtefactError, match=rf"^{path}: expected a file of weights, found one that is damaged"):
        mobilenet(weights=path)


def test_a_keras_file_with_a_flipped_bit_is_refused(tmp_path):
    path = tmp_path / "x.keras"
    save(path, form="keras")
    spoilt = bytearray(path.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    path.write_bytes(spoilt)
    with pytest.raises(ArtefactError, match="Bad CRC-32"):
        mobilenet(weights=path)


def test_a_file_that_reaches_into_another_one_is_refused(tmp_path):
    save(tmp_path / "whole.h5", form="keras2.h5")
    save(tmp_path / "x.h5", form="keras2.h5")
    with h5py.File(tmp_path / "x.h5", "a") as file:
        del file["Conv1"]
        file["Conv1"] = h5py.ExternalLink(tmp_path / "whole.h5", "/Conv1")
    with pytest.raises(ArtefactError, match='layer "Conv1": expected to find it once, found none'):
        mobilenet(weights=tmp_path / "x.h5")


def test_a_file_whose_numbers_are_in_another_one_is_refused(tmp_path):
    save(tmp_path / "x.h5", form="keras2.h5")
    shape = trained().backbone.get_layer("Conv1").kernel.shape
    with h5py.File(tmp_path / "x.h5", "a") as file:
        del file["Conv1/Conv1/kernel:0"]
        (tmp_path / "secret").write_bytes(bytes(4 * np.prod(shape)))
        file.create_dataset("Conv1/Conv1/kernel:0", shape, "f4", external=tmp_path / "secret")
    with pytest.raises(ArtefactError, match="Conv1/kernel:0 is kept in another file"):
        mobilenet(weights=tmp_path / "x.h5")


def test_the_statistics_that_a_network_normalises_with_are_those_of_the_file(tmp_path):
    import keras

    parts = build("efficientnet", weights="none")
    layer = parts.backbone.get_layer("normalization")
    layer.set_weights([np.full(3, 0.25), np.full(3, 4.0), np.array(0)])
    layer.finalize_state()
    save_safetensors(tmp_path / "x.safetensors", parts.backbone)
    loaded = build("efficientnet", weights=tmp_path / "x.safetensors").backbone
    images = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    first, second = (
        keras.Model(backbone.inputs[0], backbone.get_layer("normalization").output)(images)
        for backbone in (parts.backbone, loaded)
    )
    np.testing.assert_array_equal(second, first)


def test_a_file_that_is_not_there_or_of_another_kind_is_refused_with_the_ones_that_are_taken(tmp_path):
    (tmp_path / "x.pt").write_bytes(b"")
    for path, found in [("nowhere.h5", "no such file"), ("", "a folder"), ("x.pt", r"\.safetensors$")]:
        with pytest.raises(BuildError, match=rf'architecture.weights = "{tmp_path / path}": expected .*{found}'):
            mobilenet(weights=tmp_path / path)


def test_a_file_with_the_digest_of_the_published_one_goes_to_keras_reader_and_is_finite(tmp_path):
    # Not one of the real files is at hand; the digest of this one is stated instead.
    path = tmp_path / "x.h5"
    save_legacy(path, trained().backbone, rename=lambda name: f"old_{name}")
    known = Published(file="x.h5", folder="", digest=digest_of(path, algorithm="sha256"))
    backbone = mobilenet(seed=7).backbone
    load_weights(backbone, path, published=known)
    assert same_weights(backbone, trained().backbone)
    with pytest.raises(ArtefactError, match="found none of that name"):
        load_weights(backbone, path, published=Published(file="x.h5", folder="", digest="0" * 32))
