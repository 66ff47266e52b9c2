"""Devices: what a training computes on, in one process or in several."""
