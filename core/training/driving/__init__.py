"""Training of the driving networks: ``python -m core.training.driving --help``."""
