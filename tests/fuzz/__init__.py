"""Broken files, messages and words by the thousand: whatever comes in, a reader takes it or says what is wrong."""
