"""Who gets in, and to what: the gates before the pages, the downloads and the live view alike."""
