"""Metrics of exported curves and of schedules, one file each; found by `epochbudget.registry`."""
