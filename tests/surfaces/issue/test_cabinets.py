"""The cabinets at the issue window: into a cell, out of it, and nothing of another hall's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.journeys.case import cabinets as at_cabinets
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.models import Cabinet, Delivery, Stay
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
KIOSK = Actor(ActorKind.KIOSK, "kiosk-1", "town")


@pytest.fixture
def cabinet(matters: Matters) -> Cabinet:
    return delivery.install(
        hall=matters.town.hall, code="town-cabinet-1", name_zh="1 号文件柜", name_en="Cabinet 1", cells=2
    )


def made(matters: Matters, client: Any) -> str:
    case = matters.decided()
    client.post(f"/issue/town/cases/{case.no}/make")
    return f"/issue/town/cases/{case.no}/"


def test_a_result_goes_into_a_cell_whose_door_opens(matters: Matters, cabinet: Cabinet, client_of: Any) -> None:
    client = client_of("issuer")
    at = made(matters, client)

    page = client.get(at).content.decode()
    told = client.post(at + "to-cabinet", follow=True).content.decode()
    listed = client.get("/issue/town/cabinets/").content.decode()

    assert f'action="{at}to-cabinet"' in page
    assert "“1 号文件柜”的 1 号柜门已打开" in told
    assert (Case.objects.get().phase, Delivery.objects.get().place) == ("ready", "1 号文件柜 1 号格")
    assert "1 号文件柜 1 格" in listed
    assert Delivery.objects.get().code not in listed


def test_a_hall_without_a_cabinet_offers_none(matters: Matters, client_of: Any) -> None:
    client = client_of("issuer")
    at = made(matters, client)

    assert "to-cabinet" not in client.get(at).content.decode()
    assert client.post(at + "to-cabinet").status_code == 409
    assert "本大厅没有文件柜" in client.get("/issue/town/cabinets/").content.decode()


def test_a_full_cabinet_is_said_and_nothing_is_told(matters: Matters, cabinet: Cabinet, client_of: Any) -> None:
    cabinet.cells.all().delete()
    client = client_of("issuer")
    at = made(matters, client)

    answer = client.post(at + "to-cabinet")

    assert (answer.status_code, "文件柜满了" in answer.content.decode()) == (409, True)
    assert (Case.objects.get().phase, Delivery.objects.count()) == ("issuing", 0)


def test_dropped_papers_are_listed_with_their_day_and_taken_out_once(
    matters: Matters, cabinet: Cabinet, client_of: Any
) -> None:
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    at_cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)
    stay, client = Stay.objects.get(), client_of("issuer")

    page = client.get("/issue/town/cabinets/").content.decode()
    first = client.post("/issue/town/cabinets/empty", {"stay": stay.pk})
    second = client.post("/issue/town/cabinets/empty", {"stay": stay.pk})

    stay.refresh_from_db()
    assert (case.no in page, case.masked_applicant in page) == (True, True)
    assert (first.status_code, second.status_code, stay.out_by) == (302, 409, "staff")


def test_what_nobody_fetched_gets_a_shelf(matters: Matters, cabinet: Cabinet, client_of: Any) -> None:
    client = client_of("issuer")
    at = made(matters, client)
    client.post(at + "to-cabinet")
    stay = Stay.objects.get().pk

    nowhere = client.post("/issue/town/cabinets/empty", {"stay": stay, "place": " "})
    done = client.post("/issue/town/cabinets/empty", {"stay": stay, "place": "B-2"})

    assert (nowhere.status_code, done.status_code, Delivery.objects.get().place) == (422, 302, "B-2")


def test_two_empty_a_stuck_cell_and_nobody_is_named(matters: Matters, cabinet: Cabinet, client_of: Any) -> None:
    client = client_of("issuer")
    client.post(made(matters, client) + "to-cabinet")
    stay, case = Stay.objects.get(), Case.objects.get()
    delivery.broken(cell=stay.cell, now=TUESDAY_NINE)

    page = client.get("/issue/town/cabinets/").content.decode()
    first = client.post("/issue/town/cabinets/look", {"stay": stay.pk, "place": "B-2"})
    alone = client.post("/issue/town/cabinets/empty", {"stay": stay.pk})
    waiting = client.get("/issue/town/cabinets/").content.decode()
    Stay.objects.update(seen_by="staff:999")
    second = client.post("/issue/town/cabinets/empty", {"stay": stay.pk})

    assert ("柜门打不开" in page, case.masked_applicant in page, case.applicant in page) == (True, True, False)
    assert (first.status_code, alone.status_code, second.status_code) == (302, 409, 302)
    assert "由另一名同事再看一遍并取出" in waiting
    assert (Delivery.objects.get().place, Stay.objects.get().out_by) == ("B-2", "staff")


def test_a_broken_cell_works_again_in_its_own_hall(matters: Matters, cabinet: Cabinet, client_of: Any) -> None:
    cell = cabinet.cells.get(no=1)
    other = delivery.install(
        hall=matters.town.other_hall, code="o", name_zh="柜", name_en="Cabinet", cells=1
    ).cells.get()
    for each in (cell, other):
        delivery.broken(cell=each, now=TUESDAY_NINE)
    client = client_of("issuer")

    listed = client.get("/issue/town/cabinets/").content.decode()
    answers = [client.post("/issue/town/cabinets/works", {"cell": pk}).status_code for pk in (cell.pk, other.pk, "x")]

    cell.refresh_from_db()
    other.refresh_from_db()
    assert ("1 号文件柜 1 格" in listed, answers) == (True, [302, 404, 404])
    assert (cell.broken_at, other.broken_at) == (None, TUESDAY_NINE)
    assert client_of("reviewer").post("/issue/town/cabinets/works", {"cell": 1}).status_code == 403


@pytest.mark.parametrize("stay", ["", "x", "0", "99999999999999999999"])
def test_what_lies_nowhere_is_not_taken_out(matters: Matters, cabinet: Cabinet, client_of: Any, stay: str) -> None:
    assert client_of("issuer").post("/issue/town/cabinets/empty", {"stay": stay}).status_code == 409


def test_another_halls_cell_is_not_emptied_from_here(matters: Matters, client_of: Any) -> None:
    other = delivery.install(
        hall=matters.town.other_hall, code="other-cabinet-1", name_zh="文件柜", name_en="Cabinet", cells=1
    )
    case = matters.opened()
    stay = Stay.objects.create(
        cell=other.cells.get(),
        case=case,
        kind="drop",
        put_at=TUESDAY_NINE,
        put_by="kiosk:1",
        counts_from=date(2026, 3, 10),
    )

    answer = client_of("issuer").post("/issue/town/cabinets/empty", {"stay": stay.pk})

    stay.refresh_from_db()
    assert (answer.status_code, stay.out_at) == (409, None)
    assert case.no not in client_of("issuer").get("/issue/town/cabinets/").content.decode()


def test_who_does_not_issue_sees_no_cabinet(matters: Matters, cabinet: Cabinet, client_of: Any) -> None:
    assert client_of("reviewer").get("/issue/town/cabinets/").status_code == 403
    assert client_of("reviewer").post("/issue/town/cabinets/empty", {"stay": 1}).status_code == 403
