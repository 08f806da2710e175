"""期次 in the office: proposed by one, published by another; and the round as everybody sees it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from banshi.rooms.cases.models import QuotaRound
from banshi.rooms.cases.rules.quota import REASONS
from banshi.rooms.identity.models import Staff
from tests.matters import Matters
from tests.rooms.cases.test_quota import by_lot, closed, counted, draw, grant, published, reviewed
from tests.surfaces.office.editing import signed_in, staff_with

AT = "/review/town/rounds/"
SAID = {"item": "pension", "places": "3", "opens_on": "2026-03-10", "closes_on": "2026-03-31"}


def manager(name: str) -> Client:
    return signed_in(staff_with(name, "hall_manager"))


def test_a_round_is_proposed_by_one_and_published_by_another(matters: Matters) -> None:
    counted()
    one, two = manager("one"), manager("two")

    proposed = one.post(AT + "propose", SAID)
    row = QuotaRound.objects.get()
    own = one.post(f"{AT}{row.pk}/act", {"act": "publish"})
    published = two.post(f"{AT}{row.pk}/act", {"act": "publish"})
    page = two.get(f"{AT}?round={row.pk}")
    public = Client().get(f"/quota/{row.pk}/")
    item = Client().get("/items/pension")

    row.refresh_from_db()
    assert (proposed.status_code, own.status_code, published.status_code) == (302, 409, 302)
    assert row.published_at is not None
    assert (page.status_code, public.status_code, item.status_code) == (200, 200, 200)
    assert f"/quota/{row.pk}/" in item.content.decode()


def test_who_proposes_again_is_told_what_is_dropped_by_it(matters: Matters) -> None:
    counted()
    one = manager("one")

    first = one.post(AT + "propose", SAID, follow=True).content.decode()
    second = one.post(AT + "propose", {**SAID, "places": "4"}, follow=True).content.decode()

    assert ["第 1 期随之不公布" in page for page in (first, second)] == [False, True]


def test_what_cannot_be_a_round_is_said_beside_what_was_typed(matters: Matters) -> None:
    counted()

    answer = manager("one").post(AT + "propose", {**SAID, "places": "0"})

    assert (answer.status_code, QuotaRound.objects.count()) == (422, 0)
    assert 'value="2026-03-31"' in answer.content.decode()


def test_no_address_answers_what_is_no_round(matters: Matters) -> None:
    counted()

    assert Client().get("/quota/999/").status_code == 404
    one = manager("one")
    answers: list[Any] = [one.post(f"{AT}999/act", {"act": act}) for act in ("publish", "nothing")]
    assert [each.status_code for each in answers] == [404, 404]


def test_nobody_of_another_department_or_hall_writes_a_round(matters: Matters) -> None:
    """The matter is another department's, or one of its halls is not theirs: nothing is proposed, published or drawn."""
    counted()
    one = manager("one")
    one.post(AT + "propose", SAID)
    row = QuotaRound.objects.get()
    theirs = staff_with("theirs", "hall_manager")
    Staff.objects.filter(pk=theirs.pk).update(department="police")
    elsewhere = staff_with("elsewhere", "hall_manager", scope="other")

    answers = [
        signed_in(who).post(f"/review/{hall}/rounds/{path}", said).status_code
        for who, hall in ((theirs, "town"), (elsewhere, "other"), (elsewhere, "town"))
        for path, said in (("propose", SAID), (f"{row.pk}/act", {"act": "publish"}))
    ]

    row.refresh_from_db()
    assert [each in (403, 404) for each in answers] == [True] * 6
    assert (row.published_at, QuotaRound.objects.count()) == (None, 1)
    assert f"?round={row.pk}" not in signed_in(theirs).get(AT).content.decode()


def test_the_public_page_of_a_round_names_nobody(matters: Matters) -> None:
    """Closed it shows numbers and what was committed to, drawn the seed and the ranks: no name, no whole number of a case."""
    row, waiting = by_lot(matters, 1, 2)
    pages = [Client().get(f"/quota/{row.pk}/").content.decode()]
    closed(matters, row)
    pages.append(Client().get(f"/quota/{row.pk}/").content.decode())
    draw(matters, row)
    pages.append(Client().get(f"/quota/{row.pk}/").content.decode())

    row.refresh_from_db()
    hidden = [matters.person.name, waiting[0].masked_applicant, *(case.no for case in waiting)]
    assert [(row.commitment in page, str(row.seed) in page) for page in pages] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert [each for each in hidden for page in pages if each and each in page] == []


def test_a_refusal_for_want_of_a_place_has_a_reason_to_start_from(matters: Matters, client_of: Any) -> None:
    counted()
    published(matters, 1)
    first, second = reviewed(matters), reviewed(matters, 1)
    pages = [client_of("approver").get(f"/review/town/cases/{second.no}/").content.decode()]
    grant(first, matters)
    pages.append(client_of("approver").get(f"/review/town/cases/{second.no}/").content.decode())

    assert [REASONS["quota-full"] in page for page in pages] == [False, True]
