"""核定内容 at a window that decides at once."""

from __future__ import annotations

import pytest

from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import facts_of
from tests.surfaces.desk.served import FILLED, here, press, serve

pytestmark = pytest.mark.django_db

BROUGHT = {**FILLED, "here-id": "on", "here-lease": "on", "here-photo": "on", "seen": "card"}


def test_the_window_says_what_it_grants_or_leaves_it_as_proposed(clerk, matters):
    matters.grants()
    ticket = serve(matters.town, 1)
    clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension"})
    case = Case.objects.get()
    Case.objects.filter(pk=case.pk).update(instant=True)

    page = clerk.get(here(ticket, case)).content.decode()
    lacking = press(clerk, ticket, case, "grant", **BROUGHT)
    done = press(clerk, ticket, case, "grant", **BROUGHT, **{"g-loan": "200"})

    case.refresh_from_db()
    assert ("不填：按“地址”" in page, lacking.status_code, done.status_code) == (True, 422, 302)
    assert (case.phase, case.granted) == ("decided", True)
    assert [said for _, _, said in facts_of(CasePaper.objects.get(case=case, kind="grant")).granted] == [
        "200.00", "2026 年 9 月 10 日", "****2 号",
    ]  # fmt: skip
