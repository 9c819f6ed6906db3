"""Photos and videos: read as people mean them, written whole or not at all."""
