"""Data sets: one file each that generates or fetches it; found by `epochbudget.registry`."""
