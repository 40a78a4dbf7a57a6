"""The gallery: one page of all figures of a run."""
