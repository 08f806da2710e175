"""Reads on the data dictionary (数据字典): its entries, and which matters ask for each."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import DataElement, Item
from banshi.rooms.catalogue.rules.handling import Field, Paper
from banshi.rooms.catalogue.statements import ASKED_SQL


@dataclass(frozen=True)
class AskedBy:
    """A matter that asks for an element: as which field, and on which blanks it prints it."""

    item: Item
    field: Field
    blanks: tuple[Paper, ...]


def entries(words: str = "") -> list[DataElement]:
    """By code; those in whose code or name all these words stand."""
    rows = list(DataElement.objects.order_by("code"))
    wanted = words.lower().split()
    return [row for row in rows if all(each in f"{row.code} {row.name_zh} {row.name_en}".lower() for each in wanted)]


def element_called(code: str) -> DataElement:
    """:raises Refused: nothing-found."""
    row = DataElement.objects.filter(code=code).first()
    if row is None:
        raise Refused("nothing-found", facts={"element": code})
    return row


def how_often_asked() -> dict[str, int]:
    """In how many matters, by element."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED_SQL)
        return dict(cursor.fetchall())


def asked_by(code: str) -> list[AskedBy]:
    """By the codes of the matters, as they are handled now."""
    rows = Item.objects.filter(handling__fields__contains=[{"element": code}]).select_related("department")
    found = []
    for item in rows.order_by("code"):
        handling = catalogue.handling_of(item)
        for field in handling.fields:
            if field.element == code:
                blanks = [
                    p
                    for p in handling.materials
                    if p.form is not None and field.code in (p.form.fields or [field.code])
                ]
                found.append(AskedBy(item, field, tuple(blanks)))
    return found
