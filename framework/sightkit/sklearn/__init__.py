"""An image classifier that scikit-learn takes for one of its own."""

from sightkit.sklearn.classifier import ImageClassifier as ImageClassifier
