"""Components from papers for sightkit; each public module is a plugin of its own."""
