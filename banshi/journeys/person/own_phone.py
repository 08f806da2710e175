"""A person's own telephone: proven at the kiosk by card and code, and where their messages go after one was lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.queries import joining as bookings
from banshi.rooms.cases.actions import reached as cases
from banshi.rooms.devices.actions import use as machines
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.actions.correcting import Former
from banshi.rooms.identity.models import Account
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.queries import contact

_NONE = {"zh": "还没有核验过的本人手机号", "en": "No telephone of the person's own is proven yet"}


def prove(*, person_id: int, phone: str, code: str, browser: str, by: Actor, now: datetime) -> int:
    """The card was read, and a code answered: the account of this telephone is the person's own, and told of the numbers
    they stand with.

    :returns: how many numbers in line have a new code: their slips are printed anew.
    :raises Refused: phone-invalid, code-wrong, rate-limited.
    """
    account = identity.use_code(phone=phone, code=code, browser=browser, now=now)
    with transaction.atomic():
        former = identity.prove_account(person_id=person_id, account=account, evidence=Evidence.CHIP, by=by, now=now)
        machines.used_by([_contact(person_id, by, now)], now=now)
        return _follow(person_id, former, by=by, now=now)


def _contact(person_id: int, by: Actor, now: datetime) -> machines.Used:
    """联系方式: changed at a machine, of one person once a day; its key tells nobody whose."""
    return machines.Used(by, "contact", blind_index(f"{person_id}:{now:%Y-%m-%d}", purpose="machine-use"))


@transaction.atomic
def bind(*, person_id: int, account: Account, why: str, card_seen: bool, by: Actor, now: datetime) -> int:
    """The same at a window, where a clerk saw the card and the person said the code.

    :returns: as `prove`.
    :raises Refused: invalid (reason, card), nothing-found.
    """
    former = identity.bind_phone(person_id=person_id, account=account, why=why, card_seen=card_seen, by=by, now=now)
    return _follow(person_id, former, by=by, now=now)


@transaction.atomic
def clear(*, person_id: int, why: str, card_seen: bool, by: Actor, now: datetime) -> int:
    """The telephone is the person's no more: what they booked with it is held by their document until they prove another.

    :returns: as `prove`.
    :raises Refused: invalid (reason, card), nothing-found.
    """
    former = identity.clear_phone(person_id=person_id, why=why, card_seen=card_seen, by=by, now=now)
    return _follow(person_id, former, by=by, now=now)


def _follow(person_id: int, former: Sequence[Former], *, by: Actor, now: datetime) -> int:
    before = {each.account_id: (each.phone, each.evidence) for each in former}
    own, phone = people.account_proven(person_id), people.phone_of(person_id=person_id)
    booking.follow_account(person_id=person_id, before=before, account_id=own, phone=phone, now=now)
    phones = [each.phone for each in former]
    renewed = tickets.leave_telephone(person_id=person_id, before=phones, phone=phone, by=by, now=now)
    if phone:
        tickets.connect(person_id=person_id, phone=phone, by=by, now=now)
    people.forget_epochs()
    return renewed


@transaction.atomic
def move_messages(*, person_id: int, why: str = "", by: Actor, now: datetime) -> int:
    """Messages about what is booked and waited for go to the proven telephone: the one given with it is lost, and its links
    end.

    :returns: how many numbers in line have a new code: their slips are printed anew.
    :raises Refused: invalid – no telephone is proven.
    """
    phone = people.phone_of(person_id=person_id)
    if not phone:
        raise Refused("invalid", facts={"field": "phone", "reason": _NONE})
    booked = booking.send_to(person_id=person_id, phone=phone, now=now)
    numbers, renewed = tickets.send_to(person_id=person_id, phone=phone, by=by, now=now)
    machines.used_by([_contact(person_id, by, now)], now=now)
    facts = {"bookings": booked, "numbers": numbers, "why": why[:200]}
    audit.record(action="contact_moved", subject=f"person:{person_id}", by=by, now=now, hall=by.hall or "", facts=facts)
    return renewed


@transaction.atomic
def change_number(*, account_id: int, phone: str, by: Actor, now: datetime) -> None:
    """The account's new telephone (换绑手机): the caller has seen codes from it and from the one of before. Messages of what
    was booked with that, and of cases, go to the new one, too, else they would go to whoever is given the old number next.

    :raises Refused: phone-invalid; invalid, where the number has an account of its own.
    """
    before = identity.change_number(account_id=account_id, phone=phone, by=by, now=now)
    number, person = people.phone_of(account_id=account_id), people.proven_person(account_id)
    if number and number != before:
        booking.follow_number(account_id=account_id, before=before, phone=number, now=now)
        tickets.follow_number(account_id=account_id, person_id=person, before=before, phone=number, now=now)
        named = {each.pk: each.name for each in people.people_of(account_id)}
        cases.follow_number(account_id=account_id, person_id=person, named=named, before=before, phone=number)


def told_elsewhere(*, person_id: int, phone_index: str, now: datetime) -> int:
    """Bookings still to come, and numbers in line, whose messages go to another telephone than this one."""
    return bookings.told_elsewhere(person_id, phone_index, now=now) + contact.told_elsewhere(
        person_id, phone_index, now=now
    )
