"""The scaffold: a new plugin distribution, written from templates, that works before anybody changes a line of it."""
