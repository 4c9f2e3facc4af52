"""Listens to customers in Chinese and gets what they say fixed."""

__version__ = "0.1.0"
