"""docs/integrate.md says what is true: scopes, refusals, endpoints."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils import translation

from banshi.foundation.words import WORDS
from banshi.kernel.refusals import SLUGS
from banshi.surfaces.api.answers import HTTP_PROBLEMS
from banshi.surfaces.api.api import api
from banshi.surfaces.api.keys import ANY, SCOPES_OF

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "integrate.md").read_text(encoding="utf-8")


def refusal_rows() -> list[str]:
    """The table of refusals as it must stand: slug, status, title and reason in English."""
    with translation.override("en"):
        rows = [f"| `{slug}` | {status} | {WORDS[slug][0]} | {WORDS[slug][1]} |" for slug, status in SLUGS.items()]
    return rows + [f"| `{slug}` | {status} | {en} | |" for slug, (status, _, en) in HTTP_PROBLEMS.items()]


def endpoint_rows() -> list[str]:
    """The table of endpoints as it must stand: method, path, scopes."""
    rows = []
    for path, methods in api.get_openapi_schema(path_prefix="/")["paths"].items():
        for method, operation in methods.items():
            scopes = SCOPES_OF[operation["operationId"]]
            said = "any" if scopes == ANY else ", ".join(sorted(scopes)) or "no key"
            rows.append(f"| `{method.upper()} {path}` | {operation['summary']} | {said} |")
    return rows


def table(heading: str) -> list[str]:
    section = GUIDE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [line for line in section.splitlines() if line.startswith("| `")]


def test_the_guide_lists_every_refusal_with_its_status_and_words() -> None:
    assert table("Refusals") == refusal_rows()


def test_the_guide_lists_every_endpoint_with_its_scopes() -> None:
    assert table("Endpoints") == endpoint_rows()


def test_the_guide_names_no_slug_that_does_not_exist() -> None:
    named = set(re.findall(r"409 `([a-z-]+)`", GUIDE))

    assert named - set(SLUGS) - set(HTTP_PROBLEMS) == set()
    assert named
