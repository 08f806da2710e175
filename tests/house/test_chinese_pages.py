"""Chinese pages are Chinese: no codes of states, no English sentences. Every page, for everybody who may see it."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banshi.foundation.crypto import rating_key
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking.actions.credit import BOOKED_AGAIN, RECOUNTED
from banshi.rooms.booking.models import LedgerEntry, Suspension
from banshi.rooms.identity.models import Staff
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import STATES, Ticket
from tests.house.test_permissions import VIEWS, address, rows  # noqa: F401 – a fixture
from tests.surfaces.office.editing import booked, office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
# What is the same in Chinese: signs, formats, names of machines and of ourselves.
_KNOWN = """
sms qr csv xlsx api app pdf ip id url usb led pin banshi english en zh hans ics utc ok x y space esc enter tab tcp file dev
host port http https www com ctrl alt shift del kb mb gb json wechat sbk shebao yb
"""
KNOWN = set(_KNOWN.split())
NOT_SAID = re.compile(
    r"<script.*?</script>|<style.*?</style>|<svg.*?</svg>|<!--.*?-->|<textarea.*?</textarea>|<kbd.*?</kbd>|<code.*?</code>"
    r"|<pre.*?</pre>|<(?:input|textarea)[^>]*(?:name|id)=\"[^\"]*(?:_en|-en|\ben)\"[^>]*>"
    r"|<(?P<tag>\w+)[^>]*(?:class=\"[^\"]*\bmono\b|translate=\"no\"|lang=\"en\")[^>]*>.*?</(?P=tag)>",
    re.S,
)
SAID_IN = re.compile(r"\b(?:title|aria-label|placeholder|alt)=\"([^\"]*)\"")
WORD = re.compile(r"(?<![\w./:@#{}-])[A-Za-z][A-Za-z_'-]+(?![\w./:@])")


def english_in(page: str, known: set[str]) -> set[str]:
    page = NOT_SAID.sub(" ", page)
    said = SAID_IN.findall(page) + [re.sub(r"<[^>]*>", " ", page)]
    words = {word for text in said for word in WORD.findall(html.unescape(text))}
    return {word for word in words if word.lower() not in known and not word.isupper()}


@pytest.fixture
def lived(rows: Any, office: Any) -> dict[str, Any]:  # noqa: F811
    """The town of the permissions' table, with numbers in every state and a trail of deeds."""
    by = Actor(ActorKind.STAFF, str(office.manager.pk))
    for n, state in enumerate(STATES):
        if state in ("called", "serving"):
            continue
        made = tickets.issue(
            tickets.Take(category_code="B", channel="kiosk", by=SYSTEM, person_id=office.person(n + 3).pk),
            hall=office.hall,
            now=TUESDAY_NINE,
        )
        Ticket.objects.filter(pk=made.pk).update(state=state)
    # What stands on somebody's credit is shown, with the reasons that the rules give.
    on = {"party": f"person:{rows['person_id']}"}
    LedgerEntry.objects.update(kind="cancel", forgiven_at=TUESDAY_NINE, forgiven_why=BOOKED_AGAIN, **on)
    Suspension.objects.update(lifted_at=TUESDAY_NINE, lifted_why=RECOUNTED, **on)
    code = booked(office, "2026-03-12 09:00", person=2).code
    for action, subject, facts in (
        ("placed", f"appointment:{code}", {"source": "web", "item": "pension"}),
        ("no_show", f"appointment:{code}", {}),
        ("rated", f"ticket:{rows['ref']}", {"stars": 5, "channel": "qr", "follow_up": False}),
        (
            "suspended",
            f"suspension:{rows['suspension_id']}",
            {"reason": "no_shows", "from": "2026-03-10", "until": "2026-04-08"},
        ),
        ("cancelled", f"appointment:{code}", {"by_hall": True}),
        ("gave-role", f"staff:{rows['staff_id']}", {"role": "guide", "scope": "town"}),
        ("closed-window", "window:town-01", {}),
        ("device_registered", f"device:{rows['device']}", {"kind": "kiosk"}),
        ("template_set", "template:confirmation:zh", {}),
    ):
        audit.record(
            action=action, subject=subject, by=by, now=TUESDAY_NINE - timedelta(minutes=1), hall="town", facts=facts
        )
    return rows


def names(lived: dict[str, Any], office: Any) -> set[str]:  # noqa: F811
    """Words that are somebody's or something's name or code."""
    coded = (
        " ".join(str(value) for value in lived.values()) + " pension medical rent-invoice id-card town other somebody"
    )
    logins = list(Staff.objects.order_by("id").values_list("login", flat=True))
    return KNOWN | {word.lower() for word in re.findall(r"[A-Za-z][\w'-]+", coded)} | set(logins)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_no_page_of_the_staff_shows_a_code_or_english(lived, office, role):  # noqa: F811
    client = signed_in(staff_with("somebody", role, "all", "*"))
    client.cookies["django_language"] = "zh-hans"
    known, found = names(lived, office), {}

    for name, view in VIEWS.items():
        if view.callback.permission not in ROLES[role]:
            continue
        answer = client.get(address(name, lived), headers={"accept-language": "zh-CN"})
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            strange = english_in(answer.content.decode(), known)
            if strange:
                found[name] = sorted(strange)

    assert found == {}


def test_no_page_of_the_public_shows_a_code_or_english(lived, office):  # noqa: F811
    client = Client(headers={"accept-language": "zh-CN"})
    known, found = names(lived, office), {}
    refs = list(Ticket.objects.order_by("id").values_list("ref", flat=True))
    addresses = [
        *(
            reverse(f"citizen:{name}")
            for name in ("home", "search", "items", "when", "halls", "sign-in", "appointments")
        ),
        reverse("citizen:search") + "?q=xyzzy",
        reverse("citizen:item", args=["pension"]),
        reverse("citizen:hall", args=["town"]),
        reverse("citizen:book", args=["pension"]),
        *(reverse("citizen:ticket", args=[ref]) for ref in refs),
        *(reverse(f"kiosk:{name}", args=["town"]) for name in ("start", "check-in", "walk-in", "search")),
        reverse("kiosk:confirm", args=["town"]) + "?category=A",
        *(reverse("kiosk:slip", args=["town", ref]) + f"?k={rating_key(ref)}" for ref in refs),
        reverse("screens:board", args=["town"]),
        reverse("screens:window", args=["town-01"]),
        reverse("screens:evaluator", args=["town-01"]),
    ]

    for where in addresses:
        answer = client.get(where)
        strange = english_in(answer.content.decode(), known | {"xyzzy"}) if answer.status_code != 302 else set()
        if strange:
            found[where] = sorted(strange)

    assert found == {}
