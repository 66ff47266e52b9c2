"""The images of an experiment: prepared, told of, drawn."""
