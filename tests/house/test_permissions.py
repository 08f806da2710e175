"""Every staff view × everybody who works here: exactly who gets in, worked out from the view's own permission.

The table is made from the addresses, so a new view is asked too. Rows exist for every parameter, so that whoever holds the
permission gets an answer of the view itself; who does not is stopped at the door: 302 without a sign-in, 403 with the wrong
role or the wrong hall.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from banshi.journeys.case import folders
from banshi.kernel.actors import SYSTEM
from banshi.rooms.archive import actions as archive
from banshi.rooms.archive.models import Purge
from banshi.rooms.booking.models import Appeal, FollowUp, LedgerEntry, Suspension
from banshi.rooms.calendars.models import Closure
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Consultation, QuotaRound
from banshi.rooms.catalogue.actions import one_matters
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.consulting import actions as consulting
from banshi.rooms.devices.models import Device, MachineType
from banshi.rooms.exchange import actions as exchange
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.homevisits import actions as homevisits
from banshi.rooms.hooks import actions as hooks
from banshi.rooms.hotline import actions as hotline
from banshi.rooms.hotline.models import PhoneCall
from banshi.rooms.identity.models import ApiKey, Staff
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.library import actions as library
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.remote.models import Consent, Recording, RemoteSession, Seat
from banshi.rooms.staffing.models import Shift
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import PaperBlock
from banshi.rooms.zones.models import Entry as Inside
from banshi.rooms.zones.models import HelpCall
from tests.matters import matters_of
from tests.rooms.catalogue.stores import a_draft
from tests.signers import a_seal
from tests.surfaces.office.editing import (  # noqa: F401 – fixtures
    an_agent,
    booked,
    change_with_blank,
    elements_asked_for,
    office,
    signed_in,
    staff_with,
)
from tests.town import CITIZEN, TUESDAY_NINE

pytestmark = pytest.mark.django_db
HALLS = ("town", "other")  # both lie in the region that addresses name
WIDE = {"city_admin", "auditor"}  # held everywhere
# Behind the door: cases are opened at the window that serves their person (tests/surfaces/desk/test_cases_behind_the_door.py).
LEADS_ON = (
    "review:start",
    "review:folder_slip",
    "seat:recording-part",
)  # to the first list of whoever asks; to the folder, where it follows none
AT_A_WINDOW = {
    "desk:cases",
    "desk:glance",
    "desk:case-scan",
    "desk:bundle",
    "desk:case-items",
    "desk:case",
    "desk:case-file",
    "desk:case-paper",
    "desk:listen",
    "desk:listen-matters",
    "desk:listen-find",
    "desk:heard",
    "desk:vouch",
    "seat:hand",
    "seat:call",  # rings at somebody's seat, and is theirs alone
    "seat:news",
    "seat:folder",
    "seat:file-of",
    "hotline:phone",  # of whoever took it
}


def staff_views(patterns: Any = None, space: str = "", route: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from staff_views(entry.url_patterns, inner, route + str(entry.pattern))
        elif getattr(entry.callback, "audience", None) == "staff":
            yield f"{space}{entry.name}", entry


VIEWS = dict(staff_views())


def a_round() -> QuotaRound:
    days = {"opens_on": TUESDAY_NINE.date(), "closes_on": TUESDAY_NINE.date() + timedelta(days=9)}
    asked = {"asked_at": TUESDAY_NINE, "asked_by": "staff:1"}
    item = Item.objects.get(code="pension")
    return QuotaRound.objects.create(item=item, year=2026, number=1, by="order", places=3, **days, **asked)


@pytest.fixture
def rows(office: Any) -> dict[str, Any]:  # noqa: F811
    """One of everything of the town that an address can name."""
    hall, appointment = office.hall, booked(office, "2026-03-11 09:00")
    person, today = appointment.person, TUESDAY_NINE.date()
    entry = LedgerEntry.objects.create(
        person=person, scope="town", kind="no_show", on=today, at=TUESDAY_NINE, appointment=appointment
    )
    suspension = Suspension.objects.create(
        person=person, scope="town", reason="manual", from_on=today, until_on=today, made_at=TUESDAY_NINE
    )
    appeal = Appeal.objects.create(entry=entry, text="下雨堵车", made_at=TUESDAY_NINE)
    ticket = tickets.issue(tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=hall, now=TUESDAY_NINE)
    rating = Rating.objects.create(
        hall=hall, visit_id=ticket.visit_id, ticket=ticket, stars=1, at=TUESDAY_NINE, channel="qr"
    )
    task = Task.objects.create(
        hall=hall, rating=rating, opened_at=TUESDAY_NINE, answer_due_on=today, settle_due_on=today
    )
    follow_up = FollowUp.objects.create(hall=hall, cause="closure:0", made_by="staff:1", made_at=TUESDAY_NINE)
    area = SelfServiceArea.objects.create(
        hall=hall, code="town-area-1", name_zh="河边自助区", name_en="Riverside", place_zh="河边", place_en="River"
    )
    kind = MachineType.objects.create(code="all-in-one", name_zh="综合自助终端", name_en="All-in-one", parts=["reader"])
    device = Device.objects.create(
        hall=hall, code="town-kiosk-1", kind="kiosk", name="1 号取号机", area=area, type=kind
    )
    inside = Inside.objects.create(
        area=area, way="card", person=person, in_at=TUESDAY_NINE, stay_until=TUESDAY_NINE + timedelta(minutes=30)
    )
    call = HelpCall.objects.create(area=area, at=TUESDAY_NINE)
    closure = Closure.objects.create(
        hall=hall, starts_at=TUESDAY_NINE + timedelta(days=9), ends_at=TUESDAY_NINE + timedelta(days=9, hours=1),
        reason_zh="停电", reason_en="Power cut", made_by="staff:1", made_at=TUESDAY_NINE,
    )  # fmt: skip
    shift = Shift.objects.create(
        hall=hall, staff=office.clerk, day=today, starts_at=TUESDAY_NINE, ends_at=TUESDAY_NINE + timedelta(hours=3),
        made_by="staff:1", made_at=TUESDAY_NINE,
    )  # fmt: skip
    block = PaperBlock.objects.create(
        hall=hall, category=ticket.category, letter="PA", first=1, last=3, made_by="staff:1", made_at=TUESDAY_NINE
    )
    message = Message.objects.order_by("id").first()
    agent = an_agent(office)
    matters = matters_of(office)
    case = matters.received()
    scan = library.keep(
        content=b"%PDF-ours", mime="application/pdf", kind="scan", name="租约.pdf", by=SYSTEM, now=TUESDAY_NINE
    )
    page = cases.add_material(
        case_no=case.no, code="lease", channel="scan", file=scan, by=matters.by["receiver"], now=TUESDAY_NINE
    )
    folder = folders.make(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    asking = consulting.Asking(hall=hall, item_code="pension", text="要带什么材料？")
    later = TUESDAY_NINE + timedelta(minutes=1)
    ended = matters.received(later)
    cases.withdraw(case_no=ended.no, by=matters.applicant, now=later)
    archive.archive(case_no=ended.no, by=SYSTEM, now=later)
    supervisor = Staff.objects.get(id=int(matters.by["supervisor"].id))
    hold = archive.place_hold(case_no=ended.no, reason="诉讼", by=matters.by["supervisor"], now=TUESDAY_NINE)
    purge = Purge.objects.create(
        hall=hall, proposed_by=supervisor, proposed_at=TUESDAY_NINE, confirm_from=TUESDAY_NINE + timedelta(days=30)
    )
    enquiry = consulting.ask(asking, by=CITIZEN, now=TUESDAY_NINE)
    reviewer = matters.by["reviewer"]
    consulting.answer(no=enquiry.no, seq=1, text="身份证。", department="", by=reviewer, now=TUESDAY_NINE)
    asked = Consultation.objects.create(
        case=case, department=case.department, question="能开吗？", papers=[page.code], due_on=today, asked_at=TUESDAY_NINE,
        asked_by=supervisor,
    )  # fmt: skip
    key = ApiKey.objects.create(name="app", key_hash="k", scope="manage", hall="town", created_at=TUESDAY_NINE)
    hook, _ = hooks.register(key_id=key.pk, url="https://hooks.example.com/", types=[], by=CITIZEN, now=TUESDAY_NINE)
    a_seal(hall)
    batch = exchange.make_batch(halls=[hall], scope="hall:town", first=today, last=today, by=SYSTEM, now=TUESDAY_NINE)
    assert batch is not None
    writing = consulting.Writing("要带什么？", "身份证。")
    written = consulting.write_up(no=enquiry.no, writing=writing, department="", by=reviewer, now=TUESDAY_NINE)
    elements_asked_for()
    rang = hotline.Opening(
        hall=hall, kind="help", subject="service", text="窗口在哪里", phone="13800138000", line="hall:town"
    )
    order_no = hotline.open_order(rang, by=CITIZEN, now=TUESDAY_NINE).no
    Item.objects.filter(code="pension").update(home_visit=True)
    wished = homevisits.Asking(
        hall=hall, kind="home", item="pension", name=person.name, phone="13800138000", area="441900", reason="aged",
        address="南城街道元美路 8 号", day=today + timedelta(days=1), half="am",
    )  # fmt: skip
    visit_no = homevisits.ask(wished, by=CITIZEN, now=TUESDAY_NINE).no
    PhoneCall.objects.create(call="c-1", hall=hall, inward=True, rung_at=TUESDAY_NINE)
    called = RemoteSession.objects.create(
        ref="V" * 20, hall=hall, day=today, seq=1, asked_by="citizen:1", origin="web", wants="consult", media="text",
        language="zh", asked_at=TUESDAY_NINE,
    )  # fmt: skip
    recorded = Recording.objects.create(
        ref="R" * 20, session=called, hall=hall, purpose="核对身份", state="ended", asked_at=TUESDAY_NINE,
        seat=Seat.objects.create(staff=office.clerk, hall=hall, kind="dedicated", since=TUESDAY_NINE),
        consent=Consent.objects.create(
            session=called, what="recording", given_at=TUESDAY_NINE, taken_back_at=TUESDAY_NINE
        ),
        answered_at=TUESDAY_NINE, heard_at=TUESDAY_NINE, ended_at=TUESDAY_NINE, why="stopped",
        kept_until=TUESDAY_NINE + timedelta(days=30), salt=b"s" * 32, key_id="k",
    )  # fmt: skip
    return {
        "recording": recorded.ref, "stretch": 0,
        "call": called.ref, "n": 1, "order_no": order_no, "visit_no": visit_no, "phone_call": "c-1",
        "element": "person-name", "enquiry": enquiry.no, "answer_id": written.pk, "consultation_id": asked.pk, "upload": "0" * 20,
        "package": ended.no, "hold_id": hold.pk, "purge_id": purge.pk,
        "no": case.no, "folder": folder.no, "material_id": page.pk, "number": case.papers.get().number,
        "agent_id": agent.agent_id,
        "mandate_id": agent.pk,
        "hall": "town", "region": "441900", "code": appointment.code, "slot_id": appointment.slot_id,
        "person_id": person.pk, "entry_id": entry.pk, "suspension_id": suspension.pk, "appeal_id": appeal.pk,
        "staff_id": office.clerk.pk, "role_id": office.clerk.roles.get().pk, "task_id": task.pk,
        "hall_item_id": HallItem.objects.get(hall=hall, item__code="pension").pk, "closure_id": closure.pk,
        "follow_up_id": follow_up.pk,
        "shift_id": shift.pk, "plan_id": 1,
        "draft_id": a_draft().pk, "part": "materials", "at": 0, "paper": "form",
        "change": change_with_blank(office).pk,
        "matter_draft": one_matters.begin_draft(code="moving", by=CITIZEN, now=TUESDAY_NINE).pk,
        "block_id": block.pk, "message_id": message.pk if message else 1, "key": "confirmation", "language": "zh",
        "window": "town-03", "ref": ticket.ref, "verb": "look", "device": device.code, "area": area.code, "maintenance": 1,
        "order": 1,
        "hook": hook.code, "batch": batch.no, "seal": "town-1", "filter_id": 1, "certificate": "NONE", "to": "up",
        "round_id": a_round().pk, "inside": inside.pk, "help_id": call.pk,
    }  # fmt: skip


def address(name: str, rows: dict[str, Any], **other: Any) -> str:
    values = {**rows, **other}
    if name == "office:window":
        values["code"] = values["window"]
    if name.startswith("seat:"):
        values["ref"] = values["call"]
    return reverse(name, kwargs={each: values[each] for each in VIEWS[name].pattern.converters})


def statuses(client: Client, url: str, *, post: bool) -> set[int]:
    """What GET (and POST) answer, apart from “not this way”."""
    asked = [client.get(url)] + ([client.post(url)] if post else [])
    return {answer.status_code for answer in asked if "Allow" not in answer}


def let_in(name: str, role: str, where: str) -> bool:
    """Whether a role held in `where` ("*", or a hall) opens the view for the town."""
    view = VIEWS[name]
    if view.callback.permission not in ROLES[role]:
        return False
    needed = HALLS if "region" in view.pattern.converters else ("town",) if "hall" in view.pattern.converters else ()
    return where == "*" or all(hall == where for hall in needed)


PEOPLE = [(role, where) for role in sorted(ROLES) for where in (*HALLS, *(["*"] if role in WIDE else []))]


def test_the_table_is_not_empty():
    assert len(VIEWS) > 60


@pytest.mark.parametrize(("role", "where"), PEOPLE, ids=[f"{role} in {where}" for role, where in PEOPLE])
def test_exactly_who_holds_the_permission_gets_in(rows, role, where):
    person = staff_with("somebody", role, "all" if where == "*" else "hall", where)
    client = signed_in(person)
    wrong = {}

    for name in VIEWS:
        url = address(name, rows)
        allowed = let_in(name, role, where)
        found = statuses(client, url, post=not allowed)  # who is let in only looks: nothing is changed under the others
        fine = {409} if name in AT_A_WINDOW else {302} if name in LEADS_ON else {200}
        if found - (fine if allowed else set()) != (set() if allowed else {403}):
            wrong[name] = (allowed, found)

    assert wrong == {}


def test_who_is_not_signed_in_is_led_to_the_door_and_back(rows):
    wrong = {}

    for name in VIEWS:
        url = address(name, rows)
        for answer in (Client().get(url), Client().post(url)):
            if "Allow" not in answer and (
                answer.status_code != 302 or answer["Location"] != f"/staff/sign-in?next={url}"
            ):
                wrong[name] = (answer.status_code, answer.get("Location"))

    assert wrong == {}


def test_who_holds_no_role_gets_in_nowhere(rows):
    person = staff_with("nobody", "clerk")
    person.roles.all().delete()

    found = {name: statuses(signed_in(person), address(name, rows), post=True) for name in VIEWS}

    assert {name: codes for name, codes in found.items() if codes != {403}} == {}


def test_a_role_that_ended_opens_nothing(rows):
    person = staff_with("former", "hall_manager")
    person.roles.update(ended_at=TUESDAY_NINE)

    found = {name: statuses(signed_in(person), address(name, rows), post=True) for name in VIEWS}

    assert {name: codes for name, codes in found.items() if codes != {403}} == {}


OF_A_HALL = [
    name for name, view in VIEWS.items() if "hall" in view.pattern.converters and len(view.pattern.converters) > 1
]
ALREADY_SO = {"office:roster_remove": {302}}  # taking out a shift that is not in the roster changes nothing
WITHOUT_ROWS = {  # what is every hall's: texts, named by key and language; what an item store says of matters
    "office:matter", "office:matter_publish", "office:matter_drop",
    "office:template", "office:item_draft", "office:item_draft_publish", "office:item_draft_drop",
    "office:element",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(OF_A_HALL) - WITHOUT_ROWS))
def test_what_belongs_to_one_hall_is_not_found_through_the_address_of_another(rows, name):
    holds = [role for role in ROLES if VIEWS[name].callback.permission in ROLES[role]]
    client = signed_in(staff_with("theirs", "hall_manager" if "hall_manager" in holds else holds[0], scope="other"))

    assert statuses(client, address(name, rows, hall="other"), post=True) == ALREADY_SO.get(name, {404})
    assert Shift.objects.filter(pk=rows["shift_id"]).count() == 1


def test_a_hall_that_is_not_there_is_not_found(rows):
    client = signed_in(staff_with("city", "city_admin", "all", "*"))
    may = ROLES["city_admin"]

    found = {
        name: statuses(client, address(name, rows, hall="nowhere"), post=True)
        for name, view in VIEWS.items()
        if "hall" in view.pattern.converters and view.callback.permission in may
    }

    assert {name: codes for name, codes in found.items() if codes != {404}} == {}


@pytest.mark.parametrize(
    ("language", "hall", "permission"),
    [
        ("zh-hans", "需要在小镇大厅任职。", "需要“调整号源”权限。"),
        ("en", "This needs a role in Town Hall.", "change quotas and slots"),
    ],
)
def test_a_closed_door_says_the_name_of_the_hall_and_of_the_permission(rows, language, hall, permission):
    stranger, clerk = (
        signed_in(staff_with("theirs", "hall_manager", scope="other")),
        signed_in(staff_with("c", "clerk")),
    )
    for client in (stranger, clerk):
        client.cookies["django_language"] = language

    pages = [each.get("/office/town/slots/").content.decode() for each in (stranger, clerk)]

    assert [hall in pages[0], permission in pages[1]] == [True, True]


def test_an_address_with_a_question_comes_back_whole_after_signing_in(client):
    answer = client.get("/office/town/slots/?day=2026-03-11&view=week")

    assert answer["Location"] == "/staff/sign-in?next=/office/town/slots/%3Fday%3D2026-03-11%26view%3Dweek"
