"""How every checkpoint in ``weights/`` was made. Imported by nothing that serves."""
