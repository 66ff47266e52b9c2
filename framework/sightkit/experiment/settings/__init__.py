"""The schema of an experiment's settings: every table and key of the TOML file, with its default."""

from sightkit.experiment.settings.calibration import CalibrationSettings as CalibrationSettings
from sightkit.experiment.settings.experiment import ExperimentSettings as ExperimentSettings
from sightkit.experiment.settings.images import ImagesSettings as ImagesSettings
from sightkit.experiment.settings.images import SplitSettings as SplitSettings
from sightkit.experiment.settings.recipe import MeasuredScore as MeasuredScore
from sightkit.experiment.settings.recipe import RecipeNotes as RecipeNotes
from sightkit.experiment.settings.stages import StageSettings as StageSettings
from sightkit.experiment.settings.training import CheckpointSettings as CheckpointSettings
from sightkit.experiment.settings.training import EarlyStoppingSettings as EarlyStoppingSettings
from sightkit.experiment.settings.training import PlateauSettings as PlateauSettings
from sightkit.experiment.settings.training import TrainingSettings as TrainingSettings
