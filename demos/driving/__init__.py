"""The driving panel: pictures, videos, and networks beside each other."""
