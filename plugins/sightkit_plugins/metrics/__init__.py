"""Metrics: functions from labels and probabilities to a score."""
