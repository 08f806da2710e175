"""Whose a place in the waiting list is: the person's own before their agent's, whose ends with its mandate."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.holding import end_hold, lock_slots
from banshi.rooms.booking.actions.offering import free_place, mandate_is_over, tell_offer
from banshi.rooms.booking.actions.retrying import Meanwhile, again
from banshi.rooms.booking.actions.telling import mandate_words
from banshi.rooms.booking.models import Hold, Waiting
from banshi.rooms.booking.queries.facts import CHINA, hall_facts
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.models import Mandate
from banshi.rooms.messaging import actions as messaging

OPEN = rules.WAITING.goes_on
_WAITS_ALREADY = {
    "zh": "本人或另一位代办人已在候补这一天",
    "en": "the client, or another agent of theirs, waits for this day already",
}
_NOBODY_WAITS = {"zh": "还没有人替这位候补", "en": "nobody waits for them yet"}


@dataclass(frozen=True)
class Place:
    """A place in a line: of whom, for what and when, and which account asks for it."""

    hall_id: int
    item_id: int
    business: str
    day: date
    person_id: int
    account_id: int | None
    limit_key: str
    language: str = "zh-hans"


@again
@transaction.atomic
def in_line(place: Place, *, own: bool, now: datetime) -> tuple[Waiting, bool]:
    """The entry of whoever asks, and whether it is new; the same again gives the first one.

    A person has one place in a line. Where an agent has it, the person who asks takes it over as it stands – its turn,
    and what is offered –, and so does whoever may act for them once the agent's mandate is over.

    :param own: the account is proven to be the person.
    :raises Refused: wrong-state – an agent asks, and the person or another agent waits already.
    """
    found = _locked(place)
    standing = [one for one in found if not mandate_is_over(one, now=now)]
    mine = next((one for one in standing if one.account_id == place.account_id), None)
    if mine is not None and (not own or not mine.limit_key):
        return mine, False
    if not own and any(one.limit_key == place.limit_key for one in standing):
        raise Refused("wrong-state", facts={"state": _WAITS_ALREADY, "needs": _NOBODY_WAITS})
    return _instead_of(found, place, now=now), True


def _locked(place: Place) -> list[Waiting]:
    """The entries of this line that are the person's, or of whoever asks: the one that goes first, first.

    :raises Meanwhile: when an offer was made or ended between looking and locking.
    """
    theirs = Q(limit_key=place.limit_key)
    if place.account_id is not None:
        theirs |= Q(account_id=place.account_id)
    rows = Waiting.objects.filter(
        theirs, hall_id=place.hall_id, business=place.business, day=place.day, person_id=place.person_id,
        appointment=None, state__in=OPEN,
    )  # fmt: skip
    seen = {pk: hold for pk, hold, state in rows.values_list("pk", "hold_id", "state") if state == "offered"}
    held = Hold.objects.select_for_update().filter(id__in=[hold for hold in seen.values() if hold], ended_at=None)
    live = set(held.order_by("id").values_list("id", flat=True))
    found = list(rows.select_related("item").select_for_update(of=("self",), no_key=True).order_by("id"))
    if {one.pk: one.hold_id for one in found if one.state == "offered"} != seen or live != set(seen.values()):
        raise Meanwhile
    return sorted(found, key=lambda one: (one.state != "offered", one.made_at, one.pk))


def _instead_of(found: list[Waiting], place: Place, *, now: datetime) -> Waiting:
    """One entry in place of those: the earliest turn, and the first of what is offered; a second place is free again."""
    for one in found:
        Waiting.objects.filter(pk=one.pk).update(state=rules.WAITING.to("hand"), hold=None)
        messaging.drop(subject=f"waiting:{one.pk}", now=now)
    holds = [one.hold_id for one in found if one.state == "offered" and one.hold_id is not None]
    kept = holds[0] if holds else None
    Hold.objects.filter(id__in=holds[1:]).update(expires_at=now)
    Hold.objects.filter(id__in=holds[:1]).update(account_id=place.account_id)
    row = Waiting(
        hall_id=place.hall_id,
        item_id=place.item_id,
        business=place.business,
        day=place.day,
        person_id=place.person_id,
        account_id=place.account_id,
        limit_key=place.limit_key,
        language=place.language,
        made_at=min((one.made_at for one in found), default=now),
        state="waiting" if kept is None else "offered",
        hold_id=kept,
        offers=max((one.offers for one in found), default=0),
        last_slot=found[0].last_slot if found else 0,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as trouble:  # somebody joined for the same person at this very moment
        raise Meanwhile from trouble
    if kept is not None:
        tell_offer(row, now=now)
    return row


@transaction.atomic
def take_over(waiting_id: int, *, account_id: int | None, now: datetime) -> None:
    """Another account of the person's waits from now on – instead of their agent's, or of one that is theirs no more –, at
    the same place in line; it is told of what is offered."""
    seen = Waiting.objects.get(id=waiting_id)
    if seen.hold_id is not None:
        Hold.objects.select_for_update().filter(id=seen.hold_id).first()
    one = Waiting.objects.select_for_update(no_key=True).get(id=waiting_id)
    one.account_id = account_id
    one.save(update_fields=["account_id"])
    if one.state == "offered" and one.hold_id is not None:
        Hold.objects.filter(id=one.hold_id).update(account_id=account_id)
        messaging.drop(subject=f"waiting:{one.pk}", now=now)
        tell_offer(one, now=now)


def hand_back(*, now: datetime) -> int:
    """What agents wait for under mandates that are over goes to the client's own account, at its place in line. Where
    there is none it ends, or – the agent is only suspended – rests where it stands; a place that is kept goes to the next.
    The client is told. A late run does the same.

    :returns: how many.
    """
    given = Mandate.objects.filter(agent__account_id=OuterRef("account_id"), person_id=OuterRef("person_id"))
    rows = Waiting.objects.filter(Exists(given), limit_key="", appointment=None, state__in=OPEN)
    ended = [one for one in rows.select_related("item", "hall").order_by("id") if mandate_is_over(one, now=now)]
    given_back = 0
    for one in ended:
        with suppress(Refused):  # taken, given up or handed over at this very moment
            given_back += _give_back(one, now=now)
    return given_back


@transaction.atomic
def _give_back(one: Waiting, *, now: datetime) -> bool:
    """Whether something became of it now."""
    assert one.account_id is not None  # an agent's
    why = identity.why_over(one.account_id, one.person_id, today=now.astimezone(CHINA).date())
    account_id = identity.account_proven(one.person_id)
    if account_id is None:
        rests = why == "suspended"
        if rests and one.state == "waiting":
            return False
        give_up(waiting_id=one.pk, by=SYSTEM, now=now, rests=rests)
        if not rests:
            _tell_client("waiting_over", one, why, to=identity.phone_of(person_id=one.person_id), now=now)
        return True
    place = Place(one.hall_id, one.item_id, one.business, one.day, one.person_id, account_id, "", one.language)
    row, new = in_line(place, own=True, now=now)
    if new:
        joined(row, by=SYSTEM, now=now)
        if row.state == "waiting":  # of an offer they are told already
            _tell_client("waiting_yours", row, why, to=identity.phone_of(account_id=account_id), now=now)
    return True


def _tell_client(key: str, one: Waiting, why: str, *, to: str | None, now: datetime) -> None:
    hall = hall_facts(one.hall, now=now)
    again_at = f"/book/{one.item.code}/?hall={hall.code}&day={one.day.isoformat()}"
    messaging.write(
        key=key,
        to_phone=to,
        hall=hall.code,
        subject=f"waiting:{one.pk}",
        language=one.language,
        params={
            "item_zh": one.item.name_zh,
            "item_en": one.item.name_en,
            "day": one.day.isoformat(),
            **mandate_words(why),
            **({"link": again_at} if key == "waiting_over" else {}),
        },
        dedupe=f"{key}:{one.pk}",
        now=now,
    )


def joined(row: Waiting, *, by: Actor, now: datetime) -> None:
    facts = {"day": row.day.isoformat()}
    audit.record(action="waiting", subject=f"waiting:{row.pk}", by=by, now=now, hall=row.hall.code, facts=facts)


@again
@transaction.atomic
def give_up(*, waiting_id: int, by: Actor, now: datetime, rests: bool = False) -> None:
    """An open entry ends; a place kept for it goes to the next.

    :param rests: it stays in line, and only what is kept for it goes on.
    :raises Refused: wrong-state – it is over.
    """
    seen = Waiting.objects.select_related("hold", "hall").get(id=waiting_id)
    slot = lock_slots({seen.hold.slot_id})[seen.hold.slot_id] if seen.hold is not None else None
    kept = Hold.objects.select_for_update().filter(id=seen.hold_id, ended_at=None).first() if seen.hold_id else None
    into: dict[str, Any] = {"state": rules.WAITING.to("leave")}
    if rests:
        into = {"state": rules.WAITING.to("rest"), "hold": None}
    if not Waiting.objects.filter(id=waiting_id, state=seen.state, state__in=OPEN).update(**into):
        state = Waiting.objects.values_list("state", flat=True).get(id=waiting_id)
        if state in OPEN:
            raise Meanwhile
        raise Refused("wrong-state", facts={"state": state, "needs": "waiting"})
    if slot is not None and kept is not None:
        end_hold(kept, outcome="given_back", now=now)
        free_place(slot, hall=hall_facts(seen.hall, now=now), now=now)
    messaging.drop(subject=f"waiting:{waiting_id}", now=now)
    if not rests:
        audit.record(action="left", subject=f"waiting:{waiting_id}", by=by, now=now, hall=seen.hall.code)
