"""Figures, one file per kind; found by `epochbudget.registry`."""
