"""What the network of a finished run looks at."""
