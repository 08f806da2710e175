"""Cabinets over HTTP: the machine beside one takes papers in and gives results out; nobody else's key, no other cabinet."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.case import cabinets as at_cabinets
from banshi.journeys.case import conclude
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet, Stay
from banshi.rooms.devices.models import Device
from tests.matters import Matters
from tests.surfaces.api.casework import Casework
from tests.surfaces.api.conftest import Calls
from tests.surfaces.api.test_cases_rights import key_for
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def matters(work: Casework) -> Matters:
    return work.matters


@pytest.fixture
def cabinet(matters: Matters) -> Cabinet:
    return delivery.install(
        hall=matters.town.hall, code="c1", name_zh="1 号文件柜", name_en="Cabinet 1", place_zh="东门", place_en="East gate",
        cells=2,
    )  # fmt: skip


def passed(matters: Matters) -> Case:
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    return Case.objects.get(pk=case.pk)


def coded(matters: Matters, cabinet: Cabinet) -> tuple[Case, str]:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    at_cabinets.put(cabinets=[cabinet], case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return case, deliveries.code_for_applicant(Case.objects.get(pk=case.pk))


def test_papers_go_into_a_cell_once_however_often_it_is_sent(matters: Matters, cabinet: Cabinet, calls: Calls) -> None:
    case = passed(matters)

    answers = [
        calls("post", "/cabinets/c1/drops", "kiosk", {"case": case.no, "phone_last4": "8000"}, idempotency_key="k1")
        for _ in range(2)
    ]
    again = calls("post", "/cabinets/c1/drops", "kiosk", {"case": case.no, "phone_last4": "8000"})
    standing = calls("get", "/cabinets/c1", "kiosk").json()

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json() == {"cabinet": "c1", "cell": 1, "case": case.no, "counts_from": "2026-03-10"}
    assert (again.status_code, again.json()["type"]) == (409, "already-dropped")
    assert (standing["cells"], standing["free"], standing["broken"]) == (2, 1, 0)
    assert (Stay.objects.count(), Case.objects.get(pk=case.pk).phase) == (1, "await_receipt")


def test_the_number_of_a_case_without_its_telephone_opens_nothing(
    matters: Matters, cabinet: Cabinet, calls: Calls
) -> None:
    case = passed(matters)

    answers = [
        calls("post", "/cabinets/c1/drops", "kiosk", {"case": no, **more})
        for no in (case.no, "none")
        for more in ({}, {"phone_last4": "1234"})
    ]

    assert {(answer.status_code, answer.json()["type"]) for answer in answers} == {(404, "nothing-found")}
    assert Stay.objects.count() == 0


def test_a_code_opens_its_door_once_and_that_hands_it_over(matters: Matters, cabinet: Cabinet, calls: Calls) -> None:
    case, code = coded(matters, cabinet)

    wrong = calls("post", "/cabinets/c1/pickups", "kiosk", {"code": "00000000"})
    done = calls("post", "/cabinets/c1/pickups", "kiosk", {"code": code})
    taken = calls("post", "/cabinets/c1/pickups/taken", "kiosk", {"code": code})
    again = calls("post", "/cabinets/c1/pickups", "kiosk", {"code": code})

    assert (wrong.status_code, wrong.json()["type"]) == (409, "code-wrong")
    assert (done.status_code, done.json()) == (200, {"cabinet": "c1", "cell": 1, "case": case.no})
    assert (taken.status_code, taken.json()) == (200, done.json())
    assert (again.status_code, again.json()["type"]) == (409, "code-wrong")
    assert Case.objects.get(pk=case.pk).phase == "closed"


def test_a_door_said_to_stay_shut_hands_over_nothing(matters: Matters, cabinet: Cabinet, calls: Calls) -> None:
    case, code = coded(matters, cabinet)
    unopened = calls("post", "/cabinets/c1/pickups/shut", "kiosk", {"code": code})
    calls("post", "/cabinets/c1/pickups", "kiosk", {"code": code})

    shut = calls("post", "/cabinets/c1/pickups/shut", "kiosk", {"code": code})
    again = calls("post", "/cabinets/c1/pickups", "kiosk", {"code": code})

    assert (unopened.status_code, unopened.json()["type"]) == (409, "changed-meanwhile")
    assert (shut.status_code, again.status_code) == (200, 200)
    assert Case.objects.get(pk=case.pk).phase == "ready"


def test_a_door_that_stays_shut_gives_another_cell(
    matters: Matters, cabinet: Cabinet, calls: Calls, settings: Any
) -> None:
    settings.BANSHI_JAMMED = frozenset({"c1:1"})

    answer = calls("post", "/cabinets/c1/drops", "kiosk", {"case": passed(matters).no, "phone_last4": "8000"})

    assert (answer.status_code, answer.json()["cell"]) == (201, 2)
    assert calls("get", "/cabinets/c1", "kiosk").json()["broken"] == 1


def test_the_issue_window_takes_papers_out_and_lays_a_result_in(
    matters: Matters, cabinet: Cabinet, calls: Calls, work: Casework
) -> None:
    case = passed(matters)
    calls("post", "/cabinets/c1/drops", "kiosk", {"case": case.no, "phone_last4": "8000"})
    before = work("receive", case.no, "receiver", {"materials": ["id", "lease", "photo"]})

    out = work.done("take-out", case.no, "issuer", {})
    twice = work("take-out", case.no, "issuer", {})
    work.done("receive", case.no, "receiver", {"materials": ["id", "lease", "photo"]})
    granted = matters.decided()
    conclude.issue(case_no=granted.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    laid = [work("to-cabinet", granted.no, "issuer", idempotency_key="k1").json() for _ in range(2)]
    code = deliveries.code_for_applicant(Case.objects.get(pk=granted.pk))

    assert (before.json()["type"], twice.json()["type"]) == ("papers-in-cabinet", "nothing-found")
    assert out == {"cabinet": "c1", "cell": 1, "case": case.no}
    assert laid == [{"cabinet": "c1", "cell": 1, "case": granted.no}] * 2
    assert calls("post", "/cabinets/c1/pickups", "kiosk", {"code": code}).status_code == 200
    back = work.done("take-out", granted.no, "issuer", {"place": "A-12"})
    assert (back["cell"], work.seen(granted.no, "issuer")["delivery"]["place"]) == (1, "A-12")


@pytest.mark.parametrize(("verb", "body"), [("take-out", {}), ("to-cabinet", None)])
def test_cells_are_tended_by_the_issue_window_of_the_hall(
    verb: str, body: Any, matters: Matters, cabinet: Cabinet, work: Casework
) -> None:
    case = passed(matters)
    key_for(work, "elsewhere", "issue_clerk", hall="other")

    answers = [work(verb, case.no, who, body) for who in ("receiver", "elsewhere")]

    assert [(a.status_code, a.json()["type"]) for a in answers] == [(403, "not-allowed"), (404, "nothing-found")]


def test_another_halls_and_another_machines_stay_shut(matters: Matters, cabinet: Cabinet, calls: Calls) -> None:
    other = delivery.install(hall=matters.town.other_hall, code="c2", name_zh="柜", name_en="Cabinet", cells=1)
    device = Device.objects.create(hall=matters.town.hall, code="town-kiosk-9", kind="kiosk", name="9 号取号机")
    beside = delivery.install(
        hall=matters.town.hall, code="c3", name_zh="柜", name_en="Cabinet", cells=1, device_id=device.pk
    )
    case = passed(matters)

    told = {
        each.code: [
            calls("get", f"/cabinets/{each.code}", "kiosk").status_code,
            calls(
                "post", f"/cabinets/{each.code}/drops", "kiosk", {"case": case.no, "phone_last4": "8000"}
            ).status_code,
        ]
        for each in (other, beside)
    }
    assert told == {"c2": [403, 403], "c3": [404, 404]}
    assert Stay.objects.count() == 0
