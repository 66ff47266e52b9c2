"""Explanations: where in an image a network looks, what its layers make of it, and which patterns it looks for."""
