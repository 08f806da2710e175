"""A card on a demo machine's reader, as its field sends it."""

from __future__ import annotations

from typing import Any


def chip(person: Any, name: str = "") -> str:
    row = type(person).objects.get(pk=person.pk)
    return card(row.id_number, name or row.name)


def card(number: str, name: str, kind: str = "") -> str:
    return f"BC1|{number}|{name}|{kind}"
