"""From TOML files, overrides and dictionaries to one tree of values that remember where they came from."""
