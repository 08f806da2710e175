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
