"""Where the files that travel with the package lie: configs, models, demo feedback."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def bundled(name: str) -> Path:
    """Returns the path of a bundled file or folder, as `configs/default.yaml` or `models`.

    In a wheel they lie in `voc/bundled/`; in a checkout they lie beside the package.
    """
    inside = _PACKAGE / "bundled" / name
    return inside if inside.exists() else _PACKAGE.parent / name
