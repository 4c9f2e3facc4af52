"""Files of Tags: written whole or not at all, and gone on with after an interruption."""

from voc.results.writing import ResultsFile, Summary, open_results

__all__ = ["ResultsFile", "Summary", "open_results"]
