"""Nothing that is installed bears a licence of the GPL or AGPL (LGPL is allowed)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import Distribution, distributions

import pytest

# "GPL" or its full name where no "L" for "Lesser" (or "Library") stands before it.
_COPYLEFT = re.compile(
    r"\bA?GPL|(?<!lesser )(?<!library )(?<!lesser/library )\bgeneral public licen[cs]e",
    re.IGNORECASE,
)
_EXCEPTIONS = re.compile(r"\bWITH\s+\S*(GCC|Classpath|Bootloader|font)\S*exception", re.IGNORECASE)


def forbidden(expression: str) -> bool:
    """Whether an SPDX expression, or a licence's name, leaves no choice but the GPL or AGPL.

    `AND` binds closer than `OR`, as SPDX has it; a choice is fine when one way is. Exceptions that
    let other works link freely (WITH GCC-exception-3.1) make a licence fine.
    """
    ways = re.split(r"\s+OR\s+", _innermost_solved(expression), flags=re.IGNORECASE)
    return all(any(_is_copyleft(part) for part in _parts(way)) for way in ways)


def _innermost_solved(expression: str) -> str:
    """Replaces each part in brackets by one word that stands for its verdict."""
    while found := re.search(r"\(([^()]*)\)", expression):
        inner = found.group(1)
        spdx = re.search(r"\s(AND|OR)\s", inner) is not None
        verdict = ("GPL" if forbidden(inner) else "fine") if spdx else f" {inner} "
        expression = expression[: found.start()] + verdict + expression[found.end() :]
    return expression


def _parts(way: str) -> list[str]:
    return re.split(r"\s+AND\s+", way)


def _is_copyleft(name: str) -> bool:
    return bool(_COPYLEFT.search(name)) and not _EXCEPTIONS.search(name)


def verdict(expression: str | None, licence: str | None, classifiers: Sequence[str]) -> str | None:
    """Returns the words that name a forbidden licence, or `None`.

    The SPDX expression decides where there is one; else classifiers, of which one that is fine is
    a choice; else the first line of the licence field, which may hold a whole text.
    """
    if expression:
        return expression if forbidden(expression) else None
    named = [
        classifier.split(" :: ")[-1]
        for classifier in classifiers
        if classifier.startswith("License ::") and not classifier.endswith(":: OSI Approved")
    ]
    if named:
        return ", ".join(named) if all(forbidden(name) for name in named) else None
    lines = (licence or "").strip().splitlines()
    return lines[0] if lines and forbidden(lines[0]) else None


def _verdict_of(distribution: Distribution) -> str | None:
    about = distribution.metadata
    stated = {
        field: about.get_all(field) or []
        for field in ("License-Expression", "License", "Classifier")
    }
    expression, licence = stated["License-Expression"], stated["License"]
    return verdict(
        expression[0] if expression else None, licence[0] if licence else None, stated["Classifier"]
    )


def test_nothing_installed_is_gpl_or_agpl() -> None:
    found = {
        distribution.metadata["Name"]: licence
        for distribution in distributions()
        if (licence := _verdict_of(distribution))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("expression", "caught"),
    [
        ("GPL-3.0-only", True),
        ("GPL-2.0-or-later", True),
        ("AGPL-3.0", True),
        ("GPLv3", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("GNU GENERAL PUBLIC LICENSE", True),
        ("MIT AND GPL-2.0-only", True),
        ("(MIT OR Apache-2.0) AND GPL-3.0-only", True),
        ("GPL-2.0-only OR AGPL-3.0-only", True),
        ("LGPL-3.0-only", False),
        ("LGPLv3+", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("GNU Library or Lesser General Public License (LGPL)", False),
        ("GNU Library General Public License", False),
        ("MIT OR GPL-3.0-only", False),
        ("BSD-3-Clause AND (MIT OR GPL-2.0-or-later)", False),
        ("BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
        ("Mozilla Public License 2.0 (MPL 2.0)", False),
        ("European Union Public Licence 1.2 (EUPL 1.2)", False),
        ("MIT", False),
        ("PSF-2.0", False),
        ("Dual License", False),
    ],
)
def test_a_licence_is_told(expression: str, caught: bool) -> None:
    assert forbidden(expression) is caught


@pytest.mark.parametrize(
    ("expression", "licence", "classifiers", "found"),
    [
        ("GPL-3.0-only", "MIT", ["License :: OSI Approved :: MIT License"], "GPL-3.0-only"),
        ("MIT", "GPL-3.0", [], None),
        (None, "GPL-3.0", [], "GPL-3.0"),
        (None, None, ["License :: OSI Approved :: GNU General Public License (GPL)"], "GPL"),
        (
            None,
            "dual",
            [
                "License :: OSI Approved :: GNU General Public License (GPL)",
                "License :: OSI Approved :: MIT License",
            ],
            None,
        ),
        (None, "GPL-3.0", ["License :: OSI Approved"], "GPL-3.0"),
        (None, "BSD\n\nbuilt with a compiler under the GPL, with its exception", [], None),
        (None, None, [], None),
    ],
)
def test_a_distribution_is_judged_by_what_says_most(
    expression: str | None, licence: str | None, classifiers: list[str], found: str | None
) -> None:
    judged = verdict(expression, licence, classifiers)
    assert (judged is None) if found is None else (judged is not None and found in judged)
