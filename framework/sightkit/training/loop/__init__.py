"""The loop: a stage of training, epoch after epoch, call after call of its compiled steps, and who watches."""
