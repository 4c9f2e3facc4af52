"""Finders of personal data, one module a kind; `voc.text.privacy` puts them together."""
