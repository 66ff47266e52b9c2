"""Prediction: what the model of a finished run says about images that anybody brings."""
