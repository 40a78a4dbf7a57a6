"""Learning-rate schedules compared across epoch budgets: data, studies, runs, metrics, figures."""

__version__ = "0.1.0"
