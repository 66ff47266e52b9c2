"""Diabetic retinopathy in photographs of the retina; each public module but ``draw`` is a plugin of its own."""
