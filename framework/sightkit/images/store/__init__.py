"""The prepared store: decoded images in files of the user's cache, made once and shared by runs."""
