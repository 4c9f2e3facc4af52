"""Recordings of calls: their sound, the recognisers that the user installs, and what they say."""
