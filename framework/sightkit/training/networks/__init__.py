"""Networks: from what an architecture built to what is trained, all of it or a part."""
