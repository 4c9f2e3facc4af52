"""The command line: `voc`."""

from voc.cli.app import main

__all__ = ["main"]
