"""Losses that ship with sightkit."""
