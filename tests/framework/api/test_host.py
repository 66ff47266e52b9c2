"""A program that embeds sightkit: its seeds, logging, settings and folders are after a run what they were before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HOST = '''
import faulthandler, gc, locale, logging, os, random, signal, sys, threading, warnings
from pathlib import Path

import keras
import matplotlib as mpl
import numpy as np
import PIL.Image, PIL.ImageFile
import tensorflow as tf

mpl.use("svg")
mpl.rcParams["lines.linewidth"] = 7.5
logging.basicConfig(level=logging.ERROR)
logging.getLogger("host").addHandler(logging.NullHandler())
signal.signal(signal.SIGINT, lambda *_: None)
warnings.simplefilter("error")
warnings.filterwarnings("ignore", ".*__array__", DeprecationWarning)  # Keras 3.15 saves models in a way that raises it
np.seterr(all="raise")
tf.config.set_visible_devices([], "GPU")
random.seed(1), np.random.seed(2), tf.random.set_seed(3)
keras.config.set_floatx("float32"), keras.config.set_epsilon(1e-5)
keras.config.set_dtype_policy("mixed_bfloat16"), keras.config.set_image_data_format("channels_first")
PIL.Image.MAX_IMAGE_PIXELS = 12_345_678


def state():
    """Return what is the host's."""
    loggers = {None: logging.getLogger(), **logging.Logger.manager.loggerDict}
    return {
        "random": random.getstate(),
        "numpy": [part.tolist() if hasattr(part, "tolist") else part for part in np.random.get_state()],
        "arithmetic": np.geterr(),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "path": list(sys.path),
        "arguments": list(sys.argv),
        "hook": sys.excepthook,
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "root": (logging.getLogger().level, list(logging.getLogger().handlers)),
        "loggers": {n: (each.level, list(each.handlers), each.disabled) for n, each in loggers.items()
                    if n in ("host", "tensorflow", "keras", "absl")},
        "warnings": list(warnings.filters),
        "keras": (keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format(),
                  keras.config.dtype_policy().name, keras.config.is_traceback_filtering_enabled(),
                  keras.config.is_interactive_logging_enabled()),
        "tensorflow": (tf.config.threading.get_inter_op_parallelism_threads(),
                       tf.config.threading.get_intra_op_parallelism_threads(),
                       tf.config.experimental.is_op_determinism_enabled()
                       if hasattr(tf.config.experimental, "is_op_determinism_enabled") else None,
                       tf.config.functions_run_eagerly(), tf.config.get_visible_devices(),
                       tf.config.get_soft_device_placement(),
                       tf.distribute.has_strategy(), tf.executing_eagerly()),
        "matplotlib": (mpl.get_backend(), dict(mpl.rcParams)),
        "pillow": (PIL.Image.MAX_IMAGE_PIXELS, PIL.ImageFile.LOAD_TRUNCATED_IMAGES),
        "garbage": (gc.isenabled(), gc.get_freeze_count(), gc.get_threshold()),
        "locale": locale.setlocale(locale.LC_ALL),
        "threads": sorted(each.name for each in threading.enumerate()),
        "faults": faulthandler.is_enabled(),
        "streams": (sys.stdout, sys.stderr),
        "mask": os.umask(os.umask(0o022)),
    }


def next_numbers():
    """Return what the host's own generator in TensorFlow gives next."""
    return tf.random.uniform([3]).numpy().tolist()


tf.random.set_seed(3)
expected = [next_numbers(), next_numbers()]
tf.random.set_seed(3)
drawn = [next_numbers()]

before = state()
import sightkit

values = {
    "dataset": {"use": "digits"},
    "architecture": {"use": "basic-cnn", "filters": [4], "dropout": 0.2},
    "augmentations": [{"use": "flip"}],
    "training": {"epochs": 1, "batch_size": 256},
}
experiment = sightkit.load(values)
run = experiment.run(runs_dir="elsewhere/runs", cache_dir="elsewhere/cache")
run.predict(np.zeros((2, 8, 8), np.uint8)), run.explain(np.zeros((1, 8, 8), np.uint8)), sightkit.report(run)
run.evaluate(metrics=[{"use": "roc-auc"}]), experiment.find_learning_rate(steps=20, cache_dir="elsewhere/cache")
next(experiment.epochs(runs_dir="elsewhere/runs", cache_dir="elsewhere/cache"))
after = state()
drawn.append(next_numbers())

changed = [f"{key}: {str(before[key])[-500:]} became {str(after[key])[-500:]}" for key in before
           if before[key] != after[key]]
assert not changed, "\\n".join(changed)
assert drawn == expected, (drawn, expected)
assert os.listdir() == ["elsewhere"], os.listdir()
'''


def test_seeds_logging_settings_and_folders_of_the_host_are_what_they_were(tmp_path: Path) -> None:
    script = tmp_path / "host.py"
    script.write_text(HOST)
    place = tmp_path / "host"
    place.mkdir()
    ended = subprocess.run([sys.executable, str(script)], cwd=place, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert ended.stdout == ""
