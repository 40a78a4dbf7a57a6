"""Numerics behind the metrics; the registry does not enter this package."""
