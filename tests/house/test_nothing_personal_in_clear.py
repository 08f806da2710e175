"""Names, telephone and document numbers, codes and keys are planted everywhere; then everything at rest is searched."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.api.conftest import Calls, booking, keys_of, open_all_day, stop_the_clock
from tests.town import Town

NAME = "欧阳测试甲"
ID_NUMBER = "11010519491231002X"
PHONE = "13912345678"
OTHER_PHONE = "13987654321"
PERSON = {"name": NAME, "id_type": "resident_id", "id_number": ID_NUMBER, "phone": PHONE}
IDEMPOTENCY = "order-13912345678"


def dumped() -> dict[str, str]:
    """Every table as COPY writes it; bytes as the text they hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = [row[0] for row in cursor.fetchall()]
        content = {}
        for table in sorted(tables):
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows = "\n".join(str(row[0]) for row in cursor.fetchall())
            content[table] = rows + _unhexed(rows)
    return content


def stands_in(planted: str, rows: str) -> bool:
    """By itself: a digest or the fraction of a second may hold six digits by chance."""
    return re.search(rf"(?<![0-9A-Za-z.]){re.escape(planted)}(?![0-9A-Za-z])", rows) is not None


def _unhexed(rows: str) -> str:
    """What bytea columns (`\\x…`) hold, as text."""
    return "\n".join(
        bytes.fromhex(found).decode("utf-8", errors="replace") for found in re.findall(r"\\x((?:[0-9a-f]{2})+)", rows)
    )


@pytest.fixture
def planted(town: Town, capfd: Any) -> dict[str, str]:
    """What was planted: kind → text that must appear nowhere."""
    stop_the_clock()
    open_all_day(town)
    calls = Calls(town, keys_of(town))
    booked = calls("post", "/appointments", "channel", booking(town.slot(), person=PERSON), Idempotency_Key=IDEMPOTENCY)
    assert booked.status_code == 201, booked.content
    walked_in = {"category": "A", "person": PERSON}
    assert calls("post", "/halls/town/tickets", "kiosk", walked_in, Idempotency_Key=IDEMPOTENCY).status_code == 201
    calls("post", "/windows/town-01/sign-in", "desk")
    called = calls("post", "/windows/town-01/calls", "desk", Idempotency_Key=IDEMPOTENCY)
    assert called.json()["person"]["name"] == NAME
    for step in ("start", "finish"):
        calls("post", f"/tickets/{called.json()['id']}/{step}", "desk", Idempotency_Key=f"{step}-{PHONE}")
    calls("get", f"/notices?person={PHONE}", "demo")
    citizen = Client()
    answer = citizen.post("/sign-in", {"phone": OTHER_PHONE})
    assert answer.status_code == 302, answer.content.decode()
    code = _code()
    assert citizen.post("/sign-in/code", {"code": code}).status_code == 302
    citizen.post("/me/people", {"name": NAME, "id_type": "resident_id", "id_number": ID_NUMBER, "phone": ""})
    Client().post("/staff/sign-in", {"login": PHONE, "password": "planted-password"})
    assert Ticket.objects.count() == 1
    return {
        "name": NAME,
        "document": ID_NUMBER,
        "phone": PHONE,
        "citizen's phone": OTHER_PHONE,
        "code": code,
        "password": "planted-password",
        "key": calls.keys["desk"],
    }


def _code() -> str:
    """The one-time code, as the person reads it."""
    message = Message.objects.filter(key="code").order_by("-id").first()
    assert message is not None
    found = re.search(r"\d{6}", str(message.sealed))
    assert found is not None
    return found[0]


def test_nothing_personal_is_at_rest_in_clear(planted: dict[str, str]) -> None:
    tables = dumped()

    assert {(kind, table) for kind, text in planted.items() for table, rows in tables.items() if text in rows} == set()


def test_neither_logs_nor_metrics_hold_anything_personal(planted: dict[str, str], capfd: Any) -> None:
    from prometheus_client import generate_latest

    written = "".join(capfd.readouterr())
    metrics = generate_latest().decode()

    assert {kind for kind, text in planted.items() if stands_in(text, written) or stands_in(text, metrics)} == set()
