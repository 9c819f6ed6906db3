"""How the medical networks were made: cases, views of their volumes, losses, and one recipe a task."""
