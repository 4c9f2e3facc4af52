"""Pure functions on text: encodings, normal form, masking, sentences, words, duplicates."""
