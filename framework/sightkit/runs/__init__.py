"""A run: the folder that one execution of an experiment leaves behind, and the execution itself."""
