"""Which plugins there are, which of them may load, and what the loaded ones offer."""
