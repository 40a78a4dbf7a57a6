"""One file per method (schedule or learning-rate-free optimizer), found by the registry."""
