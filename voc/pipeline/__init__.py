"""The chain: the one room that sees all others and writes the store."""
