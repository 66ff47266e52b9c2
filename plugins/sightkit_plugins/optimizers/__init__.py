"""Optimizers that ship with sightkit."""
