"""The feature cache: what a frozen backbone makes of images is computed once, and the head is trained on it."""
