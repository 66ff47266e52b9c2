"""sightkit: image classification on TensorFlow and Keras 3 where every dataset, model and metric is a plugin.

The public names are re-exported here and loaded when they are first used, so that ``import sightkit`` costs nothing.
"""

# This file is the first of sightkit's to run, also as `python -m sightkit` in a stranger's folder, while that folder is
# still on sys.path. It imports nothing that could be shadowed there: not even `__future__` or `typing`.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from sightkit.api import Experiment as Experiment
    from sightkit.api import load as load
    from sightkit.api import resume as resume
    from sightkit.api.architecture import build_architecture as build_architecture
    from sightkit.api.comparison import compare as compare
    from sightkit.api.opening import open_run as open_run
    from sightkit.api.reporting import report as report
    from sightkit.cells import harmless_cell as harmless_cell
    from sightkit.component import Architecture as Architecture
    from sightkit.component import Augmentation as Augmentation
    from sightkit.component import Component as Component
    from sightkit.component import Dataset as Dataset
    from sightkit.component import Extension as Extension
    from sightkit.component import InputFile as InputFile
    from sightkit.component import Loss as Loss
    from sightkit.component import Metric as Metric
    from sightkit.component import Optimizer as Optimizer
    from sightkit.component import Params as Params
    from sightkit.component import Recipe as Recipe
    from sightkit.component import Report as Report
    from sightkit.component import Schedule as Schedule
    from sightkit.contracts import ArchitectureTask as ArchitectureTask
    from sightkit.contracts import AugmentationTask as AugmentationTask
    from sightkit.contracts import DatasetTask as DatasetTask
    from sightkit.contracts import ExtensionTask as ExtensionTask
    from sightkit.contracts import Fill as Fill
    from sightkit.contracts import Geometric as Geometric
    from sightkit.contracts import ImageSource as ImageSource
    from sightkit.contracts import LossFunction as LossFunction
    from sightkit.contracts import LossTask as LossTask
    from sightkit.contracts import MetricFunction as MetricFunction
    from sightkit.contracts import MetricTask as MetricTask
    from sightkit.contracts import Mixing as Mixing
    from sightkit.contracts import Network as Network
    from sightkit.contracts import OptimizerTask as OptimizerTask
    from sightkit.contracts import Pointwise as Pointwise
    from sightkit.contracts import Predictions as Predictions
    from sightkit.contracts import ReportFunction as ReportFunction
    from sightkit.contracts import ReportOutput as ReportOutput
    from sightkit.contracts import ReportTask as ReportTask
    from sightkit.contracts import ResampledMetricFunction as ResampledMetricFunction
    from sightkit.contracts import Samples as Samples
    from sightkit.contracts import ScheduleFunction as ScheduleFunction
    from sightkit.contracts import ScheduleTask as ScheduleTask
    from sightkit.contracts import Score as Score
    from sightkit.contracts import SplitName as SplitName
    from sightkit.contracts import Transform as Transform
    from sightkit.errors import ArtefactError as ArtefactError
    from sightkit.errors import BuildError as BuildError
    from sightkit.errors import ConfigError as ConfigError
    from sightkit.errors import DataError as DataError
    from sightkit.errors import DivergedError as DivergedError
    from sightkit.errors import InterruptedRunError as InterruptedRunError
    from sightkit.errors import PluginError as PluginError
    from sightkit.errors import SightkitError as SightkitError
    from sightkit.errors import StorageError as StorageError
    from sightkit.errors import WorkerLostError as WorkerLostError
    from sightkit.evaluation.intervals import wilson_interval as wilson_interval
    from sightkit.hookspecs import hookimpl as hookimpl
    from sightkit.images.arrays import ArraySource as ArraySource
    from sightkit.registry.registry import Registry as Registry
    from sightkit.runs.comparing.result import ComparedRun as ComparedRun
    from sightkit.runs.comparing.result import Comparison as Comparison
    from sightkit.runs.comparing.result import Difference as Difference
    from sightkit.runs.course.epoch import Epoch as Epoch
    from sightkit.runs.evaluating.result import Evaluation as Evaluation
    from sightkit.runs.prediction.result import ImagePrediction as ImagePrediction
    from sightkit.runs.prediction.result import ImagePredictions as ImagePredictions
    from sightkit.runs.rates.result import RateSearch as RateSearch
    from sightkit.runs.record.run import Run as Run
    from sightkit.training.batches.draws import fold as fold
    from sightkit.training.batches.draws import uniform as uniform
    from sightkit.training.batches.per_image import per_image as per_image
    from sightkit.use import Use as Use

_MODULES = {
    "api": "Experiment load resume",
    "api.architecture": "build_architecture",
    "api.comparison": "compare",
    "api.opening": "open_run",
    "api.reporting": "report",
    "cells": "harmless_cell",
    "component": "Architecture Augmentation Component Dataset Extension InputFile Loss Metric Optimizer Params Recipe "
    "Report Schedule",
    "contracts": "ArchitectureTask AugmentationTask DatasetTask ExtensionTask Fill Geometric ImageSource LossFunction "
    "LossTask MetricFunction MetricTask Mixing Network OptimizerTask Pointwise Predictions ReportFunction ReportOutput "
    "ReportTask ResampledMetricFunction Samples ScheduleFunction ScheduleTask Score SplitName Transform",
    "errors": "ArtefactError BuildError ConfigError DataError DivergedError InterruptedRunError PluginError "
    "SightkitError StorageError WorkerLostError",
    "evaluation.intervals": "wilson_interval",
    "hookspecs": "hookimpl",
    "images.arrays": "ArraySource",
    "registry.registry": "Registry",
    "runs.comparing.result": "ComparedRun Comparison Difference",
    "runs.course.epoch": "Epoch",
    "runs.evaluating.result": "Evaluation",
    "runs.record.run": "Run",
    "runs.prediction.result": "ImagePrediction ImagePredictions",
    "runs.rates.result": "RateSearch",
    "training.batches.draws": "fold uniform",
    "training.batches.per_image": "per_image",
    "use": "Use",
}
_MODULE_OF = {name: f"sightkit.{module}" for module, names in _MODULES.items() for name in names.split()}

__all__ = tuple(_MODULE_OF)


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        message = f"module 'sightkit' has no attribute {name!r}"
        raise AttributeError(message)
    import importlib

    value = getattr(importlib.import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
