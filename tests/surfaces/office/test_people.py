"""People put right at the window: who may, on what proof, and what stays on the trail."""

from __future__ import annotations

import pytest

from banshi.kernel.evidence import Evidence
from banshi.rooms.audit.models import Entry
from banshi.rooms.audit.queries import trail
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity.actions import enrol, name_index
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.tickets.actions import Take, issue
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import contact_of
from tests.surfaces.office.editing import booked, manager, office, signed_in  # noqa: F401 – fixtures
from tests.town import CLERK, TUESDAY_NINE

SEEN = {"why": "换证", "card_seen": "on"}


def wrong(office):  # noqa: F811
    """Somebody whose document a stranger typed first, under another name."""
    from tests.surfaces.api.conftest import person

    typed = person(5)
    made = enrol(name="陌生人", id_type="resident_id", id_number=typed["id_number"], now=TUESDAY_NINE)
    return made, typed


def test_a_person_is_found_by_the_whole_document_and_each_look_is_traced(manager, office):  # noqa: F811
    made, typed = wrong(office)

    found = manager.post("/office/town/people/find", {"q": typed["id_number"]})
    nobody = manager.post("/office/town/people/find", {"q": typed["id_number"][:12]})

    assert (found.status_code, nobody.status_code) == (200, 404)
    assert [person.pk for person, _ in found.context["found"]] == [made.pk]
    assert Entry.objects.filter(action="looked", subject=f"person:{made.pk}").count() == 1


def test_an_id_alone_opens_nobody_who_has_nothing_to_do_with_the_hall(manager, office):  # noqa: F811
    made, typed = wrong(office)
    href = manager.post("/office/town/people/find", {"q": typed["id_number"]}).context["found"][0][1]

    assert manager.get(f"/office/town/people/{made.pk}/").status_code == 404
    assert manager.get(href).status_code == 200
    assert manager.get(href.replace("/town/", "/other/")).status_code == 403


@pytest.mark.parametrize("without", ["why", "card_seen"])
def test_a_name_is_corrected_with_the_card_seen_and_a_reason_only(manager, office, without):  # noqa: F811
    made, typed = wrong(office)
    href = manager.post("/office/town/people/find", {"q": typed["id_number"]}).context["found"][0][1]
    path, key = href.split("?k=")

    half = manager.post(f"{path}name", {"k": key, "name": "众五", **{k: v for k, v in SEEN.items() if k != without}})
    whole = manager.post(f"{path}name", {"k": key, "name": "众五", **SEEN})

    made.refresh_from_db()
    assert (half.status_code, whole.status_code) == (422, 302)
    assert (made.name, made.name_evidence, made.name_index) == ("众五", Evidence.WINDOW, name_index("众五"))
    (entry,) = trail(action="name_corrected")
    assert entry.facts == {"evidence": 3, "was": 0, "why": "换证"}  # no names on the trail


def test_a_telephone_is_bound_by_a_code_told_and_its_account_is_proven(manager, office, monkeypatch):  # noqa: F811
    from banshi.rooms.identity import actions

    codes: list[str] = []
    real = actions.new_code
    monkeypatch.setattr(actions, "new_code", lambda **asked: codes.append(real(**asked)) or codes[-1])
    person = booked(office, "2026-03-11 09:00").person
    path = f"/office/town/people/{person.pk}/"
    manager.post(f"{path}phone", {"phone": "13700137000"})

    wrong_code = manager.post(f"{path}phone", {"act": "code", "code": "000000", **SEEN})
    right = manager.post(f"{path}phone", {"act": "code", "code": codes[0], **SEEN})

    person = Person.objects.get(pk=person.pk)
    account = Account.objects.get(person=person)
    assert (wrong_code.status_code, right.status_code) == (409, 302)
    assert (person.phone, person.phone_evidence) == ("+8613700137000", Evidence.WINDOW)
    assert (account.phone, account.person_evidence) == ("+8613700137000", Evidence.WINDOW)


@pytest.mark.parametrize("state", ["waiting", "serving"])
def test_a_number_told_to_another_telephone_is_offered_and_moved(manager, office, state):  # noqa: F811
    """Nothing is booked: it was taken with the card, and a telephone that is lost since."""
    person = booked(office, "2026-03-11 09:00").person
    Appointment.objects.all().delete()
    Person.objects.filter(pk=person.pk).update(phone="+8613700137000", phone_index=phone_index("+8613700137000"))
    number = issue(
        Take(category_code="A", person_id=person.pk, channel="api", by=CLERK, contact="+8613900000000"),
        hall=office.hall,
        now=TUESDAY_NINE,
    )
    if state == "serving":
        Ticket.objects.filter(pk=number.pk).update(state="serving", window=office.hall.windows.first())
    href = manager.post("/office/town/people/find", {"q": person.id_number}).context["found"][0][1]

    before = manager.get(href)
    path, said = f"/office/town/people/{person.pk}/messages", {"k": before.context["key"], "why": "手机丢了"}
    unseen = manager.post(path, said)
    manager.post(path, {**said, "card_seen": "on"})

    row = Ticket.objects.get()
    assert (before.context["elsewhere"], "1 个预约或号的通知发往别的号码。" in before.content.decode()) == (1, True)
    assert (unseen.status_code, contact_of(row)) == (422, "+8613700137000")
    # At a window its clerk knows it by its ref: it ends when the number is in line again.
    assert (row.ref == number.ref, row.renew_on_return) == (state == "serving", state == "serving")
    assert manager.get(href).context["elsewhere"] == 0


def test_a_telephone_is_taken_off_and_its_account_is_nobodys_own_any_more(manager, office):  # noqa: F811
    person = booked(office, "2026-03-11 09:00").person
    Account.objects.create(
        phone=person.phone, phone_index="own", created_at=TUESDAY_NINE, person=person, person_evidence=Evidence.WINDOW
    )

    manager.post(f"/office/town/people/{person.pk}/phone", {"act": "clear", **SEEN})

    person.refresh_from_db()
    assert (person.phone, Account.objects.get().person_id) == (None, None)


def test_a_clerk_puts_nobody_right(office):  # noqa: F811
    clerk = signed_in(office.clerk)

    assert clerk.get("/office/town/people/").status_code == 403
