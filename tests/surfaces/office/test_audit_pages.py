"""The trail on its page and in a file: found by person, deed and day, in the same words, for the same people."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from banshi.journeys.hall import change_rules
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.policy import HallPolicy
from banshi.rooms.audit import actions as audit
from banshi.rooms.audit.queries import trail
from banshi.rooms.booking.models import Appointment, Outage
from banshi.rooms.calendars.models import Closure
from banshi.rooms.places.models import Category, PolicyVersion
from banshi.surfaces.office.deeds import name_of, read
from tests.agents import agent
from tests.surfaces.office.editing import booked, manager, office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town, at

SYSTEM = Actor(ActorKind.SYSTEM, "town")


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
    page = auditor.get("/office/town/audit/", {"who": "wang", "all": "1"}).content.decode()
    rows = list(csv.reader(io.StringIO(everywhere.removeprefix("\ufeff"))))
    assert rows[0][:2] == ["时间", "大厅"]
    assert {row[1] for row in rows[1:]} == {"小镇大厅", "邻镇大厅"}
    assert ("<td>邻镇大厅</td>" in page, "<td>小镇大厅</td>" in page) == (True, True)
    assert "大厅" not in next(csv.reader(io.StringIO(here)))


def test_people_of_one_name_are_all_found_by_it(manager: Client, deeds: Any, office: Town):  # noqa: F811
    for login, scope in (("early", "other"), ("late", "town")):
        twin = staff_with(login, "guide", scope=scope)
        twin.name_zh, twin.name_en = "王敏", "Wang Min"
        twin.save()
    by = Actor(ActorKind.STAFF, str(twin.pk), "town")
    audit.record(action="opened-window", subject="window:town-04", by=by, now=TUESDAY_NINE, hall="town")

    assert [len(sentences(manager, who=who)) for who in ("王敏", "wang min", "late", "early")] == [3, 3, 1, 0]
    rows = list(csv.reader(io.StringIO(manager.get("/office/town/audit/export?who=王敏&format=csv").content.decode())))
    assert len(rows) == 1 + 3


def test_what_was_read_of_all_halls_opens_in_all_halls(deeds: Any):  # noqa: F811
    auditor = signed_in(staff_with("city", "city_admin", "all", "*"))
    page = auditor.get("/office/town/audit/", {"all": "1"}).content.decode()
    [link] = re.findall(r'href="([^"]*subject=window%3Aother-01[^"]*)"', page)

    there = auditor.get(f"/office/town/audit/{link.replace('&amp;', '&')}").context["lines"]

    assert [line.entry.subject for line in there] == ["window:other-01"]


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

    steps = entry("quota", f"slot:{row.slot_id}", **{"from": [20, 4], "to": [1, 0]}).details

    assert steps == ("从 公开 20 个，预留 4 个", "到 公开 1 个，预留 0 个")
    assert said == f"闭厅：{category.name_zh} · 3月10日 周二 10:15–11:30 · 读卡器坏了"
    assert category.name_zh in places


def test_what_was_done_before_a_move_is_said_with_the_time_of_then(office: Town):  # noqa: F811
    row = booked(office, "2026-03-11 10:00", 0)
    first, later = row.slot_id, office.slot(starts=at("2026-03-12 12:00"))
    about = f"appointment:{row.code}"
    entry("looked", about, why="print")
    entry("moved", about, **{"from": first, "to": later.pk})
    Appointment.objects.filter(pk=row.pk).update(slot=later, starts_at=later.starts_at, ends_at=later.ends_at)
    entry("cancelled", about)

    with translation.override("zh-hans"):
        said = {line.entry.action: line.sentence for line in read(trail(subject=about))}

    assert [("10:00）" in said[each], "12:00）" in said[each]) for each in ("placed", "looked", "moved", "cancelled")] == [
        (True, False), (True, False), (True, False), (False, True),
    ]  # fmt: skip


def test_a_mandate_names_its_agent_and_a_role_its_region(office: Town):  # noqa: F811
    acting = agent()

    given = entry("mandate-given", f"person:{office.person(0).pk}", agent=acting.pk).details
    role = entry("gave-role", f"staff:{office.manager.pk}", role="city_admin", scope=office.hall.region_id).details

    assert given == (f"代办人：{acting.name}",)  # an organisation
    assert "范围：东莞市" in role


def test_the_thing_asked_about_is_named_not_coded(manager: Client, office: Town):  # noqa: F811
    window = office.windows["01"]
    entry("closed-window", f"window:{window.code}")

    page = manager.get(
        "/office/town/audit/", {"subject": f"window:{window.code}"}, headers={"accept-language": "zh-CN"}
    )

    said = re.sub(r'(href|value|action|hx-get)="[^"]*"', "", page.content.decode())
    assert (f"{window.number} 号窗口" in said, window.code in said) == (True, False)
    assert [line.entry.action for line in page.context["lines"]] == ["closed-window"]


def test_a_code_is_named_within_the_hall_of_the_entry(office: Town):  # noqa: F811
    here = office.categories["A"]
    Category.objects.create(hall=office.other_hall, code="A", letter="A", name_zh="别处", name_en="There", order=1)

    printed = entry("printed-paper", "category:A", **{"from": "PA001", "to": "PA020"})
    desks = entry("planned-desks", "hall:town", days=["0", "4", "2026-03-12"], desks=3, category="A")

    assert (here.name_zh in printed.sentence, "别处" in printed.sentence) == (True, False)
    assert set(desks.details) == {f"业务：{here.name_zh}", "窗口数：3", "天数：周一、周五、3月12日 周四"}
    with translation.override("zh-hans"):
        assert [name_of("category:A", hall) for hall in ("town", "other")] == [here.name_zh, "别处"]


def test_an_outage_is_said_in_hours_and_with_its_reason(office: Town):  # noqa: F811
    starts, ends = at("2026-03-10 11:00"), at("2026-03-10 12:00")
    Outage.objects.create(
        hall=office.hall, starts_at=starts, ends_at=ends, why="机房断电", made_by="system", made_at=TUESDAY_NINE
    )

    said = entry("noted-outage", "hall:town", **{"from": starts.isoformat(), "to": ends.isoformat()}).details

    assert said == ("从 3月10日 周二 11:00", "到 3月10日 周二 12:00", "原因：机房断电")


def test_published_rules_say_what_changes_from_when_and_why(office: Town):  # noqa: F811
    rules = HallPolicy()
    later = at("2026-03-20 00:00")
    first = change_rules.publish(hall=office.hall, document=rules.model_dump(mode="json"), by=SYSTEM, now=TUESDAY_NINE)
    plan, small = rules.model_dump(mode="json"), rules.model_dump(mode="json")
    plan["tickets"]["recall_limit"], small["booking"]["come_early"] = 1, 25
    planned = change_rules.publish(
        hall=office.hall, document=plan, by=SYSTEM, now=TUESDAY_NINE, valid_from=later, note="试行"
    )
    now_on = change_rules.publish(hall=office.hall, document=small, by=SYSTEM, now=TUESDAY_NINE)
    carried = PolicyVersion.objects.filter(hall=office.hall).latest("version")

    said = [entry("published-policy", "hall:town", version=each.version).details for each in (planned, now_on)]

    assert [change_rules.ruled_when_made(each) for each in (planned, now_on, carried)] == [first, first, now_on]
    assert [change_rules.replacing(each) for each in (first, planned, now_on, carried)] == [None, carried, None, None]
    assert ("3月20日 周五 0:00" in " ".join(said[0]), "说明：试行" in said[0]) == (True, True)
    assert (len([each for each in said[0] if "→" in each]), len([each for each in said[1] if "→" in each])) == (1, 1)


def test_what_an_agent_does_for_a_client_names_the_agent(office: Town):  # noqa: F811
    acting = agent()
    row = booked(office, "2026-03-11 10:00", 0)
    by = Actor(ActorKind.CITIZEN, str(acting.account_id))
    audit.record(action="cancelled", subject=f"appointment:{row.code}", by=by, now=TUESDAY_NINE, hall="town")

    with translation.override("zh-hans"):
        said = read(trail(hall="town", action="cancelled", limit=1))[0].sentence

    assert said.startswith(f"代办人{acting.name}取消了")


def test_what_was_done_for_every_hall_stands_in_each_halls_trail(office: Town, manager: Client):  # noqa: F811
    for action in ("imported-national-days", "signed-in"):
        audit.record(action=action, subject="calendar:national", by=SYSTEM, now=TUESDAY_NINE, facts={"days": 3})
    audit.record(action="signed-in", subject="staff:1", by=SYSTEM, now=TUESDAY_NINE, hall="other")

    assert [row.action for row in trail(hall="town")] == ["imported-national-days"]
    assert next(iter(read(trail(hall="town")))).sentence.endswith("导入了放假安排")
