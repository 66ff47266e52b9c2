"""What ``import sightkit`` offers to Python: load an experiment, change it, check it, run it."""

from sightkit.api.experiment import Experiment as Experiment
from sightkit.api.loading import load as load
from sightkit.api.loading import resume as resume
