"""The fee at the window: what is granted at once is paid at once."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.cases.models import Case
from banshi.rooms.fees.models import Payment
from tests.surfaces.desk.served import FILLED, here, press, serve

pytestmark = pytest.mark.django_db


def test_what_is_granted_at_once_is_paid_at_once(clerk: Any, matters: Any):
    matters.costs()
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(instant=True)
    ticket = serve(matters.town, 1)

    granted = press(clerk, ticket, case, "grant", **FILLED, **{"here-id": "on", "here-lease": "on", "here-photo": "on"})
    page = clerk.get(here(ticket, case)).content.decode()
    answer = clerk.post(f"{here(ticket, case)}fee/take", {"means": "cash"})
    again = clerk.post(f"{here(ticket, case)}fee/take", {"means": "cash"})
    no = clerk.post(f"{here(ticket, case)}fee/nothing")

    assert (granted.status_code, answer.status_code, again.status_code, no.status_code) == (302, 302, 409, 404)
    assert f"{here(ticket, case)}fee/take" in page
    case.refresh_from_db()
    assert (case.phase, case.fee_due_on, Payment.objects.get().means) == ("decided", None, "cash")
    assert matters.receipt() in clerk.get(here(ticket, case)).content.decode()


def test_a_paper_of_an_instant_matter_may_follow_as_well(clerk: Any, matters: Any):
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(instant=True)
    ticket = serve(matters.town, 1)
    came = {"here-id": "on", "here-lease": "on", "follows-photo": "on", "on-photo": "2026-03-12"}

    page = clerk.get(here(ticket, case)).content.decode()
    answer = press(clerk, ticket, case, "follow", **FILLED, **came)

    case.refresh_from_db()
    assert (f"{here(ticket, case)}do/follow" in page, answer.status_code) == (True, 302)
    assert (case.phase, case.tolerant, list(case.obligations.values_list("code", flat=True))) == (
        "accepted",
        True,
        ["photo"],
    )
