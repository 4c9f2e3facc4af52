"""Finds the taxonomy of an industry: by its id, from a file, or as the store keeps it.

An industry that was named by its file is known by its id from then on: the store keeps what the
file held at the last ingest, so that no later command needs the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from voc.config import Industry, Settings, industry_files, load_industry
from voc.errors import ConfigError, UsageError, VocError
from voc.store import Store

KEPT = "industry:"
"""Before an industry's id, the name under which the store keeps its taxonomy as JSON."""


def named_industry(name: str, *, settings: Settings, base: Path | None = None) -> Industry:
    """Returns the industry that a user names by its id or by its file.

    Args:
        name: An id, or a path ending in `.yaml`.
        settings: For the folder of the user's own industries.
        base: Folder that a relative path starts from; `None`: the current one.

    Raises:
        UsageError: There is no such industry; or the file's id is that of another industry.
        ConfigError: The file is wrong, with the lines.
    """
    folder = settings.resolve(settings.industries_dir)
    if not is_file_name(name):
        return load_industry(name, folder=folder)
    path = (base or Path()) / Path(name).expanduser()
    industry = load_industry(str(path), folder=folder)
    known = industry_files(folder).get(industry.id)
    if known is not None and load_industry(industry.id, folder=folder) != industry:
        raise UsageError(
            f"{path}: its id {industry.id!r} is that of {known}, which says something else; give"
            " yours an id of its own, or put it into a folder that industries_dir names."
        )
    return industry


def is_file_name(name: str) -> bool:
    """Whether a user's name of an industry is that of a file."""
    return name.endswith((".yaml", ".yml"))


def keep_industry(store: Store, industry: Industry, settings: Settings) -> None:
    """Keeps a taxonomy with the store where its id alone would not find it again."""
    if industry.id in industry_files(settings.resolve(settings.industries_dir)):
        return
    taxonomy = industry.model_dump_json()
    if store.meta(KEPT + industry.id) != taxonomy:
        with store.transaction() as transaction:
            transaction.put_meta(KEPT + industry.id, taxonomy)


def industry_of(store: Store, settings: Settings, industry_id: str) -> Industry:
    """Returns the industry of feedback in the store.

    A file in `industries_dir` comes first, then the bundled one, then what the store keeps.

    Raises:
        UsageError: None of them knows it.
        ConfigError: The file is wrong, with the lines; or a newer program kept it.
    """
    folder = settings.resolve(settings.industries_dir)
    if industry_id not in industry_files(folder):
        kept = store.meta(KEPT + industry_id)
        if kept is not None:
            return _read_kept(kept, industry_id, store)
    return load_industry(industry_id, folder=folder, ids_only=True)


def _read_kept(kept: str, industry_id: str, store: Store) -> Industry:
    try:
        return Industry.model_validate_json(kept)
    except ValidationError:
        raise ConfigError(
            f"{store.where}: keeps the industry {industry_id!r} in a form this voc cannot read;"
            " ingest with its file once more."
        ) from None


def industries_of(
    store: Store, settings: Settings, names: Iterable[str]
) -> tuple[dict[str, Industry], dict[str, str]]:
    """Returns the industries that can be used, and why the others cannot, both by id."""
    found: dict[str, Industry] = {}
    missing: dict[str, str] = {}
    for name in names:
        try:
            found[name] = industry_of(store, settings, name)
        except VocError as error:
            missing[name] = str(error)
    return found, missing
