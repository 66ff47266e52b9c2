"""Several runs compared on the same images, from their stored predictions."""
