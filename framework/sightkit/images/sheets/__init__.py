"""Sheets: pictures made of many images, with captions in any script."""
