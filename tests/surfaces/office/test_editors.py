"""The editors show the effect before saving, and refuse in plain words."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from banshi.foundation.crypto import sign
from banshi.gateways.outbox import Outbox
from banshi.journeys.hours import follow_up
from banshi.journeys.hours.follow_up import Outcome
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions import credit
from banshi.rooms.booking.models import Appeal, Appointment, FaultDay, LedgerEntry, Slot, Suspension, Waiting
from banshi.rooms.calendars.models import CalendarVersion, Closure
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Person
from banshi.rooms.messaging.actions import drain
from banshi.rooms.messaging.models import Message, Template
from banshi.rooms.messaging.queries import as_sent
from banshi.rooms.places.models import PolicyVersion, WindowCategory
from banshi.rooms.staffing.models import Shift
from banshi.surfaces.office import rule_finder
from tests.surfaces.office.editing import an_agent, booked, document, manager, office, signed_in, slot_at, staff_with  # noqa: F401
from tests.town import TUESDAY_NINE, at

HTMX = {"HTTP_HX_REQUEST": "true"}


# --- Opening hours


def form_of(client, **changes):
    """The fields of the calendar's form as a browser would send them, changed."""
    page = client.get("/office/town/calendar/edit/")
    fields = {"rules": "1", "act": "preview", "valid_from": "2026-03-11", "note": "", "tab": "form"}
    for name, value in page.context["typed"]["forms"][0].items():
        fields[f"r0-{name}"] = value if not isinstance(value, bool) else ("1" if value else "")
    return {**fields, **changes}


def test_the_form_says_back_exactly_the_document_it_was_made_from(manager):  # noqa: F811
    answer = manager.post("/office/town/calendar/edit/", form_of(manager))

    assert answer.status_code == 200
    assert (answer.context["changes"], answer.context["people"]) == ([], [])


def test_the_preview_names_the_days_and_the_people_before_anything_is_saved(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 14:00")

    answer = manager.post("/office/town/calendar/edit/", form_of(manager, **{"r0-hours": "9:00-12:00"}))

    assert [each.code for each in answer.context["people"]] == [row.code]
    assert len(answer.context["changes"][0].days) == 22
    assert CalendarVersion.objects.count() == 1


def test_what_was_previewed_is_published_and_the_person_is_moved(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 14:00")
    preview = manager.post("/office/town/calendar/edit/", form_of(manager, **{"r0-hours": "9:00-12:00"}))

    answer = manager.post(
        "/office/town/calendar/publish",
        {
            "document": preview.context["document"],
            "valid_from": "2026-03-11",
            "note": "午后不开",
            "version": "1",
            "all": "each",
            f"c-{row.code}": "move",
            f"t-{row.code}": preview.context["people"][0].suggestion.starts_at.isoformat(),
        },
    )

    waiting = manager.get(answer.url)
    follow_up.work_off(now=TUESDAY_NINE)
    done = manager.get(answer.url)
    row.refresh_from_db()
    assert (waiting.context["outcome"], done.context["outcome"]) == (Outcome(due=1), Outcome(moved=1))
    assert (CalendarVersion.objects.get(version=2).note, row.starts_at) == ("午后不开", at("2026-03-11 11:00"))


def test_a_preview_of_an_older_version_is_not_published(manager, office):  # noqa: F811
    preview = manager.post("/office/town/calendar/edit/", form_of(manager, **{"r0-hours": "9:00-12:00"}))

    answer = manager.post(
        "/office/town/calendar/publish",
        {"document": preview.context["document"], "valid_from": "2026-03-11", "version": "0"},
    )

    assert answer.status_code == 409
    assert CalendarVersion.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"r0-hours": "nine to five"},
        {"r0-hours": ""},
        {"valid_from": "2026-03-09"},
        {"valid_from": "soon"},
        {"r0-dates": "2026-02-31"},
        {"r0-stops": "weekday", "r0-stop_time": "25:00"},
        {"r0-cut": "minutes", "r0-period_minutes": "1"},
        {"r0-code": "Größe"},
    ],
)
def test_a_calendar_that_cannot_be_is_refused_with_sentences(manager, changes):  # noqa: F811
    answer = manager.post("/office/town/calendar/edit/", form_of(manager, **changes))

    assert answer.status_code == 422
    assert len(answer.context["faults"]) >= 1


@pytest.mark.parametrize("part", ["items", "categories", "zones"])
def test_a_session_for_what_the_hall_does_not_have_is_refused_and_named(manager, part):  # noqa: F811
    typo = document(("09:00", "12:00"))
    typo["rules"][0][part] = ["NOPE"]
    asked = form_of(manager, tab="text", text=json.dumps(typo))

    looked = manager.post("/office/town/calendar/edit/", asked)
    sent = {"document": json.dumps(typo), "valid_from": "2026-03-11", "version": "1", "confirmed": "1"}
    manager.post("/office/town/calendar/publish", sent)

    assert (looked.status_code, looked.context["faults"]) == (422, ["“工作日服务”：本大厅没有“NOPE”"])
    assert CalendarVersion.objects.count() == 1


def test_a_condition_the_fields_cannot_say_is_kept_as_written(manager, office):  # noqa: F811
    either = document(("09:00", "12:00"))
    either["rules"][0]["when"] = {"any": ["working", {"parity": "odd"}]}
    CalendarVersion.objects.filter(hall=office.hall).update(document=either)

    fields = form_of(manager)

    assert fields["r0-expert"] == '{"any": ["working", {"parity": "odd"}]}'


def test_a_closure_shows_whom_it_touches_and_cancels_with_the_reason(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")
    words = {
        "from_day": "2026-03-11", "from_time": "8:00", "to_day": "2026-03-11", "to_time": "13:00", "reason_zh": "消防演练",
        "reason_en": "", "part": "",
    }  # fmt: skip

    preview = manager.post("/office/town/calendar/closures/preview", words)
    saved_before = Closure.objects.count()
    done = manager.post("/office/town/calendar/closures/close", {**words, "all": "cancel", f"c-{row.code}": "move"})
    follow_up.work_off(now=TUESDAY_NINE)

    progress = manager.get(done.url)
    assert progress.context["outcome"] == Outcome(cancelled=1)
    assert "1 人已取消并通知。" in progress.content.decode()
    row.refresh_from_db()
    assert ([each.code for each in preview.context["people"]], saved_before) == ([row.code], 0)
    assert (row.state, row.by_hall, row.cancel_reason) == ("cancelled", True, "消防演练")


@pytest.mark.parametrize(
    ("part", "zh", "en"),
    [
        ("", "大厅关闭：消防演练。暂停叫号，", "the hall is closed: Fire drill. Nobody is called; it goes on about"),
        (
            "category:A",
            "暂停办理：消防演练。暂停叫号，",
            "is not served: Fire drill. Nobody is called; it goes on about",
        ),
    ],
)
def test_who_announces_a_closure_sees_what_people_will_read_in_both_languages(manager, office, part, zh, en):  # noqa: F811
    words = {
        "from_day": "2026-03-11", "from_time": "9:15", "to_day": "2026-03-11", "to_time": "10:30", "reason_zh": "消防演练",
        "reason_en": "Fire drill", "part": part,
    }  # fmt: skip

    preview = manager.post("/office/town/calendar/closures/preview", words)

    said, page = preview.context["said"], preview.content.decode()
    assert (said.zh in page, said.en in page) == (True, True)
    assert said.zh.startswith("明天 9:15 起，")
    assert zh in said.zh
    assert en.lower() in said.en.lower()


@pytest.mark.parametrize(("rule", "means"), [("serve", "保留，照常办理"), ("forgive", "保留，不计失约，不办理")])
def test_the_choice_to_keep_says_whether_whoever_is_kept_is_served(manager, office, rule, means):  # noqa: F811
    booked(office, "2026-03-11 09:00")
    office.policy(booking={"kept": rule})
    words = {
        "from_day": "2026-03-11", "from_time": "8:00", "to_day": "2026-03-11", "to_time": "13:00", "reason_zh": "消防演练",
        "reason_en": "", "part": "",
    }  # fmt: skip

    page = manager.post("/office/town/calendar/closures/preview", words).content.decode()

    assert page.count(means) == 2


def test_evacuation_asks_once_more_and_then_stops_everything(manager, office):  # noqa: F811
    asked = manager.post("/office/town/calendar/evacuate", {"part": ""})
    announced = Closure.objects.count()
    done = manager.post("/office/town/calendar/evacuate", {"part": "zone:main", "sure": "yes"})

    closure = Closure.objects.get()
    assert (asked.status_code, announced, done.status_code) == (200, 0, 302)
    assert (closure.kind, closure.zone.code, closure.reason_zh) == ("evacuation", "main", "紧急疏散")
    assert closure.begun_at is not None


def test_what_is_unsettled_lists_people_outside_the_hours_and_full_periods(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")
    words = {
        "from_day": "2026-03-11", "from_time": "8:00", "to_day": "2026-03-11", "to_time": "13:00", "reason_zh": "消防演练",
        "reason_en": "", "part": "category:A",
    }  # fmt: skip
    manager.post("/office/town/calendar/closures/close", {**words, "all": "keep"})
    undecided = manager.get("/office/town/unsettled/")
    follow_up.work_off(now=TUESDAY_NINE)
    decided = manager.get("/office/town/unsettled/")
    text = decided.content.decode()

    assert [each.code for each in undecided.context["people"]] == [row.code]
    assert "明天 9:00–10:00 A 社保: 1" in undecided.content.decode()
    found = decided.context["found"]
    assert (decided.context["people"], found.any, [each.code for each in found.kept]) == ([], False, [row.code])
    assert ("已了结：保留并已通知 1 个" in text, "cat:" in text) == (True, False)


def test_whom_no_message_reaches_is_named_beside_what_became_of_them(manager, office):  # noqa: F811
    """ "8 moved and told", two of whom had left no telephone."""
    reached, unreached = booked(office, "2026-03-11 09:00", 0), booked(office, "2026-03-11 10:00", 1)
    Person.objects.update(phone=None, phone_index=None)
    Appointment.objects.filter(pk=reached.pk).update(contact="+8613800138000")
    Appointment.objects.filter(pk=unreached.pk).update(contact=None)
    words = {
        "from_day": "2026-03-11", "from_time": "8:00", "to_day": "2026-03-11", "to_time": "13:00", "reason_zh": "消防演练",
        "all": "move",
    }  # fmt: skip
    done = manager.post("/office/town/calendar/closures/close", words)
    follow_up.work_off(now=TUESDAY_NINE)

    page = manager.get(done.url).content.decode()

    assert ("没留电话，短信到不了，要当面告诉：" in page, unreached.code in page, reached.code in page) == (
        True,
        True,
        False,
    )


def test_who_announces_what_stands_already_reads_that_nothing_of_theirs_is_used(manager, office):  # noqa: F811
    words = {
        "from_day": "2026-03-11", "from_time": "8:00", "to_day": "2026-03-11", "to_time": "13:00", "reason_zh": "消防演练",
        "all": "keep",
    }  # fmt: skip
    first = manager.post("/office/town/calendar/closures/close", words, follow=True).content.decode()
    Closure.objects.update(made_by=f"staff:{office.clerk.pk}", made_at=TUESDAY_NINE - timedelta(minutes=5))

    again = {**words, "all": "cancel", "reason_zh": "停电"}
    second = manager.post("/office/town/calendar/closures/close", again, follow=True).content.decode()

    said = f"{office.clerk.name_zh} 已在今天 8:55 发布过，原因和安排以那次为准，刚才填的没有采用。"
    assert ("闭厅通知已发布" in first, said in first) == (True, False)
    assert ("闭厅通知已发布" in second, said in second) == (False, True)
    assert Closure.objects.get().reason_zh == "消防演练"


def test_a_withdrawn_closure_opens_its_periods_again(manager, office):  # noqa: F811
    words = {
        "from_day": "2026-03-11", "from_time": "8:00", "to_day": "2026-03-11", "to_time": "13:00", "reason_zh": "消防演练",
    }  # fmt: skip
    manager.post("/office/town/calendar/closures/close", words)
    shut = slot_at(office, "2026-03-11 09:00").closed

    manager.post(f"/office/town/calendar/closures/{Closure.objects.get().id}/withdraw")

    assert (shut, slot_at(office, "2026-03-11 09:00").closed) == (True, False)


# --- Places


def test_fewer_places_than_people_is_possible_and_says_how_many_are_over(manager, office):  # noqa: F811
    booked(office, "2026-03-11 09:00", 0)
    booked(office, "2026-03-11 09:00", 1)
    slot = slot_at(office, "2026-03-11 09:00")

    look = manager.post(f"/office/town/slots/{slot.id}/", {"quota": "1", "internal": "1", "act": "look"}, **HTMX)
    manager.post(f"/office/town/slots/{slot.id}/", {"quota": "1", "internal": "1", "act": "save"}, **HTMX)
    unsettled = manager.get("/office/town/unsettled/")

    slot.refresh_from_db()
    assert look.context["effect"] == {"free": 0, "was": 0, "over": 1}
    assert (slot.quota, slot.taken) == (1, 2)
    assert [each.pk for each in unsettled.context["found"].overbooked] == [slot.pk]


def test_the_effect_is_shown_without_saving(manager, office):  # noqa: F811
    booked(office, "2026-03-11 09:00")
    slot = slot_at(office, "2026-03-11 09:00")

    answer = manager.post(f"/office/town/slots/{slot.id}/", {"quota": "9", "internal": "1", "act": "look"}, **HTMX)

    slot.refresh_from_db()
    assert answer.context["effect"] == {"free": 8, "was": 1, "over": 0}
    assert slot.quota == 2


def test_a_saved_cell_is_the_same_as_in_a_fresh_page(manager, office):  # noqa: F811
    slot = slot_at(office, "2026-03-11 09:00")

    cell = manager.post(f"/office/town/slots/{slot.id}/", {"quota": "9", "internal": "1", "act": "save"}, **HTMX)

    page = manager.get("/office/town/slots/?day=2026-03-11").content.decode()
    assert cell.content.decode().strip() in page


def test_the_page_of_one_period_names_it_and_leads_back_with_what_was_saved(manager, office):  # noqa: F811
    slot = slot_at(office, "2026-03-11 09:00")
    url = f"/office/town/slots/{slot.id}/"

    shown = manager.get(url).content.decode()
    saved = manager.post(url, {"quota": "9", "internal": "1", "act": "save"}, follow=True)
    stopped = manager.post(url, {"act": "close"}, follow=True)

    assert ("A 社保 <span" in shown, "/office/town/slots/?day=2026-03-11" in shown) == (True, True)
    assert "hx-post" not in shown.split('id="slot-')[1]
    assert saved.redirect_chain[0][0] == "/office/town/slots/?day=2026-03-11"
    assert "A 社保，3月11日 周三 9:00–10:00：公开 9 个，预留 1 个。" in saved.content.decode()
    assert "A 社保，3月11日 周三 9:00–10:00 已停止预约。" in stopped.content.decode()


def test_stopped_periods_of_an_earlier_grid_are_no_places_and_cannot_be_resumed(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")
    before = manager.get("/office/town/slots/?day=2026-03-11").context["quota"]
    new = slot_at(office, "2026-03-11 09:00")
    Slot.objects.filter(hall=office.hall, starts_at=at("2026-03-11 09:00")).update(closed=True)
    Slot.objects.filter(hall=office.hall, starts_at=at("2026-03-11 10:00")).update(closed=True)
    for business in ("cat:A", "cat:B"):
        new.pk, new.business, new.starts_at, new.ends_at = (
            None,
            business,
            at("2026-03-11 09:00"),
            at("2026-03-11 11:00"),
        )
        new.taken, new.closed, new.quota = 0, False, 4
        new.save(force_insert=True)

    answer = manager.get("/office/town/slots/?day=2026-03-11")

    shown = [(p.starts_at.hour, p.ends_at.hour, p.taken, p.quota, p.old) for p in answer.context["periods"]]
    assert shown[:2] == [(9, 10, 1, 0, True), (9, 11, 0, 8, False)]
    assert (answer.context["quota"], row.starts_at.hour) == (before, row.starts_at.hour)
    assert [p[:2] for p in shown].count((10, 11)) == 0


def test_a_days_places_are_copied_also_where_more_people_are_booked_and_it_says_so(manager, office):  # noqa: F811
    booked(office, "2026-03-12 09:00", 0)
    booked(office, "2026-03-12 09:00", 1)
    Slot.objects.filter(hall=office.hall, day=date(2026, 3, 11), business="cat:A").update(quota=1)
    words = {"day": "2026-03-11", "first": "2026-03-12", "last": "2026-03-12"}

    look = manager.post("/office/town/slots/copy", {**words, "act": "look"})
    manager.post("/office/town/slots/copy", {**words, "act": "copy"})

    assert (len(look.context["copying"].changes), len(look.context["copying"].over)) == (6, 1)
    quotas = Slot.objects.filter(hall=office.hall, day=date(2026, 3, 12), business="cat:A").order_by("starts_at")
    assert list(quotas.values_list("quota", flat=True)) == [1, 1, 1, 1, 1, 1]


def test_a_period_is_stopped_for_all_businesses(manager, office):  # noqa: F811
    manager.post(
        "/office/town/slots/period", {"day": "2026-03-11", "starts_at": "2026-03-11T09:00:00+08:00", "act": "close"}
    )

    assert list(
        Slot.objects.filter(starts_at=at("2026-03-11 09:00")).order_by("id").values_list("closed", flat=True)
    ) == [True, True]


@pytest.mark.parametrize(
    "starts_at", ["0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59", "2026-03-11T09:00+08:00:30.5", "2026-03-11T09:00"]
)
def test_a_period_that_begins_at_no_moment_is_none(manager, office, starts_at):  # noqa: F811
    answer = manager.post("/office/town/slots/period", {"day": "2026-03-11", "starts_at": starts_at, "act": "close"})

    assert answer.status_code == 422
    assert not Slot.objects.filter(hall=office.hall, closed=True).exists()


@pytest.mark.parametrize("way", ["period", "cell"])
def test_whom_a_stopped_period_was_offered_to_is_told_and_has_it_first_once_it_is_open(manager, office, way):  # noqa: F811
    Slot.objects.filter(hall=office.hall).update(taken=F("quota"))
    nine = slot_at(office, "2026-03-11 09:00")
    Slot.objects.filter(pk=nine.pk).update(taken=F("quota") - 1)
    first, second = (
        Waiting.objects.create(
            hall=office.hall, item=office.items["pension"], business="cat:A", day=date(2026, 3, 11),
            person=office.person(n), made_at=TUESDAY_NINE + timedelta(minutes=n),
        )
        for n in (1, 2)
    )  # fmt: skip
    booking.offer_waiting(hall=office.hall, now=TUESDAY_NINE)
    url = {"period": "/office/town/slots/period", "cell": reverse("office:slot", args=["town", nine.pk])}[way]
    words = {"day": "2026-03-11", "starts_at": "2026-03-11T09:00:00+08:00"}
    states = []

    for act in ("close", "open"):
        manager.post(url, {**words, "act": act})
        states.append([(one.state, one.offers) for one in Waiting.objects.order_by("made_at")])

    assert states == [[("waiting", 0), ("waiting", 0)], [("offered", 1), ("waiting", 0)]]
    assert Message.objects.filter(key="waiting_place_off", subject=f"waiting:{first.pk}").count() == 1
    assert not Message.objects.filter(subject=f"waiting:{second.pk}").exists()


# --- Hall rules


def policy_fields(client, **changes):
    fields = {"version": "1", "note": "", "from_day": "", "from_time": "", "quotas": "1", "act": "look"}
    for section in client.get("/office/town/policy/").context["form"]:
        for each in section.fields:
            if each.kind == "quotas":
                for name, value in each.value[0].items():
                    fields[f"q0-{name}"] = value
            elif each.kind == "toggle":
                fields |= {each.path: "1"} if each.value else {}
            else:
                fields[each.path] = "" if each.value is None else each.value
    return {**fields, **changes}


def test_the_form_says_back_exactly_the_rules_in_force(manager):  # noqa: F811
    answer = manager.post("/office/town/policy/", policy_fields(manager))

    assert answer.context["changes"] == []


def test_what_changes_is_shown_before_it_is_published(manager):  # noqa: F811
    answer = manager.post("/office/town/policy/", policy_fields(manager, **{"booking.come_early": "20"}))

    assert [(str(each.label), each.before, each.after) for each in answer.context["changes"]] == [
        ("提前几分钟到", "15", "20")
    ]
    assert PolicyVersion.objects.count() == 1


def test_a_planned_change_counts_from_its_day_whom_it_touches(manager, office):  # noqa: F811
    for day, i in (("2026-03-11", 3), ("2026-03-13", 4)):
        booked(office, f"{day} 09:00", i)

    def looked(from_day):
        changed = policy_fields(manager, from_day=from_day, **{"booking.come_early": "20"})
        return manager.post("/office/town/policy/", changed)

    at_once, planned = looked(""), looked("2026-03-12")

    assert [answer.context["foreseen"].people for answer in (at_once, planned)] == [2, 1]
    assert [answer.context["touched"][0][:1] for answer in (at_once, planned)] == ["2", "1"]
    assert (at_once.context["counted_from"], planned.context["counted_from"]) == (None, at("2026-03-12 00:00"))


def test_another_day_than_the_one_counted_is_counted_before_it_is_published(manager, office):  # noqa: F811
    changed = {"act": "publish", "booking.come_early": "20", "counted": ""}

    other = manager.post("/office/town/policy/", policy_fields(manager, from_day="2026-03-16", **changed))
    changed["counted"] = other.context["counted"]
    versions = PolicyVersion.objects.count()
    manager.post("/office/town/policy/", policy_fields(manager, from_day="2026-03-16", **changed))

    assert (other.status_code, versions, PolicyVersion.objects.count()) == (200, 1, 2)


def test_rules_are_published_with_note_and_start(manager, office):  # noqa: F811
    manager.post(
        "/office/town/policy/",
        policy_fields(manager, act="publish", note="春节后", from_day="2026-03-12", **{"booking.come_early": "20"}),
    )

    version = PolicyVersion.objects.get(hall=office.hall, version=2)
    assert (version.note, version.valid_from, version.document["booking"]["come_early"]) == (
        "春节后",
        at("2026-03-12 00:00"),
        20,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("booking.release_days", "0"),
        ("booking.release_days", "soon"),
        ("booking.release_days", ""),
        ("booking.release", "never"),
        ("booking.release_at", "25:00"),
        ("tickets.weights", "A is two"),
        ("messages.channels", ["pigeon"]),
        ("booking.overbook_percent", "101"),
        ("q0-public", "many"),
    ],
)
def test_a_rule_that_cannot_be_is_said_at_its_field(manager, field, value):  # noqa: F811
    answer = manager.post("/office/town/policy/", policy_fields(manager, act="publish", **{field: value}))

    place = "booking.quotas" if field.startswith("q0") else field
    assert answer.status_code == 422
    assert [each.path for each in answer.context["faulty"]] == [place]
    assert PolicyVersion.objects.count() == 1


def test_silent_and_voice_calling_exclude_each_other(manager):  # noqa: F811
    answer = manager.post(
        "/office/town/policy/", policy_fields(manager, **{"screens.silent": "1", "screens.voice": "1"})
    )

    assert answer.context["general"] == ["无声叫号和语音叫号只能选一个。"]


def test_two_managers_who_publish_from_the_same_version_do_not_overwrite_each_other(manager):  # noqa: F811
    first = policy_fields(manager, act="publish", **{"booking.come_early": "20"})
    second = policy_fields(manager, act="publish", **{"booking.come_early": "30"})

    codes = [manager.post("/office/town/policy/", each).status_code for each in (first, second)]

    assert codes == [302, 409]


def test_an_older_version_is_restored_as_a_new_one(manager, office):  # noqa: F811
    manager.post("/office/town/policy/", policy_fields(manager, act="publish", **{"booking.come_early": "20"}))

    page = manager.get("/office/town/policy/?version=1")

    assert [(each.before, each.after) for each in page.context["changes"]] == [("20", "15")]


def test_a_change_says_in_words_whom_it_touches(manager, office):  # noqa: F811
    booked(office, "2026-03-11 09:00")

    answer = manager.post("/office/town/policy/", policy_fields(manager, **{"booking.come_early": "20"}))

    shown = answer.content.decode()
    assert answer.context["touched"] == ["1 个已有预约按新规则取消、改期和报到。"]
    assert "1 个已有预约按新规则取消、改期和报到。" in shown


def test_fewer_places_are_said_as_fewer(manager, office):  # noqa: F811
    before = manager.post("/office/town/policy/", policy_fields(manager, **{"q0-public": "2"})).context["foreseen"]
    answer = manager.post("/office/town/policy/", policy_fields(manager, **{"q0-public": "1"}))

    assert answer.context["foreseen"].fewer == before.places_before // 2
    assert f"少 {before.places_before // 2} 个" in answer.content.decode()


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("爽约", "booking.credit.no_shows"), ("过号", "tickets.missed"), ("guohao", "tickets.missed"),
        ("号源", "booking.quotas"), ("黄牛", None), ("老年人", "tickets.priority_lanes"), ("walk-in", "tickets.walk_ins"),
        ("overbooking", "booking.overbook_percent"), ("静音", "screens.silent"), ("houbu", "booking.waiting_list"),
        ("Waiting list", "booking.waiting_list"), ("xianhao", "tickets.daily_limit"), ("提前几分钟到", "booking.come_early"),
        ("差评", "rating.bad_from_below"), ("weighted calling", "tickets.weights"), ("放号时间", "booking.release_at"),
    ],
)  # fmt: skip
def test_a_rule_is_found_by_what_people_call_it(manager, q, first):  # noqa: F811
    page = manager.get("/office/town/policy/", {"q": q})
    part = manager.get("/office/town/policy/", {"q": q}, headers={"HX-Request": "true"}).content.decode()

    paths = [each.path for each, _section in page.context["found"]]
    if first is not None:
        assert paths[0] == first
    assert f'href="#{page.context["found"][0][0].id}"' in part
    assert part.strip() in page.content.decode()


def test_every_rule_has_a_label_and_is_found_by_it(manager):  # noqa: F811
    sections = manager.get("/office/town/policy/").context["form"]
    missed = [
        each.path
        for section in sections
        for each in section.fields
        if each.path not in [found.path for found, _s in rule_finder.found(sections, str(each.label))]
    ]

    assert missed == []


def test_an_unknown_word_finds_nothing_and_says_so(manager):  # noqa: F811
    assert "没有找到这样的规则" in manager.get("/office/town/policy/", {"q": "@@@@"}).content.decode()


# --- Appointments


def test_an_id_number_is_found_and_the_look_is_on_record(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")

    answer = manager.post("/office/town/appointments/find", {"q": row.person.id_number})

    assert [each.code for each in answer.context["found"]] == [row.code]
    assert Entry.objects.filter(action="looked", subject=f"person:{row.person_id}", hall="town").count() == 1
    assert row.person.id_number not in answer.content.decode()


def test_a_reference_leads_straight_to_the_appointment(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")

    answer = manager.post("/office/town/appointments/find", {"q": f" {row.code.lower()} "})

    assert answer["Location"] == reverse("office:appointment", kwargs={"hall": "town", "code": row.code})


def test_pages_show_neither_full_name_nor_number_nor_telephone(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")
    person = row.person

    for url in ("appointments/?day=2026-03-11", f"appointments/{row.code}/", f"credit/people/{person.pk}/"):
        text = manager.get(f"/office/town/{url}").content.decode()
        assert [each for each in (person.name, person.id_number, person.phone) if each in text] == []


def test_an_appointment_of_another_hall_is_not_found(office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")
    other = signed_in(staff_with("other-manager", "hall_manager", scope="other"))

    assert other.get(f"/office/other/appointments/{row.code}/").status_code == 404


def test_booking_on_behalf_says_who_and_why(manager, office):  # noqa: F811
    slot = slot_at(office, "2026-03-11 09:00")
    words = {
        "item": "pension", "slot": str(slot.pk), "name": "林奶奶", "id_type": "resident_id",
        "id_number": generate_resident_id("441900", date(1945, 5, 5), 7), "phone": "13800138000", "source": "phone",
        "why": "没有智能手机", "note": "",
    }  # fmt: skip

    answer = manager.post("/office/town/appointments/new", words)

    made = Appointment.objects.get()
    assert answer.status_code == 302
    assert (made.source, made.on_behalf_why, made.booked_by) == ("phone", "没有智能手机", f"staff:{office.manager.id}")


def test_a_wrong_name_that_somebody_typed_before_keeps_nobody_from_booking_at_the_hall(manager, office):  # noqa: F811
    number = generate_resident_id("441900", date(1945, 5, 5), 7)
    identity.enrol(name="陌生人", id_type="resident_id", id_number=number, now=TUESDAY_NINE)
    words = {
        "item": "pension", "slot": str(slot_at(office, "2026-03-11 09:00").pk), "name": "林奶奶",
        "id_type": "resident_id", "id_number": number, "phone": "13800138000", "source": "phone", "why": "没有智能手机",
    }  # fmt: skip

    answer = manager.post("/office/town/appointments/new", words)

    assert (answer.status_code, Appointment.objects.get().name) == (302, "林奶奶")


def test_booking_on_behalf_without_a_reason_is_refused(manager, office):  # noqa: F811
    answer = manager.post(
        "/office/town/appointments/new",
        {"item": "pension", "slot": str(slot_at(office, "2026-03-11 09:00").pk), "why": ""},
    )

    assert answer.status_code == 422
    assert Appointment.objects.count() == 0


def test_every_wrong_field_of_a_booking_on_behalf_says_so(manager, office):  # noqa: F811
    words = {
        "item": "pension", "slot": str(slot_at(office, "2026-03-11 09:00").pk), "name": "林奶奶",
        "id_type": "resident_id", "id_number": "441900194505050000", "phone": "110", "source": "phone", "why": "没有手机",
    }  # fmt: skip

    answer = manager.post("/office/town/appointments/new", words)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["id_number", "phone"])


def test_an_internal_place_is_given_when_the_public_ones_are_taken(manager, office):  # noqa: F811
    booked(office, "2026-03-11 09:00", 0)
    booked(office, "2026-03-11 09:00", 1)
    slot = slot_at(office, "2026-03-11 09:00")
    words = {
        "item": "pension", "slot": str(slot.pk), "name": "林奶奶", "id_type": "resident_id", "internal": "1",
        "id_number": generate_resident_id("441900", date(1945, 5, 5), 7), "phone": "13800138000", "source": "staff",
        "why": "行动不便", "note": "",
    }  # fmt: skip

    refused = manager.post("/office/town/appointments/new", {**words, "internal": ""})
    manager.post("/office/town/appointments/new", words)

    slot.refresh_from_db()
    assert refused.status_code == 409
    assert (slot.taken, slot.internal_taken) == (2, 1)


def test_a_cancellation_by_the_hall_does_not_count(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")

    manager.post(f"/office/town/appointments/{row.code}/cancel", {"side": "hall", "why": "窗口设备坏了"})

    row.refresh_from_db()
    assert (row.state, row.by_hall, LedgerEntry.objects.count()) == ("cancelled", True, 0)


@pytest.mark.parametrize("phone", [True, False])
def test_a_message_is_promised_only_where_one_goes_out(manager, office, phone):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")
    to = slot_at(office, "2026-03-11 10:00")
    if not phone:
        type(row).objects.filter(pk=row.pk).update(contact=None)
        type(row.person).objects.update(phone=None, phone_index=None)
    here = f"/office/town/appointments/{row.code}"

    moved = manager.post(f"{here}/move", {"slot": str(to.pk), "why": "本人要求"}, follow=True).content.decode()
    ended = manager.post(f"{here}/cancel", {"side": "hall", "why": "窗口设备坏了"}, follow=True).content.decode()

    assert ["已发消息告诉本人" in page for page in (moved, ended)] == [phone] * 2
    assert ["没有手机号，发不出消息" in page for page in (moved, ended)] == [not phone] * 2


@pytest.mark.parametrize(
    ("agents", "clients", "words"),
    [
        (True, True, "已发消息告诉本人和代办人"),
        (True, False, "已发消息告诉代办人。没有本人的手机号，要另外告诉本人"),
        (False, True, "已发消息告诉本人。"),
        (False, False, "没有手机号，发不出消息，要另外告诉本人"),
    ],
)
def test_whom_a_message_about_an_agents_booking_reaches_is_said(manager, office, agents, clients, words):  # noqa: F811
    mandate = an_agent(office)
    row = booked(office, "2026-03-11 09:00", 1)
    account = mandate.agent.account
    contact = account.phone if agents else None
    Appointment.objects.update(account_id=account.pk, limit_key="", holder=f"account:{account.pk}", contact=contact)
    row.person.phone = "+8613800130009" if clients else None
    row.person.save(update_fields=["phone"])
    to, here = slot_at(office, "2026-03-11 10:00"), f"/office/town/appointments/{row.code}"

    moved = manager.post(f"{here}/move", {"slot": str(to.pk), "why": "本人要求"}, follow=True).content.decode()
    ended = manager.post(f"{here}/cancel", {"side": "person", "why": "本人要求"}, follow=True).content.decode()

    told = sorted(phone for phone, is_told in ((contact, agents), (row.person.phone, clients)) if is_told)
    assert [words in page for page in (moved, ended)] == [True] * 2
    assert [sorted(str(m.to) for m in Message.objects.filter(key=key)) for key in ("moved", "cancelled")] == [told] * 2


@pytest.mark.parametrize("why", [" ", "窗口\u202e坏了"])
def test_a_cancellation_needs_a_reason_that_can_be_read(manager, office, why):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")

    answer = manager.post(f"/office/town/appointments/{row.code}/cancel", {"side": "person", "why": why})

    row.refresh_from_db()
    assert (answer.status_code, row.state) == (422, "booked")


def test_an_appointment_is_moved_and_keeps_its_reference(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")
    to = slot_at(office, "2026-03-11 10:00")

    manager.post(f"/office/town/appointments/{row.code}/move", {"slot": str(to.pk), "why": "本人要求"})

    row.refresh_from_db()
    assert row.slot_id == to.pk


def test_a_half_day_in_which_they_have_another_booking_is_not_offered_to_staff_for_a_move(manager, office):  # noqa: F811
    """By the rule that grants the move: of the day of a second booking the other half alone."""
    office.policy(booking={"half_day_limit": True})
    row = booked(office, "2026-03-11 09:00")
    booked(office, "2026-03-12 14:00")
    morning, afternoon = (slot_at(office, f"2026-03-12 {start}").pk for start in ("10:00", "15:00"))
    here = f"/office/town/appointments/{row.code}/move"

    page = manager.get(here).content.decode()
    answers = [manager.post(here, {"slot": str(slot), "why": "本人要求"}).status_code for slot in (afternoon, morning)]

    offered = [f'name="slot" value="{slot}"' in page for slot in (morning, afternoon)]
    assert (offered, answers) == ([True, False], [409, 302])


def test_a_move_to_the_very_same_time_is_refused_and_nobody_is_told(manager, office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")

    answer = manager.post(f"/office/town/appointments/{row.code}/move", {"slot": str(row.slot_id), "why": "本人要求"})

    assert answer.status_code == 422
    assert "本来就是这个时间" in answer.content.decode()
    assert Message.objects.filter(key__startswith="moved").count() == 0


# --- Credit


@pytest.fixture
def suspended(office):  # noqa: F811
    row = booked(office, "2026-03-11 09:00")
    entry = LedgerEntry.objects.create(
        person=row.person, scope="town", kind="no_show", on=date(2026, 3, 9), at=TUESDAY_NINE, appointment=row
    )
    suspension = Suspension.objects.create(
        person=row.person,
        scope="town",
        reason="manual",
        from_on=date(2026, 3, 10),
        until_on=date(2026, 4, 8),
        made_at=TUESDAY_NINE,
    )
    return row.person, entry, suspension


def test_a_suspension_is_lifted_with_a_reason_and_not_without(manager, suspended):  # noqa: F811
    _person, _entry, suspension = suspended

    without = manager.post(f"/office/town/credit/suspensions/{suspension.id}/lift", {"why": ""})
    manager.post(f"/office/town/credit/suspensions/{suspension.id}/lift", {"why": "情况属实"})

    suspension.refresh_from_db()
    assert (without.status_code, suspension.lifted_why) == (422, "情况属实")
    assert Entry.objects.filter(action="lifted", hall="town").count() == 1


@pytest.mark.parametrize(
    ("language", "said", "others"),
    [
        ("zh-hans", ["30 分钟内重新预约", "重新统计后不再达到次数"], ["booked again", "counted anew"]),
        ("en", ["Booked again within 30 minutes", "Counted anew, below the limit"], ["分钟内", "重新统计"]),
    ],
)
def test_the_rules_own_reasons_are_read_in_one_language(manager, suspended, language, said, others):  # noqa: F811
    person, entry, suspension = suspended
    on = {"party": f"person:{person.pk}"}
    LedgerEntry.objects.filter(pk=entry.pk).update(
        kind="cancel", forgiven_at=TUESDAY_NINE, forgiven_why=credit.BOOKED_AGAIN, **on
    )
    Suspension.objects.filter(pk=suspension.pk).update(lifted_at=TUESDAY_NINE, lifted_why=credit.RECOUNTED, **on)
    manager.cookies["django_language"] = language

    page = manager.get(f"/office/town/credit/people/{person.pk}/").content.decode()

    assert [page.count(words) for words in said] == [1, 1]
    assert [words for words in others if words in page] == []


def test_an_appeal_is_answered_and_lifts_when_upheld(manager, suspended):  # noqa: F811
    _person, _entry, suspension = suspended
    appeal = Appeal.objects.create(suspension=suspension, text="堵车", made_at=TUESDAY_NINE)

    undecided = manager.post(f"/office/town/credit/appeals/{appeal.id}/answer", {"answer": "好"})
    manager.post(f"/office/town/credit/appeals/{appeal.id}/answer", {"answer": "情况属实", "verdict": "upheld"})

    appeal.refresh_from_db()
    suspension.refresh_from_db()
    assert undecided.status_code == 422
    assert (appeal.state, suspension.lifted_why) == ("upheld", "情况属实")


def test_another_halls_suspension_cannot_be_lifted_from_here(office, suspended):  # noqa: F811
    other = signed_in(staff_with("other-manager", "hall_manager", scope="other"))

    answer = other.post(f"/office/other/credit/suspensions/{suspended[2].id}/lift", {"why": "x"})

    assert answer.status_code == 404


def test_a_fault_day_shows_whom_it_forgives_before_it_is_marked(manager, suspended):  # noqa: F811
    _person, entry, _suspension = suspended
    LedgerEntry.objects.filter(id=entry.id).update(kind="cancel", on=date(2026, 3, 10))
    words = {"day": "2026-03-10", "why": "停电"}

    look = manager.post("/office/town/credit/fault-days/", {**words, "act": "look"})
    before = FaultDay.objects.count()
    manager.post("/office/town/credit/fault-days/", {**words, "act": "mark"})

    entry.refresh_from_db()
    assert ([each.pk for each in look.context["forgiven"]], look.context["people"], before) == ([entry.pk], 1, 0)
    assert entry.forgiven_why == "停电"


def test_a_day_to_come_is_nobodys_fault_yet(manager):  # noqa: F811
    answer = manager.post("/office/town/credit/fault-days/", {"day": "2026-03-11", "why": "停电", "act": "mark"})

    assert (answer.status_code, FaultDay.objects.count()) == (422, 0)


def test_a_person_who_has_nothing_to_do_with_the_hall_is_not_found(manager, office):  # noqa: F811
    assert manager.get(f"/office/town/credit/people/{office.person(3).pk}/").status_code == 404


# --- Roster, windows, matters, messages


def test_shifts_are_planned_for_several_days_at_once(manager, office):  # noqa: F811
    words = {
        "week": "2026-03-09", "staff": str(office.clerk.id), "window": str(office.windows["01"].id), "duty": "window",
        "starts": "9:00", "ends": "17:00", "day": ["2026-03-10", "2026-03-11"],
    }  # fmt: skip

    manager.post("/office/town/roster/add", words)
    again = manager.post("/office/town/roster/add", words)

    assert (Shift.objects.count(), again.status_code) == (2, 422)


def test_a_clerk_of_another_hall_cannot_be_planned_here(manager, office):  # noqa: F811
    words = {
        "week": "2026-03-09", "staff": str(office.other_halls_clerk.id), "duty": "guide", "starts": "9:00", "ends": "17:00",
        "day": "2026-03-10",
    }  # fmt: skip

    assert manager.post("/office/town/roster/add", words).status_code == 422


def test_a_special_window_serves_what_is_chosen(manager, office):  # noqa: F811
    manager.post("/office/town/windows/town-03/", {"category": ["A"]})
    nothing = manager.post("/office/town/windows/town-03/", {})

    served = WindowCategory.objects.filter(window=office.windows["03"]).order_by("id")
    assert [each.category.code for each in served] == ["A"]
    assert nothing.status_code == 422


def test_a_matter_changes_in_its_row_and_needs_one_way_in(manager, office):  # noqa: F811
    row = HallItem.objects.get(hall=office.hall, item__code="pension")
    url = f"/office/town/items/{row.id}/"

    refused = manager.post(url, {"category": "B"}, **HTMX)
    saved = manager.post(url, {"category": "B", "walk_in": "1", "extended": "1"}, **HTMX)

    row.refresh_from_db()
    assert (refused.status_code, saved.status_code) == (422, 200)
    assert (row.category.code, row.bookable, row.walk_in, row.extended) == ("B", False, True, True)


def test_who_waits_for_a_matter_is_counted_where_it_is_taken_off_booking(manager, office):  # noqa: F811
    row = HallItem.objects.get(hall=office.hall, item__code="pension")
    url = f"/office/town/items/{row.id}/"
    one = Waiting.objects.create(
        hall=office.hall, item=row.item, business="cat:A", day=date(2026, 3, 11), person=office.person(4),
        made_at=TUESDAY_NINE,
    )  # fmt: skip

    before = manager.get(f"{url}?edit=1", **HTMX).content.decode()
    manager.post(url, {"category": "A", "walk_in": "1"}, **HTMX)
    after = manager.get(f"{url}?edit=1", **HTMX).content.decode()

    one.refresh_from_db()
    words = "有 1 人在候补，换了类别跟着走；停了预约，候补就结束，会通知他们。"
    assert (words in before, one.state, words in after) == (True, "unbooked", False)


def test_each_message_is_shown_with_words_such_as_it_carries(manager):  # noqa: F811
    page = manager.get("/office/town/templates/").content.decode()

    off = page[page.index("留给你的") :][:200]
    assert ("还在候补，顺序不变" in off, "谢谢提醒" in off) == (True, False)


def test_a_message_is_previewed_before_it_is_saved(manager):  # noqa: F811
    url = "/office/town/templates/confirmation/zh/"

    look = manager.post(url, {"act": "preview", "body": "约好了：{when}，{hall}。{link}"})
    before = Template.objects.count()
    manager.post(url, {"act": "save", "body": "约好了：{when}，{hall}。{link}"})
    wrong = manager.post(url, {"act": "save", "body": "{nothing}"})

    assert (look.context["preview"], look.context["parts"], before) == (
        "约好了：明天（3月11日）9:30–10:30，小镇大厅。https://…/a/K7Q2M4",
        1,
        0,
    )
    assert (Template.objects.get().body, wrong.status_code) == ("约好了：{when}，{hall}。{link}", 422)


def test_only_a_failed_message_of_this_hall_is_sent_again(manager, office):  # noqa: F811
    booked(office, "2026-03-11 09:00")
    message = Message.objects.order_by("id").first()
    url = f"/office/town/notices/{message.id}/again"
    too_soon = manager.post(url).status_code
    Message.objects.filter(id=message.id).update(state="failed", tries=5)

    manager.post(url)

    message.refresh_from_db()
    assert (too_soon, message.state, message.tries) == (409, "due", 0)
    Message.objects.filter(id=message.id).update(hall="other", state="failed")
    assert manager.post(url).status_code == 404


def test_a_trail_that_nobody_touched_is_said_to_be_whole(manager, office):  # noqa: F811
    answer = manager.post("/office/town/audit/verify")

    assert (answer.status_code, answer.context["verdict"].whole) == (200, True)


def test_the_order_of_channels_survives_the_form(manager, office):  # noqa: F811
    PolicyVersion.objects.filter(hall=office.hall).update(document={"messages": {"channels": ["wechat", "sms"]}})
    fields = policy_fields(manager)

    options = [
        code
        for section in manager.get("/office/town/policy/").context["form"]
        for each in section.fields
        if each.path == "messages.channels"
        for code, _text in each.options
    ]

    assert options == ["wechat", "sms", "email"]
    assert fields["messages.channels"] == ["wechat", "sms"]


def test_the_list_says_why_a_message_was_not_sent(manager, office):  # noqa: F811
    booked(office, "2026-03-11 09:00")
    Message.objects.filter(key="confirmation").update(state="dropped", why="moved_on")
    Message.objects.filter(key="leave").update(tries=3, error="busy")

    page = manager.get("/office/town/notices/").content.decode()

    assert ["未发：已过时" in page, "试过 3 次，还在继续" in page] == [True, True]


def test_the_key_of_a_citizens_link_is_not_shown_to_staff(manager, office):  # noqa: F811
    appointment = booked(office, "2026-03-11 09:00")
    drain(channels={"sms": Outbox("sms")}, now=TUESDAY_NINE)

    page = manager.get("/office/town/notices/?key=confirmation").content.decode()

    key = sign(appointment.code, purpose="link")
    assert ("出示、改期、取消：…" in page, key in page, key in as_sent()[-1].text) == (True, False, True)


def test_a_window_is_told_what_to_call_first(manager, office):  # noqa: F811
    from banshi.rooms.places.models import WindowCategory

    manager.post("/office/town/windows/town-01/", {"category": ["A", "B"], "preferred": ["B"]})
    manager.post("/office/town/windows/town-03/", {"category": ["A", "B"], "preferred": ["A"]})

    rows = WindowCategory.objects.filter(window__number__in=["01", "03"]).order_by("window__number", "category__code")
    found = [(r.window.number, r.category.code, r.preferred) for r in rows.select_related("window", "category")]
    assert found == [("01", "A", False), ("01", "B", True), ("03", "A", True), ("03", "B", False)]
