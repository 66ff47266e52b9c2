"""Building what an experiment names: components, the network, each stage of a training, the file of a model."""
