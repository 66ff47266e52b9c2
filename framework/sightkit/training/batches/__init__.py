"""Batches: which images a step sees, in which order, and what is done to them first. A function of the step."""
