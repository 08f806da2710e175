"""Somebody stands at the first window and is served; the clerk presses what stands on the page of their case."""

from __future__ import annotations

from typing import Any

from django.test import Client

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.matters import ANSWERS, FORM, Matters
from tests.surfaces.desk.steps import HTMX, post, take
from tests.town import TUESDAY_NINE, Town

__all__ = ["FILLED", "HTMX", "here", "post", "press", "sent_online", "serve"]

FILLED = {f"q-{code}": said for code, said in ANSWERS.items()} | {f"f-{code}": value for code, value in FORM.items()}


def serve(town: Town, i: int | None, item: str = "pension", *, staff: Any = None, window: str = "town-01") -> Ticket:
    """The i-th person takes a number, is called and served."""
    staff = staff or town.clerk
    if not staff.windowsession_set.filter(signed_out_at=None).exists():
        tickets.sign_in(window_code=window, staff_id=staff.pk, now=TUESDAY_NINE)
    ticket = take(town, i, item)
    tickets.call_next(window_code=window, staff_id=staff.pk, now=TUESDAY_NINE)
    tickets.start(ref=ticket.ref, staff_id=staff.pk, now=TUESDAY_NINE)
    ticket.refresh_from_db()
    return ticket


def here(ticket: Ticket, case: Case) -> str:
    return f"/desk/cases/{ticket.ref}/{case.no}/"


def press(client: Client, ticket: Ticket, case: Case, verb: str, *, htmx: bool = False, **typed: Any) -> Any:
    """What the page of the case sends as it stands."""
    case.refresh_from_db()
    form = {"phase": case.phase, "revision": case.revision, **typed}
    return client.post(f"{here(ticket, case)}do/{verb}", form, headers=HTMX if htmx else {})


def sent_online(matters: Matters) -> Case:
    """Sent online with all its papers, and found right before the person came."""
    case = matters.opened()
    for code in ("id", "lease", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    cases.submit(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    verdicts = [cases.Verdict(code, ok=True) for code in ("id", "lease", "photo")]
    return cases.pass_on(case_no=case.no, verdicts=verdicts, by=matters.by["pre_reviewer"], now=TUESDAY_NINE)
