"""Reports: files made from the predictions of a run."""
