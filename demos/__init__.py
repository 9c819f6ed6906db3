"""The browser: layout, words and wiring; every number comes from core."""
