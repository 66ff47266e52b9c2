"""Augmentations that ship with sightkit."""
