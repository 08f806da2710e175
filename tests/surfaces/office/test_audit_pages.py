"""The trail on its page and in a file: found by person, deed and day, in the same words, for the same people."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.audit import actions as audit
from banshi.rooms.audit.queries import trail
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars.models import Closure
from banshi.surfaces.office.deeds import read
from tests.surfaces.office.editing import booked, manager, office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town, at


@pytest.fixture
def deeds(office: Town) -> Any:  # noqa: F811
    who = staff_with("wang", "guide")
    who.name_zh, who.name_en = "王敏", "Wang Min"
    who.save()
    by = Actor(ActorKind.STAFF, str(who.pk), "town")
    for action, subject, moment in (
        ("opened-window", "window:town-03", TUESDAY_NINE),
        ("closed-window", "window:town-03", at("2026-03-09 17:00")),
    ):
        audit.record(action=action, subject=subject, by=by, now=moment, hall="town")
    audit.record(action="opened-window", subject="window:other-01", by=by, now=TUESDAY_NINE, hall="other")
    return who


def sentences(client: Client, **asked: str) -> list[str]:
    return [line.sentence for line in client.get("/office/town/audit/", asked).context["lines"]]


@pytest.mark.parametrize("who", ["wang", "WANG", "王敏", "wang min"])
def test_a_person_is_found_by_login_and_by_name(manager: Client, deeds: Any, who: str):  # noqa: F811
    found = sentences(manager, who=who)

    assert len(found) == 2
    assert all(each.startswith("王敏") for each in found)


def test_deed_person_and_day_narrow_the_list_together(manager: Client, deeds: Any):  # noqa: F811
    one = sentences(manager, who="王敏", action="closed-window", first="2026-03-09", last="2026-03-09")

    assert len(one) == 1
    assert sentences(manager, who="王敏", action="closed-window", first="2026-03-10") == []
    assert sentences(manager, who="nobody") == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_file_says_what_the_page_says(manager: Client, deeds: Any, form: str):  # noqa: F811
    answer = manager.get("/office/town/audit/export", {"who": "wang", "format": form})

    assert (answer.status_code, f".{form}" in answer["Content-Disposition"]) == (200, True)
    if form == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row[1] for row in rows[1:]] == sentences(manager, who="wang")


def test_the_file_is_for_those_who_may_see_the_page(deeds: Any, office: Town):  # noqa: F811
    assert signed_in(office.clerk).get("/office/town/audit/export").status_code == 403
    assert (
        signed_in(staff_with("theirs", "hall_manager", scope="other")).get("/office/town/audit/export").status_code
        == 403
    )


def test_all_halls_are_in_the_file_of_whoever_audits_everywhere(manager: Client, deeds: Any):  # noqa: F811
    auditor = signed_in(staff_with("city", "city_admin", "all", "*"))

    here = manager.get("/office/town/audit/export", {"who": "wang", "all": "1", "format": "csv"}).content.decode()
    everywhere = auditor.get("/office/town/audit/export", {"who": "wang", "all": "1", "format": "csv"}).content.decode()

    assert (len(here.splitlines()), len(everywhere.splitlines())) == (3, 4)


def test_a_reference_alone_asks_for_the_deeds_of_that_appointment(manager: Client, office: Town):  # noqa: F811
    one, other = (booked(office, "2026-03-11 09:00", person) for person in (0, 1))

    bare = manager.get("/office/town/audit/", {"subject": one.code.lower()})

    assert {line.entry.subject for line in bare.context["lines"]} == {f"appointment:{one.code}"}
    assert other.code not in bare.content.decode()
    assert "appointment:" not in bare.content.decode().split('id="subject"')[1].split(">")[0]


def entry(action: str, subject: str, **facts: Any) -> Any:
    by = Actor(ActorKind.STAFF, "1", "town")
    audit.record(action=action, subject=subject, by=by, now=TUESDAY_NINE, hall="town", facts=facts)
    with translation.override("zh-hans"):
        return read(trail(hall="town", action=action, limit=1))[0]


def test_an_entry_speaks_of_the_time_it_was_about(office: Town):  # noqa: F811
    row = booked(office, "2026-03-11 10:00", 0)
    first = row.slot_id
    later = office.slot(starts=at("2026-03-12 12:00"))
    Appointment.objects.filter(pk=row.pk).update(slot=later, starts_at=later.starts_at, ends_at=later.ends_at)

    placed = entry("placed", f"appointment:{row.code}", slot=first)
    moved = entry("moved", f"appointment:{row.code}", **{"from": first, "to": later.pk})

    assert [("10:00）" in each.sentence, "12:00）" in each.sentence) for each in (placed, moved)] == [(True, False)] * 2


def test_an_entry_names_the_closure_and_the_places(office: Town):  # noqa: F811
    category = office.categories["A"]
    closure = Closure.objects.create(
        hall=office.hall, category=category, starts_at=at("2026-03-10 10:15"), ends_at=at("2026-03-10 11:30"),
        reason_zh="读卡器坏了", reason_en="Broken", made_by="system", made_at=TUESDAY_NINE,
    )  # fmt: skip
    row = booked(office, "2026-03-11 10:00", 0)

    said = entry("closed", "hall:town", closure=closure.pk).details[0]
    places = entry("quota", f"slot:{row.slot_id}", **{"from": [20, 4], "to": [1, 0]}).sentence

    assert said == f"闭厅：{category.name_zh} · 3月10日 周二 10:15–11:30 · 读卡器坏了"
    assert category.name_zh in places
