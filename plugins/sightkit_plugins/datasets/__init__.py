"""Datasets: where images and labels come from."""
