"""The pictures of the docs, and the programs that make them from real runs."""
