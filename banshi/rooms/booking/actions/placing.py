"""Book: set-based, so that requests which arrive together are committed together.

Two round trips for any number of requests: one reads the facts of all, the rules decide in Python, one statement
claims the places and writes appointments, messages and audit entries. No NOTIFY and no job on this path.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q

from banshi.foundation import prepared
from banshi.foundation.crypto import blind_index, decrypt, encrypt, words_sealed
from banshi.kernel.actors import Actor
from banshi.kernel.names import fold
from banshi.kernel.numbers import code_from
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.audit.statements import recorded
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.actions.chances import Chances
from banshi.rooms.booking.actions.granting import place_refusal
from banshi.rooms.booking.actions.holding import end_hold, lock_slots, use_up
from banshi.rooms.booking.actions.retrying import TRIES, again, met
from banshi.rooms.booking.models import STANDS, Appointment, ExtraSlot, Hold, Slot, Waiting
from banshi.rooms.booking.queries.facts import (
    AskedFacts,
    Asking,
    HallFacts,
    ItemWords,
    Opens,
    facts_asked,
    facts_of,
    read_facts,
    slot_facts,
)
from banshi.rooms.booking.rules import SlotFacts
from banshi.rooms.identity import actions as identity
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.messaging.statements import TO_PLACE, written

NAME_PLACE, CONTACT_PLACE = "booking_appointment.name", "booking_appointment.contact"
WHY_PLACE, NOTE_PLACE = "booking_appointment.on_behalf_why", "booking_appointment.note"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to book. `why` says why it is made on somebody's behalf (代预约).

    :param source: web, wechat, app, kiosk, phone, video, staff or api.
    :param internal: give a place kept for staff.
    :param ride_along: a further matter of a visit that is booked already: the half-day limit does not count it.
    :param name: as declared for this booking; :param contact: where its messages go (E.164), else the account's telephone.
    :param evidence: what stands behind the name (kernel.evidence.Evidence).
    """

    slot_id: int
    item_code: str
    person_id: int
    source: str
    by: Actor
    account_id: int | None = None
    language: str = "zh-hans"
    note: str = ""
    internal: bool = False
    why: str = ""
    visit_group: str = ""
    hold_id: int | None = None
    ride_along: bool = False
    name: str = ""
    contact: str | None = None
    evidence: int = 0
    holder: str = ""  # whose it is, where somebody else acts: a booking made again
    persons: int = 1  # for so many; each takes a place
    behind: str = ""  # whom a key, a machine or the staff act for (`rules.behind`)
    back: bool = False  # a time that the hall took from them and gave back
    undone: bool = False  # a mistaken tap of their own is taken back: no new booking, whatever bars those
    document: str = ""  # as in `Asking`

    @property
    def asking(self) -> Asking:
        return Asking(
            slot_id=self.slot_id,
            item_code=self.item_code,
            person_id=self.person_id,
            holder=self.holder or rules.holder_of(account_id=self.account_id, by=self.by, behind=self.behind),
            evidence=self.evidence,
            account_id=self.account_id,
            visit=self.visit_group,
            hold=self.hold_id,
            document=self.document,
        )


@dataclass(frozen=True, slots=True)
class _Granted:
    """A request the rules allow, with everything its rows need."""

    asked: Asked
    hall: HallFacts
    slot: SlotFacts
    item: ItemWords
    facts: AskedFacts
    code: str

    @property
    def exempt(self) -> bool:
        return self.item.facts.exempt or self.asked.ride_along or not self.hall.policy.booking.half_day_limit


def new_code() -> str:
    """A reference of 9 characters, about 10¹² of them, with a check character."""
    return code_from(os.urandom(8))


def behind(*, end_user: str = "", contact: str | None = None) -> str:
    """Whom a key, a machine or the staff act for, as far as is known; nobody else where nothing is.

    :param end_user: as the key's system names its user; :param contact: E.164.
    """
    named = blind_index(end_user, purpose="end-user") if end_user else ""
    return rules.behind(end_user=named, contact=phone_index(contact) if contact else "", else_=new_code())


# A confirmation and the reminders of each appointment that was made.
TOLD_SQL = """
  SELECT a.hall_code AS hall, m.key, 'appointment:' || a.code AS subject, a.phone AS "to", a.contact_index AS to_index,
    a.language, a.params, m.key || ':' || a.code || ':0' AS dedupe, m.due_at, m.until, %(now)s::timestamptz AS created_at
  FROM inserted i JOIN asked a ON a.code = i.code
  CROSS JOIN LATERAL (
    VALUES ('confirmation', %(now)s::timestamptz, a.ends_at),
      ('reminder', a.reminder_at, a.reminder_until), ('leave', a.leave_at, a.starts_at)
  ) m(key, due_at, until)
  WHERE a.phone IS NOT NULL AND m.due_at IS NOT NULL
"""

NOTED_SQL = """
  SELECT %(now)s::timestamptz AS at, a.booked_by AS actor, a.hall_code AS hall, 'placed' AS action,
    'appointment:' || a.code AS subject, jsonb_build_object('slot', a.slot_id, 'item', a.item, 'source', a.source) AS facts
  FROM inserted i JOIN asked a ON a.code = i.code
"""

# Slots are locked in id order and people inserted in id order: two batches cannot wait for each other in a circle.
# Whoever is not inserted (place gone, or the person booked elsewhere meanwhile) is simply not in the answer.
PLACE_SQL = f"""
WITH asked AS (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    ord int, code text, hall_id bigint, hall_code text, slot_id bigint, item_id bigint, category_id bigint,
    person_id bigint, business text, day date, half text, starts_at timestamptz, ends_at timestamptz, exempt boolean,
    internal boolean, source text, account_id bigint, booked_by text, why text, note text, visit_group text,
    language text, holder text, evidence int, limit_key text, name text, name_index text, contact text,
    contact_index text, phone text, params jsonb, reminder_at timestamptz,
    reminder_until timestamptz, leave_at timestamptz, item text)
), locked AS MATERIALIZED (
  SELECT id, quota - carried - taken AS free, internal_quota - internal_taken AS internal_free, closed, items
  FROM booking_slot
  WHERE id = ANY(%(slots)s) ORDER BY id FOR NO KEY UPDATE
), chosen AS (
  SELECT * FROM (
    SELECT a.*, row_number() OVER (PARTITION BY a.slot_id, a.internal ORDER BY a.ord) AS rank,
      CASE WHEN a.internal THEN l.internal_free ELSE l.free END AS free
    FROM asked a JOIN locked l ON l.id = a.slot_id
    -- As it is under the lock: a closure of one matter leaves the period to the others.
    WHERE NOT l.closed AND (l.items IS NULL OR l.items @> to_jsonb(a.item))
  ) ranked WHERE rank <= free
), inserted AS (
  INSERT INTO booking_appointment (
    code, hall_id, slot_id, item_id, category_id, person_id, business, day, half, starts_at, ends_at, exempt, internal,
    state, source, account_id, booked_by, on_behalf_why, note, visit_group, language, moves, created_at,
    cancelled_by, cancel_reason, by_hall, holder, evidence, limit_key, name, name_index, contact, contact_index)
  SELECT code, hall_id, slot_id, item_id, category_id, person_id, business, day, half, starts_at, ends_at, exempt,
    internal, 'booked', source, account_id, booked_by, why, note, visit_group, language, 0, %(now)s, '', '', false,
    holder, evidence, limit_key, name, name_index, contact, contact_index
  FROM chosen ORDER BY person_id, ord
  ON CONFLICT DO NOTHING
  RETURNING id, code, slot_id, internal
), counted AS (
  UPDATE booking_slot s SET taken = s.taken + n.public, internal_taken = s.internal_taken + n.internal
  FROM (
    SELECT slot_id, count(*) FILTER (WHERE NOT internal) AS public, count(*) FILTER (WHERE internal) AS internal
    FROM inserted GROUP BY slot_id
  ) n WHERE s.id = n.slot_id
), told AS (
{written(TOLD_SQL)}
), audited AS (
{recorded(NOTED_SQL)}
)
SELECT id, code FROM inserted
"""  # noqa: S608 – only our own statements are put in


def place_many(
    asked: Sequence[Asked], *, now: datetime, read: Sequence[tuple[Any, ...]] | None = None, whole: bool = False
) -> list[Appointment | Refused]:
    """Book a place for each request; one result per request, in order. Requests are served first come, first served.

    Safe against any number of others doing the same: a slot is never oversold, a person never booked twice. A request
    that lost a race gets the reason as it then is. Two requests of one person are decided one after the other.

    :param now: hall time.
    :param read: rows of `facts_asked` for these requests, read in this transaction a moment ago.
    :param whole: the caller's transaction is this alone, and is done again as a whole where it met another.
    """
    results: dict[int, Appointment | Refused] = {}
    opens = Opens(now, settled=whole)
    chances = Chances(now, opens)
    tries = [0] * len(asked)
    todo = list(range(len(asked)))
    while todo:
        for i in [i for i in todo if not _well_formed(asked[i])]:
            results[i] = Refused("invalid", facts={"slot": asked[i].slot_id, "reason": _MALFORMED})
        if read is not None:
            known, read = facts_of(read, now=now, opens=opens), None
            facts = [known[i] for i in todo if i not in results]
            todo = [i for i in todo if i not in results]
        else:
            todo = [i for i in todo if i not in results]
            facts = read_facts([asked[i].asking for i in todo], now=now, opens=opens)
        granted: dict[int, _Granted] = {}
        people: set[int] = set()
        accounts: set[int] = set()  # their caps are counted one booking at a time
        claimed: dict[tuple[int, bool], int] = {}
        later: list[int] = []
        for i, fact in zip(todo, facts, strict=True):
            if asked[i].person_id in people or asked[i].account_id in accounts:
                later.append(i)
                continue
            verdict = _verdict(asked[i], fact, now=now)
            if (
                isinstance(verdict, Refusal)
                and verdict.slug == "slot-full"
                and (mine := _offered(asked[i], fact, now=now))
            ):
                verdict = _verdict(mine, fact, now=now)
            if isinstance(verdict, Refusal):
                results[i] = _with_chances(verdict, fact, asked[i], chances, now=now)
            elif verdict.asked.hold_id is not None or verdict.item.facts.periods > 1 or verdict.asked.persons > 1:
                results[i] = _place_long(verdict, chances, now=now)
                _one_at_a_time(asked[i], people, accounts)
            elif claimed.get((key := (verdict.slot.id, asked[i].internal)), 0) >= verdict.slot.free(internal=key[1]):
                later.append(i)  # those before it will probably take the last places
            else:
                granted[i] = verdict
                _one_at_a_time(asked[i], people, accounts)
                claimed[key] = claimed.get(key, 0) + 1
        written = _write(list(granted.values()), whole=whole, now=now) if granted else {}
        for i, grant in granted.items():
            tries[i] += 1
            if grant.code in written:
                results[i] = _appointment(grant, *written[grant.code], now=now)
            elif tries[i] < TRIES:
                later.append(i)
            else:
                results[i] = Refused("changed-meanwhile")
        todo = sorted(later)
    return [results[i] for i in range(len(asked))]


def looking_up(asked: Sequence[Asked], *, now: datetime) -> prepared.Statement:
    """The statement whose rows `place_many` takes as `read`, for whoever has more to ask in the same round trip."""
    return facts_asked([each.asking for each in asked], now=now)


def _one_at_a_time(asked: Asked, people: set[int], accounts: set[int]) -> None:
    """Whoever else of this person or account stands in the batch is looked at anew, with what was booked just now."""
    people.add(asked.person_id)
    if asked.account_id is not None:
        accounts.add(asked.account_id)


def _offered(asked: Asked, fact: AskedFacts, *, now: datetime) -> Asked | None:
    """The same request with the place that is kept for whoever asks – by the waiting list, or after a cancellation –, whichever
    way they come for it."""
    if asked.hold_id is not None or asked.internal:
        return None
    # An offer of an earlier place moves the appointment; it is no second booking.
    offered = _waits_for(asked, fact) & Q(kind="offer", waiting__appointment=None)
    withheld = Q(kind="withheld", person_id=asked.person_id)
    if not fact.evidence:  # whose card was seen has what is kept for them, whoever had booked it
        withheld &= Q(limit_key=fact.limit_key)
    kept = Hold.objects.filter(offered | withheld, slot_id=asked.slot_id, ended_at=None, expires_at__gt=now)
    hold_id = kept.order_by("id").values_list("id", flat=True).first()
    return replace(asked, hold_id=hold_id) if hold_id is not None else None


def _waits_for(asked: Asked, fact: AskedFacts) -> Q:
    """Offers to this person that whoever asks may take: their own, and with evidence all; a number typed opens none."""
    theirs = Q(person_id=asked.person_id, waiting__person_id=asked.person_id)
    if fact.evidence:
        return theirs
    own = Q(waiting__limit_key=fact.limit_key)
    if asked.account_id is not None:
        own |= Q(waiting__account_id=asked.account_id) & ~Q(waiting__limit_key="")  # not after a mandate
    return theirs & own


def place(
    *,
    slot_id: int,
    item_code: str,
    person_id: int,
    source: str,
    by: Actor,
    now: datetime,
    account_id: int | None = None,
    language: str = "zh-hans",
    note: str = "",
    internal: bool = False,
    why: str = "",
    visit_group: str = "",
    hold_id: int | None = None,
    name: str = "",
    contact: str | None = None,
    evidence: int = 0,
    holder: str = "",
    behind: str = "",
    ride_along: bool = False,
    persons: int = 1,
    back: bool = False,
    undone: bool = False,
) -> Appointment:
    """Book for one person (预约), or – where the matter allows – for several who come together, a place each.

    :param back: what the hall cancelled and gave back (`rules.refusal`); :param undone: as in `Asked`.
    :raises Refused: with the rule, the facts and the next chance, to show to the citizen.
    """
    one = Asked(
        slot_id=slot_id,
        item_code=item_code,
        person_id=person_id,
        source=source,
        by=by,
        account_id=account_id,
        language=language,
        note=note,
        internal=internal,
        why=why,
        visit_group=visit_group,
        hold_id=hold_id,
        name=name,
        contact=contact,
        evidence=evidence,
        holder=holder,
        behind=behind,
        ride_along=ride_along,
        persons=persons,
        back=back,
        undone=undone,
    )
    if account_id is None:
        return _one(place_many([one], now=now)[0])
    with transaction.atomic():
        # An account's caps are counted under its lock: twenty hands of one account are served one after the other.
        identity.lock_account(account_id)
        return _one(place_many([one], now=now)[0])


def _one(result: Appointment | Refused) -> Appointment:
    if isinstance(result, Refused):
        raise result
    return result


@transaction.atomic
def place_several(
    *,
    slot_id: int,
    item_codes: Sequence[str],
    person_id: int,
    source: str,
    by: Actor,
    now: datetime,
    account_id: int | None = None,
    language: str = "zh-hans",
    note: str = "",
    internal: bool = False,
    why: str = "",
    hold_id: int | None = None,
    name: str = "",
    contact: str | None = None,
    evidence: int = 0,
) -> list[Appointment]:
    """Book several matters for one visit (一次办多件): all of them, or none.

    Each takes a place of its business in the same period, because each takes time at the window; the half-day limit
    counts the visit once. The appointments share `visit_group`.

    :raises Refused: the first reason; `wrong-state` when there are more matters than the hall takes in one visit.
    """
    codes = list(dict.fromkeys(item_codes))
    if not codes or not rules.storable(*codes):
        raise Refused("invalid", facts={"field": "items", "reason": _NO_MATTER if not codes else _MALFORMED})
    first = Asked(
        slot_id=slot_id,
        item_code=codes[0],
        person_id=person_id,
        source=source,
        by=by,
        account_id=account_id,
        language=language,
        note=note,
        internal=internal,
        why=why,
        visit_group=new_code() if len(codes) > 1 else "",
        hold_id=hold_id,
        name=name,
        contact=contact,
        evidence=evidence,
    )
    if account_id is not None:
        identity.lock_account(account_id)
    fact = read_facts([first.asking], now=now, opens=Opens(now))[0]
    if fact.hall is not None and len(codes) > (most := fact.hall.policy.booking.matters_per_visit):
        state = {"zh": f"选了 {len(codes)} 件", "en": f"{len(codes)} matters"}
        needs = {"zh": f"一次最多 {most} 件", "en": f"at most {most} in one visit"}
        raise Refused("wrong-state", facts={"state": state, "needs": needs, "limit": most})
    if len(codes) > 1:
        _lock_periods(codes[1:], first.asking, now=now)
    booked = [_one(place_many([first], now=now)[0])]
    businesses = {booked[0].business}
    for code in codes[1:]:
        slot = _same_period(booked[0], first.asking, code, now=now)
        further = replace(first, slot_id=slot.pk, item_code=code, hold_id=None, ride_along=slot.business in businesses)
        booked.append(_one(place_many([further], now=now)[0]))
        businesses.add(slot.business)
    return booked


def _lock_periods(others: Sequence[str], asking: Asking, *, now: datetime) -> None:
    """All periods of a visit, in one order, before the first place is taken: else two visits of the same matters, one the
    other way round, wait for each other. What is refused is refused where its place is taken."""
    at = Slot.objects.filter(id=asking.slot_id).first() if connection.in_atomic_block else None
    if at is None:
        return
    ids = {at.pk}
    for code in others:
        with suppress(Refused):
            ids.add(_same_period(at, asking, code, now=now).pk)
    lock_slots(ids)


def slot_beside(at: Slot, other: Appointment, *, now: datetime) -> Slot:
    """The slot for another matter of the visit at the time of the one that its first matter goes to.

    :raises Refused: item-not-here, closed.
    """
    return _same_period(at, Asking.to_move(other, other.slot_id), other.item.code, now=now)


def _same_period(first: Slot | Appointment, asking: Asking, item_code: str, *, now: datetime) -> Slot:
    """The slot that serves another item at the same time as this one."""
    fact = read_facts([replace(asking, item_code=item_code)], now=now, opens=Opens(now))[0]
    if fact.hall is None or fact.item is None:
        raise Refused("item-not-here", facts={"item": item_code})
    target = rules.quota_for(fact.hall.policy.booking.quotas, fact.item.facts)
    wanted = [target[0]] if target else []
    rows = Slot.objects.filter(hall_id=first.hall_id, starts_at=first.starts_at).order_by("-closed", "id")
    own = {"hall", f"cat:{fact.item.facts.category}", f"item:{item_code}"}
    found = {row.business: row for row in rows if row.business in own}
    for business in (*wanted, f"item:{item_code}", f"cat:{fact.item.facts.category}", "hall"):
        if business in found:
            return found[business]
    closed = {"zh": "这个时段不办理该事项", "en": "This period does not serve this matter"}
    raise Refused("closed", facts={"item": item_code, "reason": closed})


_NO_MATTER = {"zh": "至少选一件事项", "en": "Choose at least one matter"}
_MALFORMED = {"zh": "有的内容里有不能保存的字符", "en": "Some text has characters that cannot be stored"}


def _well_formed(asked: Asked) -> bool:
    """One malformed request must not fail those it is batched with."""
    return rules.storable(asked.item_code, asked.source, asked.language, asked.note, asked.why, asked.visit_group)


def _with_chances(no: Refusal, fact: AskedFacts, asked: Asked, chances: Chances, *, now: datetime) -> Refused:
    plain = replace(asked, hold_id=None, back=False)  # the place that was kept is no other one

    def would(there: AskedFacts) -> Refusal | None:
        verdict = _verdict(plain, there, now=now)
        return verdict if isinstance(verdict, Refusal) else None

    return chances.refused(
        no, fact, asked.asking, would, persons=asked.persons, channel=asked.source, internal=asked.internal
    )


def _verdict(asked: Asked, fact: AskedFacts, *, now: datetime) -> _Granted | Refusal:
    if fact.slot is None or fact.hall is None:
        return Refusal("nothing-found", {"slot": asked.slot_id})
    if not fact.person_known:
        return Refusal("nothing-found", {"person": asked.person_id})
    if asked.source not in rules.SOURCES:
        return Refusal("invalid", {"field": "source", "known": list(rules.SOURCES), "reason": asked.source})
    person = replace(fact.person, same_half_day=None) if asked.ride_along else fact.person
    if asked.undone:
        person = replace(person, barred=None)
    no = place_refusal(
        replace(fact, person=person), now=now, channel=asked.source, internal=asked.internal,
        held=asked.hold_id is not None, persons=asked.persons, back=asked.back,
    )  # fmt: skip
    if no is not None:
        return no
    assert fact.item is not None
    return _Granted(asked, fact.hall, fact.slot, fact.item, fact, new_code())


SAME_TIME = "nobody_is_at_two_places_at_a_time"


Columns = dict[str, Any]


def _write(granted: Sequence[_Granted], *, whole: bool, now: datetime) -> dict[str, tuple[Columns, int]]:
    """What was written of the appointments that were made, and their ids, by code."""
    columns = [_columns(grant) for grant in granted]
    rows = [_row(grant, each, ord_, now=now) for ord_, (grant, each) in enumerate(zip(granted, columns, strict=True))]
    ids = _written(
        {
            "rows": orjson.dumps(rows).decode(),
            "slots": sorted({grant.slot.id for grant in granted}),
            "now": now,
        },
        whole=whole,
    )
    return {each["code"]: (each, ids[each["code"]]) for each in columns if each["code"] in ids}


def _written(values: dict[str, Any], *, whole: bool) -> dict[str, int]:
    if whole:
        return _run_place_sql(values)
    for left in reversed(range(TRIES)):
        try:
            if connection.in_atomic_block:  # a savepoint, so that a deadlock leaves the caller's transaction usable
                with transaction.atomic():
                    return _run_place_sql(values)
            return _run_place_sql(values)
        except OperationalError as trouble:
            if not left or not met(trouble):
                raise
    raise AssertionError("unreachable")


def _run_place_sql(values: dict[str, Any]) -> dict[str, int]:
    return {code: id_ for id_, code in prepared.rows(PLACE_SQL, values)}


def _row(grant: _Granted, columns: Columns, ord_: int, *, now: datetime) -> dict[str, Any]:
    asked, slot, item, hall = grant.asked, grant.slot, grant.item, grant.hall
    reminders = rules.reminder_times(hall.policy.messages, slot.starts_at, now)
    name, contact = columns["name"], columns["contact"]
    return columns | {
        "ord": ord_,
        "hall_code": hall.code,
        "why": words_sealed(asked.why[:200], place=WHY_PLACE),
        "note": words_sealed(asked.note[:200], place=NOTE_PLACE),
        # A sealed value opens in its own column only.
        "name": encrypt(name, place=NAME_PLACE) if name else None,
        "contact": encrypt(contact, place=CONTACT_PLACE) if contact else None,
        "phone": encrypt(contact, place=TO_PLACE) if contact else None,
        "params": telling.params_of(
            hall,
            item,
            code=grant.code,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            visit=asked.visit_group,
            persons=asked.persons,
        ),
        "reminder_at": reminders.get("reminder"),
        "reminder_until": reminders.get("leave") or slot.starts_at,
        "leave_at": reminders.get("leave"),
        "item": item.facts.code,
    }


def _columns(grant: _Granted) -> dict[str, Any]:
    """What is written of an appointment, by column; asked for by the statement and for the row handed back."""
    asked, slot, facts = grant.asked, grant.slot, grant.facts
    contact, contact_index = asked.contact, ""
    if contact is not None:
        contact_index = phone_index(contact)
    elif facts.phone is not None:
        contact, contact_index = decrypt(facts.phone, place=facts.phone_place), facts.phone_index
    return {
        "code": grant.code,
        "hall_id": grant.hall.id,
        "slot_id": slot.id,
        "item_id": grant.item.id,
        "category_id": grant.item.category_id,
        "person_id": asked.person_id,
        "business": slot.business,
        "day": slot.day,
        "half": slot.half,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "exempt": grant.exempt,
        "internal": asked.internal,
        "source": asked.source,
        "account_id": asked.account_id,
        "booked_by": str(asked.by)[:60],
        "note": asked.note[:200],
        "visit_group": asked.visit_group[:16],
        "language": asked.language[:10],
        "holder": asked.asking.holder,
        "evidence": facts.evidence,
        "limit_key": facts.limit_key,
        "name": asked.name or None,
        "name_index": blind_index(fold(asked.name), purpose="name") if asked.name else "",
        "contact": contact,
        "contact_index": contact_index,
        "persons": asked.persons,
    }


def _appointment(grant: _Granted, columns: Columns, id_: int | None, *, now: datetime) -> Appointment:
    """The row as it was written, without reading it again."""
    values = columns | {
        "id": id_,
        "on_behalf_why": grant.asked.why[:200],
        "moves": 0,
        "hall_moves": 0,
        "created_at": now,
        "cancelled_at": None,
        "cancelled_by": "",
        "cancel_reason": "",
        "by_hall": False,
        "checked_in_at": None,
        "no_show_at": None,
        "served_at": None,
        "dealt_on": "",
        "link_turn": 0,
        "disowned_at": None,
        "let_go_at": None,
        "state": rules.State.BOOKED.value,
    }
    # Several times quicker than keyword arguments, which fill defaults one by one.
    return Appointment.from_db("default", _ATTRIBUTES, [values[name] for name in _ATTRIBUTES])


_ATTRIBUTES = [column.attname for column in Appointment._meta.concrete_fields]


def _place_long(grant: _Granted, chances: Chances, *, now: datetime) -> Appointment | Refused:
    """Book with a held place, over several periods or for several persons: a few statements in one transaction."""
    try:
        return _claim_long(grant, now=now)
    except Refused as no:
        return _with_chances(no.refusal, grant.facts, grant.asked, chances, now=now)
    except OperationalError as trouble:
        if met(trouble):
            return Refused("changed-meanwhile")
        raise


@again
@transaction.atomic
def _claim_long(grant: _Granted, *, now: datetime) -> Appointment:
    run = _locked_run(grant)
    expired = _use_hold(grant, now=now)
    held = grant.asked.hold_id is not None and expired is None
    internal = grant.asked.internal
    for slot in run:
        if held:
            _free_withheld(slot, grant, now=now)
        if slot.closed or not serves_still(slot, grant.item.facts.code):
            raise Refused("closed", facts={"reason": rules.STOPPED, "stopped": True})
        free = slot_facts(slot, grant.hall.zone).free(internal=internal)
        if free < _needed(grant, slot, held=held):
            if expired is not None:
                raise Refused("hold-expired", facts={"expired": expired.astimezone(grant.hall.zone)})
            raise Refused(rules.full(slot_facts(slot, grant.hall.zone), internal=internal, persons=grant.asked.persons))
    appointment = _appointment(grant, _columns(grant), None, now=now)
    appointment.ends_at = run[-1].ends_at.astimezone(grant.hall.zone)
    try:
        with transaction.atomic():
            appointment.save(force_insert=True)
    except IntegrityError as trouble:
        if SAME_TIME in str(trouble):
            raise Refused("same-time") from trouble
        same = {"half": appointment.half}
        if grant.facts.person.told:
            same["appointment"] = _same_half_day(appointment)
        raise Refused("limit-half-day", facts=same) from trouble
    for slot in run:
        if needed := _needed(grant, slot, held=held):
            if internal:
                slot.internal_taken += needed
            else:
                slot.taken += needed
            slot.save(update_fields=["taken", "internal_taken"])
    ExtraSlot.objects.bulk_create([ExtraSlot(appointment=appointment, slot=slot) for slot in run[1:]])
    telling.tell("confirmation", appointment, hall=grant.hall, item=grant.item, now=now)
    telling.remind(appointment, hall=grant.hall, item=grant.item, now=now)
    facts = {"slot": grant.slot.id, "item": grant.item.facts.code, "source": grant.asked.source}
    audit.record(
        action="placed",
        subject=telling.subject_of(appointment.code),
        by=grant.asked.by,
        now=now,
        hall=grant.hall.code,
        facts=facts,
    )
    return appointment


def _needed(grant: _Granted, slot: Slot, *, held: bool) -> int:
    """Places to take: one a person, less the one that is held already."""
    return grant.asked.persons - int(held and slot.pk == grant.slot.id)


def _same_half_day(appointment: Appointment) -> str:
    others = Appointment.objects.filter(
        STANDS,
        person_id=appointment.person_id,
        limit_key=appointment.limit_key,
        hall_id=appointment.hall_id,
        business=appointment.business,
        day=appointment.day,
        half=appointment.half,
        exempt=False,
    )
    return others.values_list("code", flat=True).first() or ""


def _locked_run(grant: _Granted) -> list[Slot]:
    """The slots of the appointment, locked in id order, by start.

    :raises Refused: closed, when too few follow each other directly.
    """
    periods = grant.item.facts.periods
    return lock_run(grant.slot, grant.hall, periods)


def lock_run(slot: SlotFacts, hall: HallFacts, periods: int, *, also: Sequence[int] = ()) -> list[Slot]:
    """Lock `periods` slots in a row from `slot` on, and the slots `also`, all in id order; the run by start."""
    same_day = Slot.objects.filter(
        hall_id=hall.id, business=slot.business, day=slot.day, starts_at__gte=slot.starts_at
    ).order_by("starts_at", "closed")
    # A period of an earlier grid lies across those of today; it is in a row with nothing.
    same_day = same_day.exclude(~Q(id=slot.id), closed=True, session="")
    run = list(same_day[:periods])
    if not rules.in_a_row([slot_facts(each, hall.zone) for each in run], periods):
        reason = {"zh": f"需要连续 {periods} 个时段", "en": f"This matter needs {periods} periods in a row"}
        raise Refused("closed", facts={"reason": reason})
    wanted = {each.pk for each in run} | set(also)
    locked = {
        each.pk: each for each in Slot.objects.select_for_update(no_key=True).filter(id__in=wanted).order_by("id")
    }
    return [locked[each.pk] for each in run]


def serves_still(slot: Slot, item_code: str) -> bool:
    """Whether the period, as it is under its lock, is for the item: one closure of the item alone changes that."""
    return slot.items is None or item_code in slot.items


def _use_hold(grant: _Granted, *, now: datetime) -> datetime | None:
    """Turn the hold into the appointment's place.

    :returns: None, or when the hold ran out: then its place is anybody's, and this person's if it is still free.
    """
    if grant.asked.hold_id is None:
        return None
    hold = Hold.objects.select_for_update().filter(id=grant.asked.hold_id, slot_id=grant.slot.id).first()
    if hold is None or not _is_theirs(hold, grant):
        raise Refused("nothing-found", facts={"hold": grant.asked.hold_id})
    if hold.ended_at is not None or hold.expires_at <= now:
        return min(hold.ended_at or hold.expires_at, hold.expires_at)
    end_hold(hold, outcome="used", now=now)
    if hold.kind == "offer":
        Waiting.objects.filter(hold=hold, state__in=rules.WAITING.of("take")).update(state=rules.WAITING.to("take"))
    return None


def _free_withheld(slot: Slot, grant: _Granted, *, now: datetime) -> None:
    """Beside the one place that was used: those kept for the further persons and periods are there to be taken."""
    kept = Hold.objects.select_for_update().filter(
        slot=slot, kind="withheld", person_id=grant.asked.person_id, ended_at=None, expires_at__gt=now
    )
    if not grant.facts.evidence:
        kept = kept.filter(limit_key=grant.facts.limit_key)
    use_up(kept.order_by("id")[: _needed(grant, slot, held=True)], slot, now=now)


def _is_theirs(hold: Hold, grant: _Granted) -> bool:
    asked = grant.asked
    if hold.kind == "form":
        return hold.account_id is not None and hold.account_id == asked.account_id
    if hold.kind == "offer":
        return Hold.objects.filter(_waits_for(asked, grant.facts), pk=hold.pk).exists()
    # Withheld after a cancellation: for the booking made again (`rebook`), which says whose it was, or by the same hand.
    theirs = bool(asked.holder) or bool(grant.facts.evidence) or hold.limit_key == grant.facts.limit_key
    return theirs and hold.person_id == asked.person_id
