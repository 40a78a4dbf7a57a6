"""The training core: one run is a pure function of its specification."""
