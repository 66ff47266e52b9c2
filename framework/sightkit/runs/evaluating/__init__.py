"""Judging a finished run again: from its stored predictions, or on other data than its own."""
