"""A lab's extensions for sightkit; each public module is a plugin of its own."""
