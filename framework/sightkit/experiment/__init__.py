"""The experiment: its schema, its resolution from layers, its JSON Schema and its TOML."""

from sightkit.experiment.settings import ExperimentSettings as ExperimentSettings
from sightkit.experiment.settings import ImagesSettings as ImagesSettings
from sightkit.experiment.settings import RecipeNotes as RecipeNotes
from sightkit.experiment.settings import SplitSettings as SplitSettings
from sightkit.experiment.settings import TrainingSettings as TrainingSettings
