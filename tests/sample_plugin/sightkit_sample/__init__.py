"""One component of each of five kinds for sightkit; each module is a plugin of its own."""
