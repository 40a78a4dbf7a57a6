"""The learning-rate range test: one short run whose rate rises from far too small to too large."""
