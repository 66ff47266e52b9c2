"""The state of a training: the values of its variables, in memory and in checkpoints."""
