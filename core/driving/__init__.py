"""The second application: a road scene, parsed."""
