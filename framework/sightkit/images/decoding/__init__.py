"""Decoding: from a file, bytes or pixels to one form, for training and prediction alike, and what is seen of each."""
