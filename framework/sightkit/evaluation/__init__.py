"""Evaluation: predictions of a split, scores with intervals computed from them, and how they are stored."""
