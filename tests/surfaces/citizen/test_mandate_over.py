"""After a mandate its agent sees that it was booked and what became of it: no name, no code, nothing to press."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banshi.foundation.crypto import link_key, rating_key
from banshi.journeys.hours import change_hours, follow_up
from banshi.journeys.hours.follow_up import Outcome
from banshi.journeys.person import mandates
from banshi.journeys.visit.check_in import check_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, AccountPerson
from banshi.rooms.messaging import rules as wording
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Window
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import contact_of
from tests.agents import agent as an_accepted_agent
from tests.surfaces.citizen.conftest import Phone, browser
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(open_town: Town) -> tuple[Phone, Any, Appointment]:
    """An agent, its mandate for person 1, and what it booked for them today."""
    person = open_town.person(1)
    agent = an_accepted_agent()
    mandate = identity.give_mandate(
        agent_id=agent.pk, name=person.name, id_type=person.id_type, id_number=person.id_number,
        valid_until=date(2026, 3, 31), paper="委托书", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    account = Account.objects.get(pk=agent.account_id)
    row = booking.place(
        slot_id=open_town.slot(starts=at("2026-03-10 14:00")).pk, item_code="pension", person_id=person.pk, source="web",
        by=Actor(ActorKind.CITIZEN, str(account.pk)), account_id=account.pk, now=at("2026-03-09 10:00"),
    )  # fmt: skip
    client = browser()
    session = client.session
    session["account"] = account.pk
    session.save()
    return Phone(client, account, person), mandate, row


def shows(phone: Phone, row: Appointment, path: str) -> dict[str, bool]:
    page = phone.get(path).content.decode()
    masked = bookings.appointment(row.code, now=TUESDAY_NINE).masked_name
    return {
        "state": "已约" in page,
        "name": phone.person.name in page or masked in page,
        "cancel": f"/a/{row.code}/cancel" in page,
        "code to check in": "现场取号的二维码" in page or "qr-card" in page,
    }


def test_while_it_stands_the_agent_sees_and_steers(booked: tuple[Phone, Any, Appointment]) -> None:
    phone, _, row = booked

    assert set(shows(phone, row, f"/a/{row.code}").values()) == {True}


@pytest.mark.parametrize("by_link", [False, True])
def test_after_its_end_only_that_it_was_booked(booked: tuple[Phone, Any, Appointment], by_link: bool) -> None:
    phone, mandate, row = booked
    identity.end_mandate(mandate_id=mandate.pk, by=CLERK, now=TUESDAY_NINE)
    key = f"?k={link_key(row.code)}" if by_link else ""
    asking = Phone(browser(), None, phone.person) if by_link else phone

    assert shows(asking, row, f"/a/{row.code}{key}") == {
        "state": True, "name": False, "cancel": False, "code to check in": False,
    }  # fmt: skip
    steps = [asking.post(f"/a/{row.code}/{step}{key}", slot="1").status_code for step in ("cancel", "move", "rebook")]
    assert steps == [409] * 3
    assert asking.get(f"/a/{row.code}/calendar.ics{key}").status_code in (404, 409)
    row.refresh_from_db()
    assert row.state == "booked"


def test_the_halls_cancelling_needs_no_mandate(booked: tuple[Phone, Any, Appointment]) -> None:
    """A closure by the key of another system: "failed", and the former agent was asked to move what they may not."""
    phone, mandate, row = booked
    identity.end_mandate(mandate_id=mandate.pk, by=CLERK, now=TUESDAY_NINE)
    close = {
        "hall": row.hall, "starts_at": row.starts_at, "ends_at": row.ends_at, "reason_zh": "台风", "reason_en": "Typhoon",
        "choices": {}, "by": Actor(ActorKind.CHANNEL, "1"), "now": TUESDAY_NINE,
    }  # fmt: skip
    _, follow = change_hours.close(**close, others="cancel")
    before = phone.get(f"/a/{row.code}").content.decode()

    follow_up.work_off(now=TUESDAY_NINE)

    row.refresh_from_db()
    assert ("大厅关闭：台风" in before, "预约仍有效" in before) == (True, False)
    assert (row.state, row.by_hall, follow_up.outcome_of(follow)) == ("cancelled", True, Outcome(cancelled=1))


@pytest.mark.parametrize("then", ["move", "cancel"])
def test_a_former_agent_is_told_and_asked_to_change_nothing(booked: tuple[Phone, Any, Appointment], then: Any) -> None:
    """The link led to a page that says that only the client may."""
    _, mandate, row = booked
    close = {
        "hall": row.hall, "starts_at": row.starts_at, "ends_at": row.ends_at, "reason_zh": "台风", "reason_en": "Typhoon",
        "choices": {}, "by": CLERK, "now": TUESDAY_NINE,
    }  # fmt: skip
    identity.end_mandate(mandate_id=mandate.pk, by=CLERK, now=TUESDAY_NINE)
    Message.objects.all().delete()

    change_hours.close(**close, others=then)
    follow_up.work_off(now=TUESDAY_NINE)

    key = {"move": "moved_by_hall", "cancel": "cancelled_by_hall"}[then]
    sent = list(Message.objects.filter(key=key, subject=f"appointment:{row.code}").order_by("id"))
    (told,) = [each for each in sent if "to_client" not in each.params]
    assert ["link" in each.params for each in sent if each is not told] == [False]  # the client has a link of their own
    spoken = wording.spoken(told.params, language="zh", zone=ZoneInfo(row.hall.timezone), now=TUESDAY_NINE)
    said = wording.render(wording.COMMON[key]["zh"], spoken)
    assert (told.params["link"], "http" in said, "改期或取消" in said) == ("", False, False)


def test_no_day_after_the_mandates_last_is_offered_to_the_agent_for_a_move(
    booked: tuple[Phone, Any, Appointment], open_town: Town
) -> None:
    phone, mandate, row = booked
    type(mandate).objects.filter(pk=mandate.pk).update(valid_until=date(2026, 3, 11))
    last, after = (open_town.slot(starts=at(f"2026-03-{day} 10:00")) for day in (11, 12))

    pages = [phone.get(f"/a/{row.code}/move", day=str(slot.day)).content.decode() for slot in (last, after)]
    answers = [phone.post(f"/a/{row.code}/move", slot=slot.pk).status_code for slot in (after, last)]

    offered = [f'id="period-{slot.pk}"' in page for slot, page in zip((last, after), pages, strict=True)]
    assert (offered, answers) == ([True, False], [409, 302])


def test_its_lists_name_nobody_and_its_first_page_offers_no_code(booked: tuple[Phone, Any, Appointment]) -> None:
    phone, mandate, row = booked
    before = [row.code in phone.get(path).content.decode() for path in ("/", "/appointments/")]
    identity.end_mandate(mandate_id=mandate.pk, by=CLERK, now=TUESDAY_NINE)

    listed = shows(phone, row, "/appointments/")
    after = [row.code in phone.get(path).content.decode() for path in ("/", "/appointments/")]

    assert (before, after, listed["name"]) == ([True, True], [False, True], False)


@pytest.mark.parametrize("whose", ["another of the agent's", "the client's, proven"])
def test_a_link_on_another_telephone_steers_only_where_it_is_the_clients_by_proof(
    booked: tuple[Phone, Any, Appointment], whose: str
) -> None:
    phone, mandate, row = booked
    number = "+8613900000078" if whose.startswith("another") else str(phone.person.phone)
    row.contact, row.contact_index = number, identity.number_index(number)
    row.save()
    key = f"?k={link_key(row.code)}"
    asking = Phone(browser(), None, phone.person)
    before = shows(asking, row, f"/a/{row.code}{key}")["cancel"]

    identity.end_mandate(mandate_id=mandate.pk, by=CLERK, now=TUESDAY_NINE)

    after = shows(asking, row, f"/a/{row.code}{key}")["cancel"]
    answer = asking.post(f"/a/{row.code}/cancel{key}").status_code
    row.refresh_from_db()
    proven = whose.startswith("the client")
    assert (before, after) == (True, proven)
    assert (answer, row.state) == ((302, "cancelled") if proven else (409, "booked"))


@pytest.mark.parametrize("over", [False, True])
def test_whose_mandate_is_over_finds_no_number_of_the_client_among_the_own(
    booked: tuple[Phone, Any, Appointment], over: bool
) -> None:
    phone, mandate, row = booked
    check_in(hall=row.hall, found=row, limit_key="", by=CLERK, now=at("2026-03-10 13:50"), channel="kiosk", lane="")
    if over:
        mandates.end(mandate_id=mandate.pk, by=CLERK, now=at("2026-03-10 13:52"))
    ticket = Ticket.objects.get()

    pages = [phone.get(path).content.decode() for path in ("/", "/appointments/")]

    assert [ticket.number in page or f"/t/{ticket.ref}" in page for page in pages] == [not over] * 2


@pytest.mark.parametrize("over", [False, True])
def test_the_key_of_a_slip_steers_no_number_for_an_agent_whose_mandate_is_over(
    booked: tuple[Phone, Any, Appointment], over: bool
) -> None:
    phone, mandate, row = booked
    ref = check_in(
        hall=row.hall, found=row, limit_key="", by=CLERK, now=at("2026-03-10 13:50"), channel="kiosk", lane=""
    ).ref
    phone.get(f"/t/{ref}", k=rating_key(ref))
    if over:
        identity.end_mandate(mandate_id=mandate.pk, by=CLERK, now=TUESDAY_NINE)

    phone.post(f"/t/{ref}/leave")

    assert Ticket.objects.get(ref=ref).state == ("waiting" if over else "left")


@pytest.mark.parametrize("over", [False, True])
def test_the_client_reads_which_agent_booked_for_them(booked: tuple[Phone, Any, Appointment], over: bool) -> None:
    phone, mandate, row = booked
    account = Account.objects.create(
        phone="+8613900000002", phone_index="two", person=phone.person, person_evidence=2, created_at=TUESDAY_NINE
    )
    AccountPerson.objects.create(account=account, person=phone.person, name=phone.person.name, added_at=TUESDAY_NINE)
    client = browser()
    session = client.session
    session["account"] = account.pk
    session.save()
    mine = Phone(client, account, phone.person)
    if over:
        identity.end_mandate(mandate_id=mandate.pk, by=CLERK, now=TUESDAY_NINE)

    listed, page = (mine.get(path).content.decode() for path in ("/appointments/", f"/a/{row.code}"))

    assert "代办人替我约的" in listed
    assert "小镇代办公司" in listed
    assert "别人用我的证件约的" not in listed
    assert "代办人 小镇代办公司 替你约的" in page
    assert phone.person.name in page
    assert "不是我约的" not in page
    assert mine.post(f"/a/{row.code}/not-by-me").status_code == 404


def slip_of(row: Appointment) -> tuple[Ticket, Phone]:
    """The number of the booking, and a browser in which nobody is signed in, with the key of its slip."""
    ticket = check_in(
        hall=row.hall, found=row, limit_key=None, by=CLERK, now=at("2026-03-10 13:50"), channel="kiosk", lane=""
    )
    holder = Phone(browser(), None, row.person)
    holder.get(f"/t/{ticket.ref}", k=rating_key(ticket.ref))
    return ticket, holder


@pytest.mark.parametrize("how", ["ended", "suspended", "replaced by one for another matter"])
def test_a_slips_key_opens_nothing_once_the_mandate_is_over_signed_in_or_not(
    booked: tuple[Phone, Any, Appointment], how: str
) -> None:
    phone, mandate, row = booked
    ticket, holder = slip_of(row)
    now = at("2026-03-10 13:52")

    if how == "ended":
        mandates.end(mandate_id=mandate.pk, by=CLERK, now=now)
    elif how == "suspended":
        mandates.suspend(agent_id=mandate.agent_id, why="执照到期", by=CLERK, now=now)
    else:
        mandates.give(
            agent_id=mandate.agent_id, name=row.person.name, id_type=row.person.id_type, id_number=row.person.id_number,
            valid_until=date(2026, 3, 31), items=["medical"], paper="委托书", by=CLERK, now=now,
        )  # fmt: skip

    answers = [one.post(f"/t/{ticket.ref}/{step}").status_code for one in (holder, phone) for step in ("leave", "late")]
    after = Ticket.objects.get(pk=ticket.pk)
    signed_in = phone.post(f"/t/{after.ref}/leave").status_code
    after.refresh_from_db()
    assert (answers, signed_in) == ([404, 404, 403, 403], 403)
    assert (after.state, after.number, after.limit_key) == ("waiting", ticket.number, "")
    assert contact_of(after) == row.person.phone  # which is proven; the agent is told nothing more
    client = Phone(browser(), None, row.person)
    client.get(f"/t/{after.ref}", k=rating_key(after.ref))  # on the slip that the card prints anew
    client.post(f"/t/{after.ref}/leave")
    after.refresh_from_db()
    assert after.state == "left"


def test_a_mandate_that_still_covers_the_matter_leaves_its_slip_alone(booked: tuple[Phone, Any, Appointment]) -> None:
    phone, mandate, row = booked
    ticket, holder = slip_of(row)

    mandates.give(
        agent_id=mandate.agent_id, name=row.person.name, id_type=row.person.id_type, id_number=row.person.id_number,
        valid_until=date(2026, 3, 31), items=["pension"], paper="委托书", by=CLERK, now=at("2026-03-10 13:52"),
    )  # fmt: skip

    holder.post(f"/t/{ticket.ref}/leave")
    assert Ticket.objects.get(pk=ticket.pk).state == "left"


def test_what_came_late_of_an_agents_booking_is_let_go_like_the_rest(booked: tuple[Phone, Any, Appointment]) -> None:
    _, mandate, row = booked
    late = at("2026-03-10 15:30")
    ticket = check_in(hall=row.hall, found=row, limit_key=None, by=CLERK, now=late, channel="kiosk", lane="")

    mandates.end(mandate_id=mandate.pk, by=CLERK, now=late)

    assert (ticket.kind, ticket.appointment) == ("walk_in", None)
    assert Ticket.objects.get(pk=ticket.pk).ref != ticket.ref


@pytest.mark.parametrize("then", ["held", "missed", "waiting"])
def test_a_number_served_as_the_mandate_ends_is_steered_by_no_old_key_once_it_is_in_line_again(
    booked: tuple[Phone, Any, Appointment], then: str
) -> None:
    _, mandate, row = booked
    ticket, holder = slip_of(row)
    now, window = at("2026-03-10 14:00"), Window.objects.filter(hall=row.hall).earliest("id")
    Ticket.objects.filter(pk=ticket.pk).update(state="serving", window=window)
    mandates.end(mandate_id=mandate.pk, by=CLERK, now=now)
    Ticket.objects.filter(pk=ticket.pk).update(state=then)

    at_once = holder.post(f"/t/{ticket.ref}/leave").status_code
    renewed = [tickets.renew_returned(now=now), tickets.renew_returned(now=now)]
    after = Ticket.objects.get(pk=ticket.pk)

    assert (at_once, after.state, renewed) == (403, then, [1, 0])
    assert after.ref != ticket.ref
    client = Phone(browser(), None, row.person)
    client.get(f"/t/{after.ref}", k=rating_key(after.ref))
    client.post(f"/t/{after.ref}/leave")
    assert Ticket.objects.get(pk=ticket.pk).state == "left"


@pytest.mark.parametrize("first_is_over", [False, True])
def test_a_matter_added_at_the_window_is_let_go_with_the_number_it_was_added_to(
    booked: tuple[Phone, Any, Appointment], first_is_over: bool
) -> None:
    phone, mandate, row = booked
    ticket, _ = slip_of(row)
    added = tickets.issue(
        tickets.Take(
            item_code="medical",
            person_id=row.person_id,
            channel="desk",
            by=CLERK,
            visit_id=ticket.visit_id,
            contact=contact_of(ticket),
            follows=True,
        ),
        hall=row.hall,
        now=at("2026-03-10 13:55"),
    )
    if first_is_over:
        Ticket.objects.filter(pk=ticket.pk).update(state="finished")
    phone.get(f"/t/{added.ref}", k=rating_key(added.ref))

    mandates.end(mandate_id=mandate.pk, by=CLERK, now=at("2026-03-10 14:00"))

    after = Ticket.objects.get(pk=added.pk)
    assert after.ref != added.ref
    assert contact_of(after) == row.person.phone
    assert phone.post(f"/t/{added.ref}/leave").status_code == 403
    phone.get(f"/t/{after.ref}", k=rating_key(after.ref))
    assert phone.post(f"/t/{after.ref}/leave").status_code == 403  # signed in as the agent, key or not


def test_a_mandate_that_ran_out_before_the_visit_gives_the_agent_no_number_of_the_client(
    booked: tuple[Phone, Any, Appointment],
) -> None:
    _, mandate, row = booked
    type(mandate).objects.filter(pk=mandate.pk).update(valid_until=date(2026, 3, 9))

    ticket, _ = slip_of(row)

    assert ticket.limit_key == row.holder != ""


def test_a_number_at_the_window_is_known_there_by_its_ref_and_told_to_nobody_more(
    booked: tuple[Phone, Any, Appointment],
) -> None:
    _, mandate, row = booked
    ticket, _ = slip_of(row)
    window = Window.objects.filter(hall=row.hall).earliest("id")
    Ticket.objects.filter(pk=ticket.pk).update(state="serving", window=window)

    mandates.end(mandate_id=mandate.pk, by=CLERK, now=at("2026-03-10 14:00"))

    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.ref, contact_of(after)) == (ticket.ref, row.person.phone)


@pytest.mark.parametrize(
    ("who", "said"),
    [("client", "委托人已结束委托"), ("hall", "大厅已结束这份委托"), ("suspended", "大厅已停用这个代办人")],
)
def test_the_page_says_who_ended_it(booked: tuple[Phone, Any, Appointment], who: str, said: str) -> None:
    phone, mandate, row = booked
    by = CLERK if who == "hall" else Actor(ActorKind.CITIZEN, "999")
    if who == "suspended":
        identity.suspend_agent(agent_id=mandate.agent_id, by=CLERK, now=TUESDAY_NINE)
    else:
        identity.end_mandate(mandate_id=mandate.pk, by=by, now=TUESDAY_NINE)

    assert said in phone.get(f"/a/{row.code}").content.decode()
    assert ("已停用" in phone.get("/me/").content.decode()) == (who == "suspended")
