"""Reading TOML so that every message can say where: file, line and column."""
