"""Schedules that ship with sightkit."""
