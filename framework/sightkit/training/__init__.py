"""Training: building networks reproducibly, augmenting images and the compiled loop."""
