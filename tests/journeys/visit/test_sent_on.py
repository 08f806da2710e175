"""Sent on to another hall (转厅): what may go wrong on the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from banshi.foundation.words import words
from banshi.journeys.hall import close_hall_day
from banshi.journeys.visit import check_in, redirect
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.ownership import typed_holder
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.insight import queries as insight
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Category
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries.contact import contact_of
from banshi.rooms.tickets.queries.statements import WAS_HERE
from tests.rooms.messaging.test_outbox import Spy
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

STRANGER = "+8613900139000"
ELEVEN = at("2026-03-10 11:00")


def two_halls(town: Town) -> Town:
    """The other hall does the same, half an hour away."""
    open_town(town)
    category = Category.objects.create(
        hall=town.other_hall, code="A", letter="S", name_zh="社保", name_en="Social security"
    )
    HallItem.objects.create(hall=town.other_hall, item=town.items["pension"], category=category)
    for hall, lat in ((town.hall, 23.0), (town.other_hall, 23.075)):
        hall.lat, hall.lon = lat, 113.7
        hall.save()
    return town


@pytest.fixture
def halls(town: Town) -> Town:
    return two_halls(town)


def sent(town: Town, now: datetime = TUESDAY_NINE, person: int = 30) -> Ticket:
    old = tickets.issue(
        tickets.Take(item_code="pension", person_id=town.person(person).pk, channel="kiosk", by=CITIZEN),
        hall=town.hall,
        now=now,
    )
    return redirect.to_hall(ref=old.ref, hall="other", by=CLERK, now=now)


def no(town: Town, now: datetime) -> Refused:
    with pytest.raises(Refused) as refused:
        sent(town, now)
    return refused.value


def by_card(town: Town, now: datetime) -> Ticket:
    return check_in.by_id(
        hall=town.other_hall,
        id_number=town.person(30).id_number,
        evidence=Evidence.CHIP,
        by=CITIZEN,
        now=now,
        channel="kiosk",
    )


@pytest.mark.django_db
def test_who_is_sent_on_is_told_the_hall_the_way_and_how_long_it_takes(halls: Town):
    old = tickets.issue(
        tickets.Take(
            item_code="pension",
            person_id=halls.person(30).pk,
            channel="kiosk",
            by=CITIZEN,
            follows=True,
            contact="+8613800138000",
        ),
        hall=halls.hall,
        now=TUESDAY_NINE,
    )

    redirect.to_hall(ref=old.ref, hall="other", by=CLERK, now=TUESDAY_NINE)

    told = Message.objects.get(key="redirected")
    assert (told.hall, told.params["way_zh"]) == ("other", "一号路，路上约 30 分钟")
    assert told.params["way_en"].endswith(", about 30 minutes away")


@pytest.mark.django_db
def test_nobody_is_sent_where_their_matter_is_closed(halls: Town):
    calendars.close(
        hall=halls.other_hall, starts_at=TUESDAY_NINE, ends_at=ELEVEN, reason_zh="漏水", reason_en="A leak",
        category=Category.objects.get(hall=halls.other_hall), by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip

    refused = no(halls, TUESDAY_NINE)

    assert (refused.slug, refused.facts["reason"]["en"], refused.next) == ("closed", "A leak", ELEVEN)
    assert Ticket.objects.get().state == "waiting"


@pytest.mark.django_db
def test_nobody_is_sent_to_a_hall_that_closes_before_they_arrive(halls: Town):
    refused = no(halls, at("2026-03-10 16:40"))

    assert (refused.slug, refused.next) == ("closed", at("2026-03-11 09:00"))
    assert "minutes away" in refused.facts["reason"]["en"]
    assert sent(halls, at("2026-03-10 16:20"), 31).state == "parked"


@pytest.mark.django_db
def test_a_hall_that_gives_no_late_numbers_takes_nobody_late_either(halls: Town):
    from banshi.rooms.places.models import PolicyVersion, Window, WindowCategory

    window = Window.objects.create(
        hall=halls.other_hall, zone=halls.windows["01"].zone, code="other-01", number="01", kind="special"
    )
    WindowCategory.objects.create(window=window, category=Category.objects.get(hall=halls.other_hall))
    halls.policy(tickets={"last_number": "refuse"})
    PolicyVersion.objects.update(hall=halls.other_hall)
    tickets.sign_in(window_code="other-01", staff_id=halls.other_halls_clerk.pk, now=TUESDAY_NINE)
    for _ in range(20):
        tickets.issue(
            tickets.Take(category_code="A", channel="kiosk", by=CITIZEN),
            hall=halls.other_hall,
            now=at("2026-03-10 09:30"),
        )

    assert no(halls, at("2026-03-10 16:00")).slug == "last-number"


@pytest.mark.django_db
def test_arriving_twice_is_arriving_once(halls: Town):
    new = sent(halls)

    first, again = by_card(halls, ELEVEN), by_card(halls, ELEVEN + timedelta(minutes=5))

    again.refresh_from_db()
    assert (first.pk, again.pk, again.state, again.waits_from) == (new.pk, new.pk, "waiting", ELEVEN)


@pytest.mark.django_db(transaction=True)
def test_card_and_code_shown_at_once_bring_one_number_into_line(committed_town: Town):
    town = two_halls(committed_town)
    new = sent(town)
    old = Ticket.objects.get(state="redirected")

    def show(i: int) -> Any:
        if i % 2:
            return by_card(town, ELEVEN).pk
        code = queries.qr_text(old.ref)
        return check_in.by_code(hall=town.other_hall, code=code, by=CITIZEN, now=ELEVEN, channel="kiosk").pk

    assert together(4, show) == [new.pk] * 4
    assert Ticket.objects.filter(hall=town.other_hall, state="waiting").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("arrived", [False, True])
def test_no_code_of_before_opens_a_number_that_was_renewed(halls: Town, arrived: bool):
    """Whoever spoke for its person does so no longer: what they hold is the code here, of which the other number came."""
    new = sent(halls)
    here = queries.qr_text(Ticket.objects.get(state="redirected").ref)
    if arrived:
        by_card(halls, ELEVEN)
        new.refresh_from_db()
    there = queries.qr_text(new.ref)

    tickets.renew(new, contact=None, by=CITIZEN, now=ELEVEN)
    after = {"hall": halls.other_hall, "by": CITIZEN, "now": ELEVEN, "channel": "kiosk"}

    for code in (here, there):
        with pytest.raises(Refused, match="nothing-found"):
            check_in.by_code(code=code, **after)
    assert Ticket.objects.get(pk=new.pk).state == ("waiting" if arrived else "parked")
    assert by_card(halls, ELEVEN).pk == new.pk


@pytest.mark.django_db
def test_the_code_of_a_number_served_as_its_keys_ended_opens_nothing_in_the_other_hall(halls: Town):
    sent(halls)
    Ticket.objects.filter(state="redirected").update(renew_on_return=True)
    old = Ticket.objects.get(state="redirected")

    with pytest.raises(Refused, match="nothing-found"):
        check_in.by_code(code=queries.qr_text(old.ref), hall=halls.other_hall, by=CITIZEN, now=ELEVEN, channel="kiosk")
    assert redirect.sent_on(old.ref) is None


@pytest.mark.django_db
def test_who_gives_up_on_the_way_is_out_of_both_lines(halls: Town):
    new = sent(halls)

    tickets.leave(ref=new.ref, by=CITIZEN, now=ELEVEN)

    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["left", "redirected"]


@pytest.mark.django_db
def test_who_never_arrives_is_closed_as_that_without_apology_and_was_no_visitor(halls: Town):
    sent(halls)

    close_hall_day.close_due(now=at("2026-03-10 18:30"))

    row = Ticket.objects.get(hall=halls.other_hall)
    (figures,) = insight.visits(halls=[halls.other_hall], first=row.day, last=row.day)
    assert (row.state, row.closed_why) == ("closed", "never_arrived")
    assert (figures["visits"], figures["closed"]) == (0, 1)
    assert Message.objects.filter(key="not_served").count() == 0


@pytest.mark.django_db
def test_being_expected_is_not_being_there(halls: Town):
    """An appointment in the other hall is not taken for kept by somebody who was only sent there."""
    slot = halls.slot(
        starts=at("2026-03-10 10:00"), hall=halls.other_hall, business="cat:A"
    )  # fmt: skip
    row = booking.place(
        slot_id=slot.pk, item_code="pension", person_id=halls.person(30).pk, source="web", by=CITIZEN,
        now=at("2026-03-08 10:00"),
    )  # fmt: skip
    sent(halls)

    booking.sweep_no_shows(now=at("2026-03-10 12:00"), came=WAS_HERE)

    row.refresh_from_db()
    assert row.state == "no_show"


def sent_on_as(town: Town, holder: str, appointment: Appointment | None = None) -> Ticket:
    """Somebody's number for person 30 that goes on in the other hall."""
    old = tickets.issue(
        tickets.Take(
            item_code="pension",
            person_id=town.person(30).pk,
            limit_key=holder,
            appointment=appointment,
            kind="booked" if appointment else "walk_in",
            channel="kiosk",
            by=CITIZEN,
            contact=STRANGER,
        ),
        hall=town.hall,
        now=TUESDAY_NINE,
    )
    return redirect.to_hall(ref=old.ref, hall="other", by=CLERK, now=TUESDAY_NINE)


def declared(town: Town, name: str) -> Appointment:
    return booking.place(
        slot_id=town.slot(starts=TUESDAY_NINE).pk, item_code="pension", person_id=town.person(30).pk, source="api",
        by=Actor(ActorKind.CHANNEL, "3"), now=TUESDAY_NINE - timedelta(days=1), name=name, contact=STRANGER,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_typed_number_that_was_sent_on_is_put_on_nobody_who_lays_the_card(halls: Town):
    new = sent_on_as(halls, typed_holder())

    with pytest.raises(Refused) as refused:
        by_card(halls, ELEVEN)

    new.refresh_from_db()
    person = halls.person(30).pk
    offered = queries.claimable(person, hall_id=halls.other_hall.pk, day=ELEVEN.date(), now=ELEVEN)
    assert (refused.value.slug, new.state, [each.ref for each in offered]) == ("nothing-found", "parked", [new.ref])


@pytest.mark.django_db
def test_whoever_typed_it_says_so_and_is_in_line_under_a_new_ref(halls: Town):
    new = sent_on_as(halls, typed_holder())
    person = halls.person(30).pk

    mine = check_in.claim_typed(hall=halls.other_hall, ref=new.ref, person_id=person, by=CITIZEN, now=ELEVEN)

    assert (mine.pk, mine.state, mine.limit_key, mine.ref != new.ref) == (new.pk, "waiting", "", True)
    assert contact_of(mine) == halls.person(30).phone != STRANGER  # the person's own, by proof
    assert (
        redirect.arrive(hall=halls.other_hall, by=CITIZEN, now=ELEVEN, ref=Ticket.objects.get(pk=new.came_from_id).ref)
        is None
    )


@pytest.mark.django_db
def test_a_booking_somebody_made_is_theirs_once_the_card_is_laid_where_it_went(halls: Town):
    made = declared(halls, halls.person(30).name)
    new = sent_on_as(halls, made.limit_key, made)

    mine = by_card(halls, ELEVEN)

    assert (mine.pk, mine.state, mine.limit_key, mine.ref != new.ref) == (new.pk, "waiting", "", True)
    assert contact_of(mine) == halls.person(30).phone != STRANGER  # the person's own, by proof


@pytest.mark.django_db
def test_one_in_a_name_that_is_not_on_the_card_is_not_theirs(halls: Town):
    made = declared(halls, "陌生人")
    new = sent_on_as(halls, made.limit_key, made)

    with pytest.raises(Refused):
        check_in.by_id(
            hall=halls.other_hall, id_number=halls.person(30).id_number, name=halls.person(30).name,
            evidence=Evidence.CHIP, by=CITIZEN, now=ELEVEN, channel="kiosk",
        )  # fmt: skip

    new.refresh_from_db()
    assert (new.state, new.limit_key) == ("parked", made.limit_key)


def test_who_was_sent_on_and_shows_the_bookings_code_there_is_in_line(halls: Town):
    """Whoever was here by appointment carries its QR code, and has no slip of the number that was made for them."""
    row = booking.place(
        slot_id=halls.slot(starts=TUESDAY_NINE).pk, item_code="pension", person_id=halls.person(30).pk, source="web",
        by=CITIZEN, now=TUESDAY_NINE - timedelta(days=1),
    )  # fmt: skip
    here = check_in.by_code(hall=halls.hall, code=row.code, by=CITIZEN, now=TUESDAY_NINE, channel="kiosk")
    there = redirect.to_hall(ref=here.ref, hall="other", by=CLERK, now=TUESDAY_NINE)
    later = TUESDAY_NINE + timedelta(minutes=40)

    come = check_in.by_code(hall=halls.other_hall, code=row.code, by=CITIZEN, now=later, channel="kiosk")

    assert (come.ref, come.state) == (there.ref, "waiting")


def test_at_the_wrong_hall_the_code_says_which_is_the_right_one(halls: Town):
    row = booking.place(
        slot_id=halls.slot(starts=TUESDAY_NINE).pk, item_code="pension", person_id=halls.person(30).pk, source="web",
        by=CITIZEN, now=TUESDAY_NINE - timedelta(days=1),
    )  # fmt: skip

    with pytest.raises(Refused) as wrong:
        check_in.by_code(hall=halls.other_hall, code=row.code, by=CITIZEN, now=TUESDAY_NINE, channel="kiosk")

    told = wrong.value.facts
    assert (wrong.value.slug, told["hall"]["zh"], told["at"]) == ("other-hall", halls.hall.name_zh, TUESDAY_NINE)


def test_what_is_over_is_said_to_be_over_at_any_hall(halls: Town):
    """Else somebody goes to the other hall for nothing."""
    row = booking.place(
        slot_id=halls.slot(starts=TUESDAY_NINE).pk, item_code="pension", person_id=halls.person(30).pk, source="web",
        by=CITIZEN, now=TUESDAY_NINE - timedelta(days=1),
    )  # fmt: skip
    booking.cancel(code=row.code, by=CITIZEN, now=TUESDAY_NINE - timedelta(hours=12))

    with pytest.raises(Refused) as over:
        check_in.by_code(hall=halls.other_hall, code=row.code, by=CITIZEN, now=TUESDAY_NINE, channel="kiosk")

    assert (over.value.slug, over.value.facts["state"]) == ("wrong-state", "cancelled")


# --- by the card, where the window compared it ------------------------------------------------------------------------

CARD, CODE = "到了在取号机刷同一张证件，或扫号票上、链接里的码", "到了在取号机扫号票上或链接里的码"


def from_window(town: Town, holder: str, seen: str, person: int | None = 30) -> Ticket:
    """A number called to a window, which compared the card with what came of it, and sent it on."""
    who = town.person(person).pk if person is not None else None
    old = tickets.issue(
        tickets.Take(
            item_code="pension", person_id=who, limit_key=holder, channel="kiosk", by=CITIZEN, contact=STRANGER
        ),
        hall=town.hall,
        now=TUESDAY_NINE,
    )
    clerk = {"staff_id": town.clerk.pk, "now": TUESDAY_NINE}
    tickets.sign_in(window_code="town-01", **clerk)
    tickets.call_next(window_code="town-01", **clerk)
    if seen == "fits":
        tickets.identity_checked(ref=old.ref, id_number=town.person(30).id_number, **clerk)
    elif seen != "not looked at":
        tickets.identity_checked(ref=old.ref, ok=False, **clerk)
    if seen == "differs, allowed":
        tickets.override_mismatch(ref=old.ref, why="领导同意", **clerk)
    return redirect.to_hall(ref=old.ref, hall="other", by=CLERK, now=TUESDAY_NINE)


def told() -> str:
    messaging.drain(channels={"sms": Spy()}, now=TUESDAY_NINE)
    return Message.objects.get(key="redirected").text


def slip_in_hand(town: Town) -> Ticket:
    code = queries.qr_text(Ticket.objects.get(state="redirected").ref)
    return check_in.by_code(hall=town.other_hall, code=code, by=CITIZEN, now=ELEVEN, channel="kiosk")


@pytest.mark.django_db
def test_what_the_window_saw_is_as_good_as_the_chip_in_the_other_hall(halls: Town):
    new = from_window(halls, typed_holder(), "fits")
    said, onward = told(), redirect.sent_on(Ticket.objects.get(state="redirected").ref)

    mine = by_card(halls, ELEVEN)

    assert (mine.pk, mine.state, mine.limit_key, mine.ref) == (new.pk, "waiting", "", new.ref)
    assert (CARD in said, onward is not None and onward.card) == (True, True)
    assert slip_in_hand(halls).pk == mine.pk


@pytest.mark.django_db
@pytest.mark.parametrize("seen", ["not looked at", "differs, allowed"])
def test_what_no_window_saw_is_not_promised_to_the_card_which_says_what_is_needed(halls: Town, seen: str):
    new = from_window(halls, typed_holder(), seen)
    said, onward = told(), redirect.sent_on(Ticket.objects.get(state="redirected").ref)

    with pytest.raises(Refused) as refused:
        by_card(halls, ELEVEN)

    title, detail = words(refused.value.refusal)
    assert (CODE in said, "证件" in said, onward is not None and onward.card) == (True, False, False)
    assert (refused.value.slug, title) == ("nothing-found", "有一个号转到了这里")
    assert "扫号票上的码" in detail
    assert (slip_in_hand(halls).pk, Ticket.objects.get(pk=new.pk).state) == (new.pk, "waiting")


@pytest.mark.django_db
def test_a_number_of_nobody_known_is_shown_by_its_code_alone(halls: Town):
    from_window(halls, "", "not looked at", person=None)

    said = told()

    assert (CODE in said, "证件" in said) == (True, False)


@pytest.mark.django_db
@pytest.mark.parametrize(("whose", "promised"), [("the person's own name", True), ("陌生人", False)])
def test_a_booking_somebody_made_is_promised_to_the_card_in_its_name_alone(halls: Town, whose: str, promised: bool):
    made = declared(halls, halls.person(30).name if promised else whose)
    sent_on_as(halls, made.limit_key, made)

    assert (CARD in told()) == promised


@pytest.mark.django_db
def test_a_card_for_which_nobody_is_expected_hears_nothing_of_one_sent_on(halls: Town):
    from_window(halls, typed_holder(), "not looked at", person=31)

    with pytest.raises(Refused) as refused:
        by_card(halls, ELEVEN)

    assert "sent_on" not in refused.value.facts
