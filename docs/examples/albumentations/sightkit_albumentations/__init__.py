"""Albumentations for sightkit; `pipeline` is the plugin."""
