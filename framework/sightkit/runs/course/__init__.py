"""The course of a training, as a run goes through it: stages, epochs, validation, checkpoints."""
