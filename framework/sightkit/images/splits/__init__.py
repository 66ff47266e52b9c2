"""Splits: which images are for training, validation and testing; duplicates and groups stay together."""
