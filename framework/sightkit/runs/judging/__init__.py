"""Judging a trained model, and what its reports are told."""
