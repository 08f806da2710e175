"""Who gets in where: every page of the office by role and hall, and bad input in every field."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from banshi.kernel.actors import SYSTEM
from banshi.rooms.archive import actions as archive
from banshi.rooms.archive.models import Purge
from banshi.rooms.booking.models import FollowUp, LedgerEntry, Suspension
from banshi.rooms.cases import actions as cases
from banshi.rooms.catalogue.actions import one_matters
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.devices.models import Device, MachineType
from banshi.rooms.exchange import actions as exchange
from banshi.rooms.hooks import actions as hooks
from banshi.rooms.identity.models import ApiKey, Staff
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import PaperBlock
from banshi.rooms.zones.models import Entry as Inside
from banshi.surfaces.office import urls
from banshi.surfaces.office.urls_seeing import urlpatterns as seeing
from tests.matters import matters_of
from tests.rooms.catalogue.stores import a_draft
from tests.signers import a_seal
from tests.surfaces.office.asked import ASKED
from tests.surfaces.office.editing import (  # noqa: F401 – fixtures
    an_agent,
    booked,
    change_with_blank,
    elements_asked_for,
    manager,
    office,
    signed_in,
    staff_with,
)
from tests.town import CITIZEN, TUESDAY_NINE

MINE = [
    each
    for each in urls.urlpatterns
    if each not in seeing and each.pattern.regex.pattern.startswith("^office/(?P<hall>")
]
NASTY = [
    "",
    "x" * 5000,
    "\x00",
    "-1",
    "99999999999999999999",
    "２０２６-10-01",
    "<script>",
    "{}",
    "null",
    "🙂",
    "2026-02-31",
]


@pytest.fixture
def rows(office):  # noqa: F811
    """One of everything that pages are about."""
    appointment = booked(office, "2026-03-11 09:00")
    entry = LedgerEntry.objects.create(
        person=appointment.person,
        scope="town",
        kind="no_show",
        on=TUESDAY_NINE.date(),
        at=TUESDAY_NINE,
        appointment=appointment,
    )
    suspension = Suspension.objects.create(
        person=appointment.person, scope="town", reason="manual", from_on=TUESDAY_NINE.date(),
        until_on=TUESDAY_NINE.date(), made_at=TUESDAY_NINE,
    )  # fmt: skip
    area = SelfServiceArea.objects.create(
        hall=office.hall,
        code="town-area-1",
        name_zh="河边自助区",
        name_en="Riverside",
        place_zh="河边",
        place_en="River",
    )
    kind = MachineType.objects.create(code="all-in-one", name_zh="综合自助终端", name_en="All-in-one", parts=["reader"])
    Device.objects.create(hall=office.hall, code="town-kiosk-1", kind="kiosk", name="一号机", area=area, type=kind)
    block = PaperBlock.objects.create(
        hall=office.hall, category=office.categories["A"], letter="PA", first=1, last=3, made_by="staff:1",
        made_at=TUESDAY_NINE,
    )  # fmt: skip
    follow_up = FollowUp.objects.create(hall=office.hall, cause="closure:0", made_by="staff:1", made_at=TUESDAY_NINE)
    ticket = tickets.issue(
        tickets.Take(category_code="A", channel="kiosk", by=CITIZEN),
        hall=office.hall,
        now=TUESDAY_NINE + timedelta(minutes=1),
    )
    inside = Inside.objects.create(
        area=area, way="card", in_at=TUESDAY_NINE, stay_until=TUESDAY_NINE + timedelta(minutes=30)
    )  # fmt: skip
    agent = an_agent(office)
    return {
        **kept_apart(office),
        "agent_id": agent.agent_id,
        "mandate_id": agent.pk,
        "draft_id": a_draft().pk,
        "matter_draft": one_matters.begin_draft(code="moving", by=CITIZEN, now=TUESDAY_NINE).pk,
        "change": change_with_blank(office).pk,
        "part": "materials",
        "element": elements_asked_for(),
        "paper": "form",
        "at": 0,
        "hall": "town",
        "ref": ticket.ref,
        "code": appointment.code,
        "slot_id": appointment.slot_id,
        "person_id": appointment.person_id,
        "entry_id": entry.pk,
        "suspension_id": suspension.pk,
        "staff_id": office.clerk.pk,
        "role_id": office.clerk.roles.get().pk,
        "hall_item_id": HallItem.objects.get(hall=office.hall, item__code="pension").pk,
        "key": "confirmation",
        "language": "zh",
        "task_id": 1,
        "message_id": 1,
        "closure_id": 1,
        "shift_id": 1,
        "plan_id": 1,
        "block_id": block.pk,
        "appeal_id": 1,
        "device": "town-kiosk-1",
        "area": area.code,
        "inside": inside.pk,
        "help_id": 1,
        "maintenance": 1,
        "order": 1,
        "follow_up_id": follow_up.pk,
    }


def kept_apart(office):  # noqa: F811
    """A package of the archive that is held back, what is to be destroyed, a hook, and a batch for the national platform."""
    matters = matters_of(office)
    case = matters.received()
    cases.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    archive.archive(case_no=case.no, by=SYSTEM, now=TUESDAY_NINE)
    hold = archive.place_hold(case_no=case.no, reason="诉讼", by=matters.by["supervisor"], now=TUESDAY_NINE)
    purge = Purge.objects.create(
        hall=office.hall, proposed_by=matters.staff["supervisor"], proposed_at=TUESDAY_NINE,
        confirm_from=TUESDAY_NINE + timedelta(days=30),
    )  # fmt: skip
    key = ApiKey.objects.create(name="app", key_hash="k", scope="manage", hall="town", created_at=TUESDAY_NINE)
    hook, _ = hooks.register(key_id=key.pk, url="https://hooks.example.com/", types=[], by=CITIZEN, now=TUESDAY_NINE)
    matters.received()
    day = TUESDAY_NINE.date()
    batch = exchange.make_batch(
        halls=[office.hall], scope="hall:town", first=day, last=day, by=SYSTEM, now=TUESDAY_NINE
    )
    assert batch is not None
    return {
        "batch": batch.no,
        "package": case.no,
        "hold_id": hold.pk,
        "purge_id": purge.pk,
        "hook": hook.code,
        "seal": a_seal(office.hall).key,
    }


def whose(office, pattern):  # noqa: F811
    """The browser of whoever the page is for: the manager, but for the archive, which has people of its own, and for what is to
    be judged about the hall."""
    if pattern.name == "rating_judge":
        return signed_in(staff_with("su", "supervisor"))
    return signed_in(keeper(office) if pattern.name.startswith("archive") else office.manager)


def by_client(office):  # noqa: F811
    """A browser for each of them, with what is theirs."""
    apart = [each for each in MINE if each.name.startswith("archive")]
    judged = [each for each in MINE if each.name == "rating_judge"]
    rest = [each for each in MINE if each not in apart and each not in judged]
    return [(whose(office, each[0]), each) for each in (rest, apart, judged)]


def keeper(office):  # noqa: F811
    return Staff.objects.filter(login="keeper").first() or staff_with("keeper", "archivist")


def address(pattern, rows, **more):
    values = {**rows, **more}
    if pattern.name == "window":
        values["code"] = "town-03"
    return reverse(f"office:{pattern.name}", kwargs={name: values[name] for name in pattern.pattern.converters})


def get_or_post(client: Client, url: str) -> int:
    answer = client.get(url)
    return client.post(url).status_code if "Allow" in answer else answer.status_code


@pytest.mark.parametrize("pattern", MINE, ids=lambda each: each.name)
def test_a_page_opens_for_the_manager_and_for_nobody_from_another_hall(rows, office, pattern):  # noqa: F811
    url = address(pattern, rows)

    mine = whose(office, pattern).get(url).status_code
    theirs = get_or_post(signed_in(staff_with("other-manager", "hall_manager", scope="other")), url)
    nobodys = get_or_post(Client(), url)

    assert mine in (200, 303)  # an address that only takes forms leads to its page
    assert (theirs, nobodys) == (403, 302)


@pytest.mark.parametrize("pattern", [each for each in MINE if each.name != "overview"], ids=lambda each: each.name)
def test_a_window_clerk_sees_nothing_of_the_offices_editors(rows, office, pattern):  # noqa: F811
    assert get_or_post(signed_in(office.clerk), address(pattern, rows)) == 403


def test_a_guide_works_with_appointments_and_people_and_nothing_else(rows, office):  # noqa: F811
    guide = signed_in(staff_with("guide", "guide"))

    opened = {each.name for each in MINE if get_or_post(guide, address(each, rows)) != 403}

    assert opened == {
        "overview", "appointments", "appointment_find", "appointment_new", "appointment", "appointment_move",
        "appointment_cancel", "appointment_confirm_again", "day_sheet",
        "people", "people_find", "person", "person_name", "person_phone", "person_messages",
        "person_join", "person_join_do",
        "guide", "guide_find", "guide_give", "guide_items",
        "guide_paper", "appointment_paper", "guide_back", "guide_lane", "guide_check_in",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_breaks_in_either_language(rows, office, language):  # noqa: F811
    codes = {}
    for client, patterns in by_client(office):
        client.cookies["django_language"] = language
        codes |= {each.name: client.get(address(each, rows)).status_code for each in patterns}

    assert {name for name, code in codes.items() if code not in (200, 303)} == set()


FIELDS = [
    "day",
    "first",
    "last",
    "week",
    "view",
    "state",
    "key",
    "before",
    "page",
    "q",
    "category",
    "only",
    "kind",
    "version",
    "tab",
    "who",
    "action",
    "subject",
    "all",
    "item",
    "slot",
    "internal",
    "edit",
]


@pytest.mark.parametrize("value", NASTY, ids=lambda each: ascii(each)[:12])
def test_no_query_string_breaks_a_page(rows, office, value):  # noqa: F811
    asked = dict.fromkeys(FIELDS, value)

    codes = {
        each.name: client.get(address(each, rows), asked).status_code
        for client, patterns in by_client(office)
        for each in patterns
    }

    assert {name: code for name, code in codes.items() if code >= 500} == {}


POSTED = [
    "act",
    "day",
    "first",
    "last",
    "weekday",
    "starts_at",
    "quota",
    "internal",
    "why",
    "note",
    "valid_from",
    "document",
    "text",
    "rules",
    "version",
    "choices",
    "all",
    "others",
    "c-X",
    "from_day",
    "from_time",
    "to_day",
    "to_time",
    "reason_zh",
    "reason_en",
    "zone",
    "q",
    "item",
    "slot",
    "name",
    "id_type",
    "id_number",
    "phone",
    "source",
    "side",
    "staff",
    "window",
    "duty",
    "starts",
    "ends",
    "to",
    "week",
    "what",
    "active",
    "login",
    "name_zh",
    "name_en",
    "badge",
    "role",
    "body",
    "answer",
    "verdict",
    "outcome",
    "category",
    "booking.release",
    "booking.release_days",
    "booking.credit.no_shows",
    "tickets.weights",
    "messages.channels",
    "quotas",
    "q0-public",
    "q0-code",
    "r0-hours",
    "r0-dates",
    "r0-code",
]


ACTS = ("look", "save", "preview", "publish", "copy", "mark", "add")


@pytest.fixture
def asked_for(settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.surfaces.office.asked.Watches"]
    return ASKED


@pytest.mark.parametrize("value", NASTY, ids=lambda each: ascii(each)[:12])
def test_no_posted_value_breaks_a_page(rows, asked_for, office, value):  # noqa: F811
    """With every act where a page asks which; where it does not ask, one act is like another."""
    words = {**dict.fromkeys(POSTED, value), "rules": "1", "quotas": "2"}
    codes = {}
    clients = {each.name: client for client, patterns in by_client(office) for each in patterns}

    def post(pattern, act):
        asked_for.clear()
        codes[pattern.name, act] = clients[pattern.name].post(address(pattern, rows), {**words, "act": act}).status_code
        return "act" in asked_for

    first, *others = ACTS
    with_acts = [pattern for pattern in MINE if post(pattern, first)]
    for pattern in with_acts:
        for act in others:
            post(pattern, act)

    assert {each: code for each, code in codes.items() if code >= 500} == {}
    assert ("calendar_edit" in {pattern.name for pattern in with_acts}) == (value != "\x00")  # no page is sent a NUL


def test_a_calendar_text_that_is_no_calendar_says_so(office, manager):  # noqa: F811
    for text in ("[", "a: [", "rules: 5", json.dumps({"rules": [{}]}), "x: &a [1]\ny: *a", "rules: [1, 2]"):
        answer = manager.post(
            "/office/town/calendar/edit/", {"tab": "text", "act": "preview", "text": text, "valid_from": "2026-03-11"}
        )

        assert answer.status_code == 422
        assert len(answer.context["faults"]) >= 1


@pytest.mark.parametrize(
    ("name", "asked"),
    [("appointments", 14), ("credit", 17), ("slots", 14), ("staff", 12), ("items", 14), ("windows", 17)],
)
def test_a_list_asks_as_often_for_three_as_for_one(office, manager, name, asked):  # noqa: F811
    url = reverse(f"office:{name}", kwargs={"hall": "town"}) + "?day=2026-03-11"
    counts = []
    for starts, person in (("2026-03-11 09:00", 0), ("2026-03-11 10:00", 1), ("2026-03-11 11:00", 2)):
        row = booked(office, starts, person)
        Suspension.objects.create(
            person=row.person, scope="town", reason="manual", from_on=row.day, until_on=row.day, made_at=TUESDAY_NINE
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert manager.get(url).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[2]
    assert counts[2] <= asked
