"""What an agent booked passes to its client when the mandate is over: who can change it no more is not to answer for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions import telling, whose_wait
from banshi.rooms.booking.actions.inheriting import Client, client_of
from banshi.rooms.booking.models import Appointment, Waiting
from banshi.rooms.booking.queries.facts import hall_facts, item_words
from banshi.rooms.booking.queries.mandated import day_of
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as known
from banshi.rooms.identity.models import Agent, Mandate

SYSTEM = Actor(ActorKind.SYSTEM, "mandates")


def pass_on(*, now: datetime) -> int:
    """What agents booked under mandates that are over goes to the client's own account, or their proven telephone, and the
    client is told. Where there is neither it stays as it was booked, and is nobody's strike. A late run does the same.

    So does what the hall moved to a day after the mandate's last: at once, not at midnight. A suspension passes it on for
    good: its reason is that the hall trusts the agent no more. The mandates themselves rest, and what the agent books after
    its suspension is over is under them again.

    :returns: how many.
    """
    given = Mandate.objects.filter(
        agent__account_id=OuterRef("account_id"), person_id=OuterRef("person_id"), given_at__isnull=False
    )
    agents = Agent.objects.filter(account__isnull=False).values("account_id")
    rows = Appointment.objects.filter(
        Exists(given), account_id__in=agents, state=rules.State.BOOKED, limit_key="", evidence=0, ends_at__gt=now
    )
    return sum(_pass(row, now=now) for row in rows.select_related("item", "hall").order_by("id"))


def _pass(seen: Appointment, *, now: datetime) -> bool:
    """Whether it is the client's now. Of this and a new mandate whichever comes first counts."""
    assert seen.account_id is not None  # an agent's
    day, client = day_of(seen, now=now), client_of(seen, now=now)
    if client is None:
        return False
    with transaction.atomic():
        row = Appointment.objects.select_for_update(no_key=True).get(id=seen.pk)
        if row.state != rules.State.BOOKED or (row.account_id, row.day) != (seen.account_id, seen.day):
            return False
        try:
            identity.need_mandate(
                account_id=seen.account_id, person_id=row.person_id, item=seen.item.code, now=now, on=day
            )
        except Refused:
            why = known.why_over(seen.account_id, row.person_id, today=day)
            _hand_over(row, client, why=why, now=now)
            return True
    return False


def _hand_over(row: Appointment, client: Client, *, why: str, now: datetime) -> None:
    """To their account; without one to their proven telephone, whose link moves and cancels it: nobody's strike then.

    Either way it is the agent's no more, also when the hall trusts that agent again.
    """
    row.account_id, row.holder, row.language = client.account_id, client.holder, client.language(row.language)
    row.contact, row.contact_index = client.phone, identity.number_index(client.phone)
    row.link_turn += 1  # the agent has the link of before
    row.save(update_fields=["account_id", "holder", "language", "contact", "contact_index", "link_turn"])
    for wait in Waiting.objects.filter(appointment=row, state__in=whose_wait.OPEN).order_by("id"):
        _hand_over_wait(wait.pk, client.account_id, now=now)
    hall, item = hall_facts(row.hall, now=now), item_words(row.hall_id, row.item_id)
    telling.drop(row.code, now=now)  # what would still go to the agent
    telling.tell("booking_yours", row, hall=hall, item=item, now=now, more=telling.mandate_words(why), anew=":client")
    if item is not None:
        telling.remind(row, hall=hall, item=item, now=now, anew=":client")
    audit.record(action="passed-on", subject=telling.subject_of(row.code), by=SYSTEM, now=now, hall=hall.code)


def _hand_over_wait(waiting_id: int, account_id: int | None, *, now: datetime) -> None:
    """The agent's wait for an earlier place of it, else the agent would move what is the client's."""
    if account_id is not None:
        whose_wait.take_over(waiting_id, account_id=account_id, now=now)
    else:
        whose_wait.give_up(waiting_id=waiting_id, by=SYSTEM, now=now)
