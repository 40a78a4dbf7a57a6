"""LODE: a schedule learned from finished runs by a latent ODE (arXiv 2509.23052)."""
