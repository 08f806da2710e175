"""Templates can be read: no line runs out of sight, and what an attribute says was decided in Python.

In a tag there may be a value, a component (`{% selected one asked %}`) or a plain yes or no around whole words
(`{% if is_new %} class="is-new"{% endif %}`), and nothing else.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "banshi"
TEMPLATES = sorted(ROOT.rglob("templates/**/*.html"))
WIDEST = 160
TAG = re.compile(r"<[a-zA-Z/](?:\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|[^<>{]|\{(?![%{#]))*>", re.S)
DECIDES = re.compile(r"\{%\s*(if|elif|else|for|with|ifchanged|cycle|firstof)\b(.*?)%\}", re.S)
VALUE = r"""[\w.]+(?:\|\w+(?::(?:"[^"]*"|'[^']*'|[\w.]+))?)*"""
YES_OR_NO = re.compile(rf"\s*(?:not\s+)?{VALUE}\s*")


def decisions(text: str) -> list[str]:
    """What is decided inside a tag by more than a yes or no."""
    return [
        said[0]
        for tag in TAG.finditer(text)
        for said in DECIDES.finditer(tag[0])
        if said[1] != "if" or not YES_OR_NO.fullmatch(said[2])
    ]


def test_no_line_of_a_template_runs_out_of_sight():
    wide = {
        f"{path.relative_to(ROOT)}:{n}": len(line)
        for path in TEMPLATES
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > WIDEST
    }

    assert (len(TEMPLATES) > 200, wide) == (True, {})


def test_no_attribute_decides_anything():
    found = {
        str(path.relative_to(ROOT)): said for path in TEMPLATES if (said := decisions(path.read_text(encoding="utf-8")))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ('<a{% if here %} aria-current="page"{% endif %}>', []),
        ('<a{% if not each.day|among:days %} class="is-closed"{% endif %} href="{{ there }}">', []),
        ("<option{% selected each.code asked %}>", []),
        ("<a{% if a == b %} hidden{% endif %}>", ["{% if a == b %}"]),
        ('<a href="{% if a %}x{% else %}y{% endif %}">', ["{% else %}"]),
        ("<p>{% if a == b %}x{% else %}y{% endif %}</p>", []),
        ("<a{% if a or b %} hidden{% endif %}>", ["{% if a or b %}"]),
        ('<a class="{% for a in b %}{{ a }}{% endfor %}">', ["{% for a in b %}"]),
    ],
)
def test_a_decision_in_a_tag_is_seen(tag: str, found: list[str]):
    assert decisions(tag) == found
