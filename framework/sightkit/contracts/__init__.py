"""What components are given (tasks) and what they give back (sources, transforms, networks, scores).

Nothing here imports a heavy library: the types of NumPy, TensorFlow and Keras are named, not loaded.
"""

from sightkit.contracts.architecture import ArchitectureTask as ArchitectureTask
from sightkit.contracts.architecture import Network as Network
from sightkit.contracts.augmentation import AugmentationTask as AugmentationTask
from sightkit.contracts.augmentation import Fill as Fill
from sightkit.contracts.augmentation import Geometric as Geometric
from sightkit.contracts.augmentation import Mixing as Mixing
from sightkit.contracts.augmentation import Pointwise as Pointwise
from sightkit.contracts.augmentation import Transform as Transform
from sightkit.contracts.dataset import SPLIT_NAMES as SPLIT_NAMES
from sightkit.contracts.dataset import DatasetTask as DatasetTask
from sightkit.contracts.dataset import ImageSource as ImageSource
from sightkit.contracts.dataset import Samples as Samples
from sightkit.contracts.dataset import SplitName as SplitName
from sightkit.contracts.extension import ExtensionTask as ExtensionTask
from sightkit.contracts.judgement import MetricFunction as MetricFunction
from sightkit.contracts.judgement import MetricTask as MetricTask
from sightkit.contracts.judgement import Predictions as Predictions
from sightkit.contracts.judgement import ReportFunction as ReportFunction
from sightkit.contracts.judgement import ReportOutput as ReportOutput
from sightkit.contracts.judgement import ReportTask as ReportTask
from sightkit.contracts.judgement import ResampledMetricFunction as ResampledMetricFunction
from sightkit.contracts.judgement import Score as Score
from sightkit.contracts.training import LossFunction as LossFunction
from sightkit.contracts.training import LossTask as LossTask
from sightkit.contracts.training import OptimizerTask as OptimizerTask
from sightkit.contracts.training import ScheduleFunction as ScheduleFunction
from sightkit.contracts.training import ScheduleTask as ScheduleTask
