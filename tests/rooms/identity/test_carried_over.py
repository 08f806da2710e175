"""What an installation had before evidence is carried over."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

from django.db import connection

from banshi.rooms.booking.actions import place
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity.actions import add_to_account, name_index
from banshi.rooms.identity.models import Account, AccountPerson, Person
from tests.town import CITIZEN, TUESDAY_NINE, Town


def test_telephones_move_from_people_to_what_they_have_booked(town: Town) -> None:
    account = Account.objects.create(phone="+8613900139000", phone_index="x", created_at=TUESDAY_NINE)
    add_to_account(account_id=account.pk, person_id=town.person(1).pk, name="旧", now=TUESDAY_NINE)
    booked = place(
        slot_id=town.slot().pk,
        item_code="pension",
        person_id=town.person(1).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )
    Appointment.objects.update(contact=None, contact_index="", name=None, name_index="", holder="", limit_key="")
    AccountPerson.objects.update(name=None)
    Person.objects.update(name_index="as typed")
    number, name = town.person(1).phone, town.person(1).name

    ground = SimpleNamespace(connection=connection)
    import_module("banshi.rooms.booking.migrations.0003_evidence").keep(None, ground)
    import_module("banshi.rooms.identity.migrations.0003_names_and_phones").refold(None, ground)

    row = Appointment.objects.get(pk=booked.pk)
    person = Person.objects.get(pk=town.person(1).pk)
    assert (row.contact, row.contact_index, row.name) == (number, town.person(1).phone_index, name)
    assert (row.holder, row.limit_key, row.name_index) == ("account:1", "account:1", name_index(name))
    assert (person.phone, person.phone_index, person.name_index) == (None, None, name_index(name))
    assert [each.name for each in AccountPerson.objects.all()] == [name]


def test_strikes_move_to_who_booked_and_a_visit_counts_once(town: Town) -> None:
    from banshi.rooms.booking.actions import place_several, sweep_no_shows
    from banshi.rooms.booking.models import LedgerEntry, Suspension
    from tests.town import at

    made = place_several(
        slot_id=town.slot().pk, item_codes=["pension", "medical"], person_id=town.person(1).pk, source="web", by=CITIZEN,
        now=TUESDAY_NINE,
    )  # fmt: skip
    sweep_no_shows(now=at("2026-03-11 10:00"))
    first = LedgerEntry.objects.get()
    LedgerEntry.objects.update(party="", visit="")
    second = LedgerEntry.objects.create(
        person=town.person(1), scope="town", kind="no_show", on=first.on, at=first.at, appointment=made[1]
    )
    bar = Suspension.objects.create(
        person=town.person(1),
        scope="town",
        reason="no_shows",
        from_on=first.on,
        until_on=first.on,
        made_at=TUESDAY_NINE,
    )
    decided = Suspension.objects.create(
        person=town.person(2), scope="town", reason="manual", from_on=first.on, until_on=first.on, made_at=TUESDAY_NINE
    )
    LedgerEntry.objects.update(used_by=bar)

    import_module("banshi.rooms.booking.migrations.0007_who_credit_falls_on").carry(
        None, SimpleNamespace(connection=connection)
    )

    for row in (first, second, bar, decided):
        row.refresh_from_db()
    assert (first.party, first.visit, first.forgiven_at) == ("account:1", made[0].visit_group, None)
    assert (second.party, second.visit, second.forgiven_at is None) == ("account:1", "", False)
    assert (bar.party, bar.lifted_by) == ("account:1", "system")
    assert (decided.party, decided.lifted_at) == (f"person:{town.person(2).pk}", None)
