"""Architectures that ship with sightkit."""
