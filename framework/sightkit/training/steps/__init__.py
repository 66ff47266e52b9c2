"""The compiled steps: loss, gradients, and what they make of the weights."""
