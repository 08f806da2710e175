"""What is booked on one entry of a person goes over to the other one (identity/actions/joining.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from banshi.kernel.refusals import Refused
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.telling import subject_of
from banshi.rooms.booking.actions.whose_wait import OPEN, take_over
from banshi.rooms.booking.actions.writing import SAME_TIME
from banshi.rooms.booking.models import LIVE, Appointment, Hold, LedgerEntry, Suspension, Waiting
from banshi.rooms.booking.queries.joining import named_alike
from banshi.rooms.booking.queries.mandated import is_agents
from banshi.rooms.identity import queries as people
from banshi.rooms.messaging import actions as messaging

# person:7 → person:5, key:3/7 → key:3/5; an account's own credit stays the account's.
PARTY_SQL = """
UPDATE {table} SET person_id = %(keep)s, party = CASE
    WHEN party = 'person:' || %(other)s THEN 'person:' || %(keep)s
    WHEN party LIKE '%%/' || %(other)s THEN left(party, -length('/' || %(other)s)) || '/' || %(keep)s
    ELSE party END
WHERE person_id = %(other)s
"""


def lock_bookings(person_id: int) -> None:
    """Make whoever changes one of these wait; taken before the entries themselves, as checking in takes them."""
    rows = Appointment.objects.select_for_update(no_key=True).filter(person_id=person_id, state__in=LIVE)
    list(rows.order_by("id").values_list("id"))


@transaction.atomic
def hand_over(*, from_person: int, to_person: int, name_index: str | None = None, now: datetime) -> list[int]:
    """Bookings, places in waiting lists, and credit of one entry go to the other.

    :param name_index: only what was booked in this name: the number was typed wrongly, and may be somebody else's.
    :returns: ids of the appointments that went over.
    :raises Refused: same-time, limit-half-day – two live bookings that one person cannot have.
    """
    rows = Appointment.objects.filter(person_id=from_person)
    rows = rows if name_index is None else named_alike(rows, name_index)
    ids = list(rows.order_by("id").values_list("id", flat=True))
    try:
        with transaction.atomic():
            Appointment.objects.filter(id__in=ids).update(person_id=to_person)
    except IntegrityError as trouble:
        raise Refused("same-time" if SAME_TIME in str(trouble) else "limit-half-day") from trouble
    if name_index is not None:
        LedgerEntry.objects.filter(appointment_id__in=ids).update(person_id=to_person)
        return ids
    _wait_once(from_person, to_person, now=now)
    values = {"keep": to_person, "other": from_person}
    with connection.cursor() as cursor:
        for table in (LedgerEntry._meta.db_table, Suspension._meta.db_table):
            cursor.execute(PARTY_SQL.format(table=table), values)
    Waiting.objects.filter(person_id=from_person).exclude(state="left").update(person_id=to_person)
    Hold.objects.filter(person_id=from_person).update(person_id=to_person)
    return ids


def _wait_once(from_person: int, to_person: int, *, now: datetime) -> None:
    """Of two places in one line one stays: the one that a period is offered to, else the earlier. Where both have an offer,
    the other's period is free again at once (the next look at what ran out gives it on)."""
    rows = Waiting.objects.select_for_update(no_key=True).filter(
        person__in=[from_person, to_person], state__in=OPEN, appointment=None
    )
    lines = defaultdict(list)
    for one in rows.order_by("id"):
        lines[one.hall_id, one.business, one.day, one.limit_key].append(one)
    for line in lines.values():
        for one in sorted(line, key=lambda each: (each.state != "offered", each.made_at, each.pk))[1:]:
            Waiting.objects.filter(id=one.pk).update(state=rules.WAITING.to("leave"))
            if one.hold_id is not None:
                Hold.objects.filter(id=one.hold_id, ended_at=None).update(expires_at=now)
            messaging.drop(subject=f"waiting:{one.pk}", now=now)


@transaction.atomic
def send_to(*, person_id: int, phone: str, now: datetime) -> int:
    """The messages of what a person has booked go to another number from now on; those still due, too. The links that went to
    the telephone of before open nothing any more: it was lost, or never theirs. Nor those of what is over, which can be booked
    again. What an agent booked stays told to the agent, who comes with the papers.

    :param phone: E.164; the caller has proof of it and of the person.
    :returns: how many bookings still to come.
    """
    rows = Appointment.objects.select_for_update(no_key=True).filter(person_id=person_id)
    elsewhere = rows.exclude(contact_index=messaging.phone_index(phone)).order_by("id")
    theirs = [row for row in elsewhere if row.contact != phone and not is_agents(row, now=now)]
    return _send(theirs, phone, now=now)


@transaction.atomic
def follow_number(*, account_id: int, before: str, phone: str, now: datetime) -> int:
    """What the account booked with its number of before is told to its new one; what was given another number keeps that.

    :returns: how many bookings still to come.
    """
    rows = Appointment.objects.select_for_update(no_key=True).filter(account_id=account_id)
    return _send(list(rows.filter(contact_index=messaging.phone_index(before)).order_by("id")), phone, now=now)


def _send(mine: Sequence[Appointment], phone: str, *, now: datetime) -> int:
    for row in mine:
        row.contact, row.contact_index = phone, messaging.phone_index(phone)
        row.link_turn += 1
        row.save(update_fields=["contact", "contact_index", "link_turn"])
    messaging.send_elsewhere(subjects={subject_of(row.code): {"turn": row.link_turn} for row in mine}, phone=phone)
    return sum(row.stands and row.ends_at > now for row in mine)


@transaction.atomic
def follow_account(
    *, person_id: int, before: Mapping[int, tuple[str, int]], account_id: int | None, phone: str | None, now: datetime
) -> int:
    """What a person booked and waits for with accounts that are theirs no more goes to the one that is now, as does what
    nobody's account held since the last was taken away, and what they had only declared with the new one. Whoever holds the
    telephone of before steers it no more.

    :param before: telephone (E.164) and evidence of the accounts that were the person's own, by id.
    :param account_id: and `phone`: of their own account now; None where they have none: it is their document's alone.
    :returns: how many bookings still to come.
    """
    if account_id is not None:
        _own_at_last(person_id, account_id, now=now)
    whose, waits_of = Q(account_id__in=list(before)), Q(account_id__in=list(before))
    if account_id is not None:
        whose |= Q(account_id=None, holder__in=[rules.OWN, rules.PASSED_ON])
        waits_of |= Q(account_id=None)
    rows = Appointment.objects.select_for_update(no_key=True).filter(whose, person_id=person_id, limit_key="")
    mine = list(rows.order_by("id"))
    for row in mine:
        old, evidence = before.get(row.account_id or 0, ("", row.evidence))
        row.evidence = max(row.evidence, evidence)
        row.account_id, row.holder = account_id, f"account:{account_id}" if account_id is not None else rules.OWN
        row.link_turn += 1
        if row.contact == old or not row.contact:
            row.contact, row.contact_index = phone, messaging.phone_index(phone) if phone else ""
        row.save(update_fields=["account_id", "holder", "evidence", "contact", "contact_index", "link_turn"])
        if row.contact is None:
            messaging.drop(subject=subject_of(row.code), now=now)
    moved = [row for row in mine if phone is not None and row.contact == phone]
    if phone is not None:
        messaging.send_elsewhere(subjects={subject_of(row.code): {"turn": row.link_turn} for row in moved}, phone=phone)
    waits = Waiting.objects.filter(waits_of, person_id=person_id, limit_key="", state__in=OPEN)
    for wait in waits.order_by("id"):
        take_over(wait.pk, account_id=account_id, now=now)
    return sum(row.stands and row.ends_at > now for row in mine)


def _own_at_last(person_id: int, account_id: int, *, now: datetime) -> None:
    """What an account declared of its own person, in no other name, before the card said so: theirs by evidence, as long as
    nothing that is theirs already stands in its way."""
    evidence = int(people.proven_by(account_id, person_id))
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True).filter(
        person_id=person_id, account_id=account_id, limit_key=f"account:{account_id}", state__in=LIVE, ends_at__gt=now
    )
    for row in rows.select_related("person").order_by("id"):
        if row.name_index not in ("", row.person.name_index):  # a mistyped document, perhaps: somebody else comes
            continue
        with suppress(IntegrityError), transaction.atomic():
            Appointment.objects.filter(pk=row.pk).update(limit_key="", evidence=max(row.evidence, evidence))
    waits = Waiting.objects.select_for_update(no_key=True).filter(
        person_id=person_id, account_id=account_id, limit_key=f"account:{account_id}", state__in=OPEN
    )
    for wait in waits.order_by("id"):
        with suppress(IntegrityError), transaction.atomic():
            Waiting.objects.filter(pk=wait.pk).update(limit_key="")
