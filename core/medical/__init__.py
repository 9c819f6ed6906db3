"""CT and MRI volumes: read them, segment them, measure what was found. Research use only."""
