"""Training of the portrait networks: ``python -m core.training.portrait --help``."""
