"""The guide on the floor: one field finds numbers and bookings of today; every deed is an ordinary one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.foundation import clock
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.models import Miss, Ticket
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import office, signed_in, slot_at, staff_with  # noqa: F401 – fixtures
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE, at, build_town

pytestmark = pytest.mark.django_db
HERE = "/office/town/guide/"


@pytest.fixture
def guide(office: Any) -> Any:  # noqa: F811
    return signed_in(staff_with("guide", "guide"))


def number_of(person: Any) -> str:
    return str(type(person).objects.get(pk=person.pk).id_number)


def booked(town: Any, starts: str, person: int) -> Any:
    """Yesterday, for today."""
    return booking.place(
        slot_id=slot_at(town, starts).pk, item_code="pension", person_id=town.person(person).pk, source="web",
        by=CITIZEN, now=at("2026-03-09 10:00"),
    )  # fmt: skip


def take(town: Any, person: Any = None, lane: str = "", category: str = "A") -> Ticket:
    return tickets.issue(
        tickets.Take(
            category_code=category, person_id=person.pk if person else None, lane=lane, channel="kiosk", by=CITIZEN
        ),
        hall=town.hall,
        now=TUESDAY_NINE,
    )


def test_a_document_finds_numbers_and_bookings_masked_and_the_look_is_traced(guide, office):  # noqa: F811
    appointment = booked(office, "2026-03-10 11:00", person=1)
    person = office.person(1)
    ticket = take(office, person, category="B", lane="disabled")

    page = guide.post(f"{HERE}find", {"q": number_of(person)}).content.decode()

    assert [text in page for text in (ticket.number, appointment.code, "优先：")] == [True, True, True]
    assert [text in page for text in (person.name, number_of(person))] == [False, False]
    assert Entry.objects.filter(action="looked", subject=f"person:{person.pk}").count() == 1


@pytest.mark.parametrize("lower", [False, True])
def test_a_number_or_a_reference_finds_them_too(guide, office, lower):  # noqa: F811
    appointment = booked(office, "2026-03-10 11:00", person=1)
    ticket = take(office, office.person(2))

    for text in (ticket.number, appointment.code):
        page = guide.post(f"{HERE}find", {"q": text.lower() if lower else text}).content.decode()
        assert text in page


def test_a_number_of_another_hall_is_not_found(guide, office):  # noqa: F811
    other = signed_in(staff_with("other-guide", "guide", "hall", "other"))
    ticket = take(office, office.person(1))

    assert other.post("/office/other/guide/find", {"q": ticket.number}).status_code == 404
    assert other.post(f"{HERE}find", {"q": ticket.number}).status_code == 403


def test_a_missed_number_is_put_back_by_its_halls_guide_alone(guide, office):  # noqa: F811
    other = signed_in(staff_with("other-guide", "guide", "hall", "other"))
    ticket = take(office, office.person(1))
    Ticket.objects.filter(pk=ticket.pk).update(state="missed")

    theirs = other.post("/office/other/guide/back", {"ref": ticket.ref})
    mine = guide.post(f"{HERE}back", {"ref": ticket.ref})

    assert (theirs.status_code, mine.status_code) == (403, 302)
    assert (Ticket.objects.get(pk=ticket.pk).state, mine["Location"]) == ("waiting", f"{HERE}?number={ticket.number}")


def test_a_number_is_given_to_whoever_was_found(guide, office):  # noqa: F811
    person = office.person(2)
    one = guide.post(f"{HERE}find", {"q": number_of(person)}).context["found"][0]
    what = {"what": "item:pension", "lane": "disabled", "person": person.pk}

    by_id_alone = guide.post(f"{HERE}give", {**what, "k": "x"})
    given = guide.post(f"{HERE}give", {**what, "k": one.key})

    ticket = Ticket.objects.select_related("item").get()
    assert (by_id_alone.status_code, given.status_code) == (404, 302)
    assert ticket.item is not None
    assert (ticket.person_id, ticket.item.code, ticket.lane, ticket.channel) == (
        person.pk,
        "pension",
        "disabled",
        "staff",
    )


def test_a_matter_is_found_by_words_and_given_by_one_press(guide):
    found = guide.get(f"{HERE}items", {"q": "ylbx"}).content.decode()
    nothing = guide.get(f"{HERE}items", {"q": "月亮"}).content.decode()

    given = guide.post(f"{HERE}give", {"item": "pension", "what": "", "q": "ylbx"})

    assert ('name="item" value="pension"' in found, "没有找到" in nothing) == (True, True)
    assert (given.status_code, Ticket.objects.get().item.code) == (302, "pension")


def test_a_number_that_is_not_found_stays_in_the_field(guide):
    page = guide.post(f"{HERE}find", {"q": "11010119900307888X"})

    assert (page.status_code, 'value="11010119900307888X"' in page.content.decode()) == (404, True)


def test_somebody_unnamed_gets_a_number_of_a_category(guide):
    answer = guide.post(f"{HERE}give", {"what": "category:B"})

    assert guide.get(answer["Location"]).status_code == 200
    assert (Ticket.objects.get().number, Ticket.objects.get().person) == ("B001", None)


@pytest.mark.parametrize("what", ["", "category:", "nothing", "item:none", "category:NOPE"])
def test_nothing_is_given_for_what_is_not_there(guide, what):
    assert guide.post(f"{HERE}give", {"what": what}).status_code in (404, 409, 422)
    assert Ticket.objects.count() == 0


def test_an_appointment_is_checked_in(guide, office):  # noqa: F811
    appointment = booked(office, "2026-03-10 09:00", person=1)

    answer = guide.post(f"{HERE}check-in", {"code": appointment.code})

    assert (answer.status_code, Ticket.objects.get().appointment_id) == (302, appointment.pk)


def test_too_early_is_said_on_the_page(guide, office):  # noqa: F811
    appointment = booked(office, "2026-03-10 11:00", person=1)

    answer = guide.post(f"{HERE}check-in", {"code": appointment.code})

    assert (answer.status_code, Ticket.objects.count()) == (409, 0)
    assert [each.person.pk for each in answer.context["found"]] == [appointment.person_id]


def test_from_when_it_is_possible_is_said_once_and_by_today(guide, office):  # noqa: F811
    appointment = booked(office, "2026-03-10 11:00", person=1)

    page = guide.post(f"{HERE}check-in", {"code": appointment.code}).content.decode()

    shown = page.split("data-refusal>")[1].split("</section>")[0]
    assert (shown.count("10:45"), "今天 10:45" in shown, "最早" in shown) == (1, True, False)


def test_after_a_refusal_the_person_still_stands_on_the_page(guide, office):  # noqa: F811
    person = office.person(2)
    key = guide.post(f"{HERE}find", {"q": number_of(person)}).context["found"][0].key

    answer = guide.post(f"{HERE}give", {"what": "", "person": person.pk, "k": key})

    assert (answer.status_code, answer.context["unnamed"]) == (422, False)


def test_a_document_nobody_is_known_by_finds_nothing(guide):
    unknown = generate_resident_id("441900", TUESDAY_NINE.date().replace(year=1980), 9)

    assert guide.post(f"{HERE}find", {"q": unknown}).status_code == 404


def test_the_search_costs_the_same_however_much_somebody_has(guide, office):  # noqa: F811
    person = office.person(1)
    asked = {"q": number_of(person)}
    take(office, person)
    booked(office, "2026-03-10 11:00", person=1)
    guide.post(f"{HERE}find", asked)
    with CaptureQueriesContext(connection) as few:
        guide.post(f"{HERE}find", asked)
    take(office, person, category="B")
    guide.post(f"{HERE}find", asked)

    with CaptureQueriesContext(connection) as more:
        guide.post(f"{HERE}find", asked)

    assert len(more) == len(few)


def test_each_deed_sent_twice_is_done_once(guide, office):  # noqa: F811
    appointment = booked(office, "2026-03-10 09:00", 2)
    token = {"csrfmiddlewaretoken": "g" * 64}

    for path, sent in [("give", {"what": "category:A"}), ("check-in", {"code": appointment.code})]:
        first = guide.post(f"{HERE}{path}", sent | token)
        second = guide.post(f"{HERE}{path}", sent | token)
        assert (first.status_code, second["Location"]) == (302, first["Location"])

    assert Ticket.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_put_back_pressed_by_two_at_once_is_one_deed_and_nobody_is_refused(transactional_db: Any):
    town = build_town()
    open_town(town)
    clock.set_clock(now=TUESDAY_NINE, speed=0)
    ticket = take(town)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    tickets.miss(ref=ticket.ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)
    browsers = [signed_in(staff_with(f"guide-{i}", "guide")) for i in range(4)]

    answers = together(4, lambda i: browsers[i].post(f"{HERE}back", {"ref": ticket.ref}))

    clock.forget()
    assert [each.status_code for each in answers] == [302] * 4
    assert [miss.reinstated_at is not None for miss in Miss.objects.all()] == [True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["give", "check-in", "book"])
def test_a_button_pressed_twice_at_once_is_one_deed(office, deed):  # noqa: F811
    staff = staff_with("guide", "guide")
    fingers = [signed_in(staff), signed_in(staff)]
    path, sent = f"{HERE}{deed}", {}
    if deed == "give":
        sent = {"what": "category:A"}
    elif deed == "check-in":
        sent = {"code": booked(office, "2026-03-10 09:00", 2).code}
    else:
        path, sent = "/office/town/appointments/new", for_somebody_without_a_phone(office)
    sent["csrfmiddlewaretoken"] = "g" * 64

    first, second = together(2, lambda i: fingers[i].post(path, sent))

    assert (first.status_code, second.status_code, first["Location"]) == (302, 302, second["Location"])
    made = {"give": (1, 0), "check-in": (1, 1), "book": (0, 1)}[deed]
    assert (Ticket.objects.count(), Appointment.objects.count()) == made


def test_a_number_stands_on_paper_again_without_the_key_that_rates(guide, office):  # noqa: F811
    ticket = take(office, office.person(2), lane="disabled")

    paper = guide.get(f"{HERE}numbers/{ticket.ref}/paper")

    assert paper.status_code == 200
    assert ticket.number in paper.text
    assert paper.context["qr"].endswith(f"/t/{ticket.ref}")
    assert Entry.objects.filter(action="looked", subject=f"ticket:{ticket.ref}").count() == 1


def test_a_number_or_booking_of_another_hall_is_not_printed_here(office):  # noqa: F811
    other = signed_in(staff_with("other-guide", "guide", "hall", "other"))
    ticket, appointment = take(office), booked(office, "2026-03-10 09:00", 2)

    codes = [
        other.get(f"/office/other/guide/numbers/{ticket.ref}/paper").status_code,
        other.get(f"/office/other/appointments/{appointment.code}/paper").status_code,
    ]

    assert codes == [404, 404]


def for_somebody_without_a_phone(town: Any) -> dict[str, str]:
    slot = slot_at(town, "2026-03-11 10:00")
    person = town.person(4)
    type(person).objects.filter(pk=person.pk).update(phone=None, phone_index=None)
    return {
        "item": "pension", "slot": str(slot.pk), "name": person.name, "id_type": "resident_id",
        "id_number": number_of(person), "phone": "", "source": "staff", "why": "没有手机",
    }  # fmt: skip


def book_for(guide: Any, town: Any, **more: str) -> Any:
    return guide.post("/office/town/appointments/new", for_somebody_without_a_phone(town) | more)


def test_somebody_without_a_telephone_takes_the_booking_along_on_paper(guide, office):  # noqa: F811
    made = book_for(guide, office)

    appointment = Appointment.objects.get()
    paper = guide.get(made["Location"])
    assert made["Location"] == f"/office/town/appointments/{appointment.code}/paper"
    assert (appointment.contact, appointment.on_behalf_why, appointment.holder) == (None, "没有手机", "staff")
    assert appointment.code in paper.text
    assert office.person(4).name not in paper.text  # masked
    assert Message.objects.count() == 0


def test_who_is_on_the_telephone_gives_a_number(guide, office):  # noqa: F811
    assert book_for(guide, office, source="phone").status_code == 422
    assert Appointment.objects.count() == 0


def test_the_limits_hold_under_the_document_without_a_telephone_too(guide, office):  # noqa: F811
    first = book_for(guide, office)
    second = book_for(guide, office, slot=str(slot_at(office, "2026-03-11 11:00").pk))

    assert (first.status_code, second.status_code) == (302, 409)
    assert Appointment.objects.count() == 1


def test_the_guide_confirms_a_lane_with_one_press_and_the_number_goes_first_from_then(guide, office):  # noqa: F811
    """A typed year of birth sends nobody ahead of others; an elder without a card at the reader needs one look."""
    ahead = take(office)
    elder = take(office, lane="elderly")
    where = [Ticket.objects.order_by("rank_class", "rank_key", "id").values_list("number", flat=True)[0]]

    page = guide.get(HERE, {"number": elder.number}).content.decode()
    guide.post(f"{HERE}lane", {"ref": elder.ref})
    again = guide.post(f"{HERE}lane", {"ref": elder.ref})

    where += [Ticket.objects.order_by("rank_class", "rank_key", "id").values_list("number", flat=True)[0]]
    elder.refresh_from_db()
    assert ("看过证件，优先" in page, where, elder.lane_to_check) == (True, [ahead.number, elder.number], False)
    assert again.status_code == 302
    assert Entry.objects.filter(action="lane_confirmed", subject=f"ticket:{elder.ref}").count() == 1


def test_who_is_no_guide_of_the_hall_confirms_no_lane(guide, office):  # noqa: F811
    elder = take(office, lane="elderly")
    other = signed_in(staff_with("other-guide", "guide", scope="other"))

    other.post("/office/other/guide/lane", {"ref": elder.ref})

    elder.refresh_from_db()
    assert elder.lane_to_check


def test_a_number_that_the_guide_gives_an_elder_goes_first_at_once(guide, office):  # noqa: F811
    guide.post(f"{HERE}give", {"what": "category:A", "lane": "elderly"})

    ticket = Ticket.objects.get()
    assert (ticket.lane, ticket.lane_to_check, ticket.rank_class) == ("elderly", False, rules.RankClass.LANE)


def test_a_guide_books_for_several_who_come_together_where_the_matter_allows_it(guide, office):  # noqa: F811
    slot = slot_at(office, "2026-03-11 10:00")
    form = f"/office/town/appointments/new?item=pension&slot={slot.pk}"
    alone = guide.get(form).text
    HallItem.objects.filter(hall=office.hall, item__code="pension").update(most_persons=2)

    asked = guide.get(form).text
    wrong = book_for(guide, office, persons="3")
    made = book_for(guide, office, persons="2")

    slot.refresh_from_db()
    assert ('name="persons"' in alone, 'name="persons"' in asked) == (False, True)
    assert (wrong.status_code, made.status_code) == (422, 302)
    assert (Appointment.objects.get().persons, slot.taken) == (2, 2)
