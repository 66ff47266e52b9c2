"""The record of a run: its folder, what is written there, and what can be read from it."""
