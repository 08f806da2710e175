"""One value of a policy asked for in SQL is what the parsed policy says: the field's own default, where the document has none."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from functools import reduce
from pathlib import Path

import pytest
from django.db import connection

from banshi.kernel.policy import HallPolicy
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, PolicyVersion
from banshi.rooms.places.statements import policy_in_force, policy_value
from tests.town import TUESDAY_NINE

ROOT = Path(__file__).resolve().parents[3]
SET = {
    "tickets": {"call_within": "zone", "spill_over_after": 3, "weights": {"A": 2}, "auto_call": True},
    "messages": {"on_call": False}, "screens": {"names": "none"},
}  # fmt: skip
PATHS = [
    "tickets.call_within", "tickets.spill_over_after", "tickets.weights", "tickets.auto_call", "messages.on_call",
    "screens.names",
]  # fmt: skip


def asked(path: str, document: dict | None) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {policy_value(path, '%(document)s::jsonb')}", {"document": json.dumps(document)})
        (value,) = cursor.fetchone()
    return json.loads(value) if isinstance(value, str) and path == "tickets.weights" else value


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("document", [SET, {}, {"tickets": {}}, None], ids=["set", "silent", "no field", "no policy"])
def test_a_value_in_sql_is_that_of_the_policy(path, document):
    policy = HallPolicy.model_validate(document or {})

    assert asked(path, document) == reduce(getattr, path.split("."), policy)


@pytest.mark.parametrize("path", ["tickets.call_from", "tickets.daily_limit"])
def test_no_value_is_asked_for_that_has_no_field_or_no_plain_default(path):
    with pytest.raises((AttributeError, TypeError)):
        policy_value(path, "document")


def test_the_policy_in_force_is_the_newest_whose_time_has_come(town):
    for version, hours in ((101, -1), (102, 0), (103, 1)):
        PolicyVersion.objects.create(
            hall=town.hall, version=version, document={}, valid_from=TUESDAY_NINE + timedelta(hours=hours),
            made_at=TUESDAY_NINE, made_by="staff:1", note="",
        )  # fmt: skip

    with connection.cursor() as cursor:
        asked_for = f"{policy_in_force('h.id', column='version')}"
        cursor.execute(f"SELECT h.code, ({asked_for}) FROM places_hall h ORDER BY h.id", {"now": TUESDAY_NINE})
        found = dict(cursor.fetchall())

    assert found[town.hall.code] == 102
    assert places.policy_of(town.hall.pk, now=TUESDAY_NINE) == HallPolicy()
    assert set(found) == set(Hall.objects.order_by("id").values_list("code", flat=True))


def test_nobody_else_reads_a_policy_in_sql():
    reads = re.compile(r"(FROM|JOIN) places_policy_version|document #")
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "banshi").rglob("*.py"))
        if "migrations" not in path.parts and path.parent.name != "places" and reads.search(path.read_text())
    ]

    assert found == []
