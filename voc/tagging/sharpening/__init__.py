"""Sharpens a taxonomy from labelled rows: the encoder stays, small numbers are fitted."""
