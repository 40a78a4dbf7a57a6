"""The published numbers, and their recomputation from the authors' curves."""
