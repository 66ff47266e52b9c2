"""ImageNet weights: the files that keras.applications publishes, without a network."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from networks import mobilenet, randomise, save_legacy
from sightkit_plugins.architectures import convnext, densenet, efficientnet, inception, resnet, vgg
from sightkit_plugins.architectures import mobilenet as mobilenets
from sightkit_plugins.architectures.mobilenet import name_of_2018

NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
"""Port 9 of this machine answers nobody, so that nothing is ever downloaded."""

DIGESTS = {
    "convnext": [digest for _, digest in convnext.MEMBERS.values()],
    "densenet": densenet.DIGESTS.values(),
    "efficientnet": [digest for variant, digest in efficientnet.DIGESTS.items() if variant.startswith("b")],
    "efficientnet_v2": [digest for variant, digest in efficientnet.DIGESTS.items() if variant.startswith("v2")],
    "inception_v3": [inception.MEMBERS["v3"][2]],
    "inception_resnet_v2": [inception.MEMBERS["resnet-v2"][2]],
    "mobilenet_v3": mobilenets.DIGESTS.values(),
    "resnet": resnet.DIGESTS.values(),
    "vgg16": [vgg.DIGESTS[16]],
    "vgg19": [vgg.DIGESTS[19]],
    "xception": ["b0042744bf5b25fce3cb969f33bebb97"],
}


@pytest.mark.parametrize("module", DIGESTS)
def test_the_digests_are_those_that_keras_states(module):
    source = inspect.getsource(__import__(f"keras.src.applications.{module}", fromlist=["x"]))
    assert [digest for digest in DIGESTS[module] if digest not in source] == []


FAMILIES = """
import importlib, json, re
import keras
from networks import build
from sightkit import ArtefactError, BuildError
from sightkit_plugins.architectures._published import keras_models

def said_by(make):
    try:
        return make() and "nothing"
    except (BuildError, ArtefactError) as error:
        return str(error)
    except Exception as error:
        return re.search("https://[^ ]*", str(error))[0]

def asked(name, member, **params):
    arguments = {"alpha": params["alpha"]} if "alpha" in params else {}
    theirs = lambda: getattr(keras.applications, member)(include_top=False, weights="imagenet", **arguments)
    return said_by(theirs), said_by(lambda: build(name, (96, 96, 3), **params))

def stated(name, module, constant, **params):
    theirs = getattr(importlib.import_module(f"keras.src.applications.{module}"), constant)
    return theirs, said_by(lambda: build(name, (96, 96, 3), **params))
"""


def run(code, home):
    """Run Python with a folder of its own for what Keras keeps, and return the JSON it prints at the end."""
    environment = {**os.environ, **NO_NETWORK, "KERAS_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", FAMILIES + code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done


def test_each_family_asks_for_the_file_that_keras_asks_for(tmp_path):
    found, _ = run(
        """
print(json.dumps([
    asked("mobilenet", "MobileNet", version=1, alpha=0.25),
    asked("mobilenet", "MobileNetV2", alpha=1.0),
    asked("mobilenet", "MobileNetV3Small", version=3, size="small", alpha=0.75),
    asked("resnet", "ResNet50V2", version=2),
    asked("efficientnet", "EfficientNetB0"),
    asked("efficientnet", "EfficientNetV2B0", variant="v2-b0"),
    asked("convnext", "ConvNeXtTiny"),
    stated("densenet", "densenet", "DENSENET121_WEIGHT_PATH_NO_TOP"),
    stated("vgg", "vgg16", "WEIGHTS_PATH_NO_TOP"),
    stated("vgg", "vgg19", "WEIGHTS_PATH_NO_TOP", depth=19),
    stated("xception", "xception", "WEIGHTS_PATH_NO_TOP"),
    stated("inception", "inception_v3", "WEIGHTS_PATH_NO_TOP"),
]))
""",
        tmp_path,
    )
    for theirs, ours in found:
        # Of version 2, Keras takes the file of the image's size where there is one.
        url = theirs.replace("1.0_224", "1.0_96") if "mobilenet_v2" in theirs else theirs
        assert f"(from {url.rstrip(':')})" in ours
        assert f"expected {url.rstrip(':').rpartition('/')[2]} in {tmp_path}/models" in ours
    assert list((tmp_path / "models").iterdir()) == []


def test_without_a_network_the_command_line_says_which_file_to_put_where(sightkit, work, tmp_path):
    (work / "x.toml").write_text(
        '[dataset]\nuse = "digits"\n[images]\nsize = [96, 96]\n[architecture]\nuse = "mobilenet"\nalpha = 0.35\n'
    )
    done = sightkit("run", "x.toml", env={**NO_NETWORK, "KERAS_HOME": str(tmp_path / "keras")})
    assert done.code == 2
    file = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5"
    assert f'architecture.weights = "imagenet": expected {file} in {tmp_path}/keras/models, which is not' in done.err
    assert 'name a file by architecture.weights = "PATH"' in done.err
    assert "Traceback" not in done.err


def test_a_file_that_was_put_there_is_loaded_and_a_damaged_one_refused(tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    parts = mobilenet()
    randomise(parts.backbone)
    file = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5"
    save_legacy(models / file, parts.backbone, rename=name_of_2018)
    (models / "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5").write_bytes(b"not that file")
    found, done = run(
        """
kernel = build("mobilenet", alpha=0.35).backbone.get_layer("block_3_expand").kernel.numpy()
print(json.dumps([float(kernel.sum()), said_by(lambda: build("vgg"))]))
""",
        tmp_path,
    )
    assert found[0] == pytest.approx(float(parts.backbone.get_layer("block_3_expand").kernel.numpy().sum()), rel=1e-6)
    assert "expected the file that keras.applications publishes (md5 6d6bbae143d832006294945121d1f1fc)" in found[1]
    assert (models / "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5").read_bytes() == b"not that file"
    assert len(done.stdout.splitlines()) == 1
