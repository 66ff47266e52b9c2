"""The learning-rate range test: a training that is thrown away says which learning rate to start from."""
