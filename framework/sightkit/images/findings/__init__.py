"""Findings: what is odd about a dataset, found out before the first epoch."""
