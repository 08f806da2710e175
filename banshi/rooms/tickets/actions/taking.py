"""Taking a number (取号): one statement counts, files and promises; what must survive a race is in its SQL."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q

from banshi.foundation.crypto import encrypt
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import IdType, birth_date
from banshi.kernel.numbers import code_from
from banshi.kernel.ownership import is_typed
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.queries import Opening
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.identity.models import Person
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.calling import call_at_idle_window
from banshi.rooms.tickets.actions.ground import broken, columns, from_row, one_statement
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import promise_for
from banshi.rooms.tickets.queries.numbers import numbers_open

REF_BYTES = 12  # 60 random bits and a check character

ISSUE_SQL = f"""
WITH standing AS (
  (SELECT t.number, false AS checked_in FROM tickets_ticket t
   WHERE %(alone)s AND t.person_id = %(person)s::bigint AND t.limit_key = %(limit_key)s
     AND t.hall_id = %(hall)s AND t.day = %(day)s AND (t.category_id = %(category)s OR t.item_id = %(item)s::bigint)
     AND t.state IN ('waiting', 'called', 'parked') LIMIT 1)
  UNION ALL
  (SELECT t.number, true FROM tickets_ticket t
   WHERE t.appointment_id = %(appointment)s::bigint AND t.state <> 'redirected' LIMIT 1)
), counted AS (
  INSERT INTO tickets_counter AS c (hall_id, day, letter, last, walk_ins)
  SELECT %(hall)s, %(day)s, %(letter)s, 1, %(walk_in)s::int
  WHERE NOT EXISTS (SELECT 1 FROM standing) AND (%(limit)s::int IS NULL OR %(limit)s::int > 0)
  ON CONFLICT ON CONSTRAINT one_counter_per_hall_day_letter DO UPDATE
    SET last = c.last + 1, walk_ins = c.walk_ins + EXCLUDED.walk_ins
    WHERE %(limit)s::int IS NULL OR c.walk_ins < %(limit)s::int
  RETURNING last
), whole AS (
  INSERT INTO tickets_counter AS c (hall_id, day, letter, last, walk_ins)
  SELECT %(hall)s, %(day)s, '*', 0, 1 + (SELECT COALESCE(sum(o.walk_ins), 0) FROM tickets_counter o
    WHERE o.hall_id = %(hall)s AND o.day = %(day)s AND o.letter <> '*')
  FROM counted WHERE %(hall_limit)s::int > 0
  ON CONFLICT ON CONSTRAINT one_counter_per_hall_day_letter DO UPDATE SET walk_ins = c.walk_ins + 1
    WHERE c.walk_ins < %(hall_limit)s::int
  RETURNING 1
), passed AS (
  SELECT last FROM counted WHERE %(hall_limit)s::int IS NULL OR EXISTS (SELECT 1 FROM whole)
), visited AS (
  INSERT INTO tickets_visit (hall_id, day, person_id, limit_key, channel, arrived_at)
  SELECT %(hall)s, %(day)s, %(person)s::bigint, %(limit_key)s, %(channel)s, %(now)s FROM passed WHERE %(visit)s::bigint IS NULL
  ON CONFLICT (hall_id, day, person_id, limit_key) WHERE person_id IS NOT NULL DO UPDATE SET left_at = NULL
  RETURNING id
), made AS (
  INSERT INTO tickets_ticket AS t (ref, hall_id, day, letter, seq, number, kind, lane, category_id, item_id, person_id,
    limit_key, appointment_id, visit_id, channel, language, phone_index, notify_to, state, rank_class, rank_key, call_by,
    session_kind, session_until, line_closes_at, after_booked, alone, only_window_id, made_at, waits_from, lane_to_check,
    calls, recalls, misses, note, closed_why)
  SELECT %(ref)s, %(hall)s, %(day)s, %(letter)s, last,
    %(letter)s || lpad(last::text, GREATEST(3, length(last::text)), '0'), %(kind)s, %(lane)s, %(category)s,
    %(item)s::bigint, %(person)s::bigint, %(limit_key)s, %(appointment)s::bigint,
    COALESCE(%(visit)s::bigint, (SELECT id FROM visited)), %(channel)s,
    %(language)s, %(phone_index)s, %(notify_to)s, 'waiting', %(rank_class)s, %(rank_key)s, %(call_by)s::timestamptz,
    %(session_kind)s, %(session_until)s::timestamptz, %(line_closes_at)s::timestamptz, %(after_booked)s, %(alone)s,
    %(only_window)s::bigint, %(now)s, %(waits_from)s, %(lane_to_check)s, 0, 0, 0, '', ''
  FROM passed
  RETURNING {columns("t")}
), promised AS (
  INSERT INTO tickets_estimate (ticket_id, hall_id, day, at, ahead, likely_s, at_most_s)
  SELECT id, hall_id, day, %(waits_from)s, %(ahead)s, GREATEST(0, %(likely)s::int - %(early_s)s::int), %(at_most)s::int FROM made
  WHERE %(likely)s::int IS NOT NULL
), event AS (
  INSERT INTO foundation_event (hall, topic, subject, at)
  SELECT %(hall_code)s, 'line', ref, %(now)s FROM made RETURNING id
)
SELECT (SELECT number FROM standing ORDER BY checked_in DESC LIMIT 1),
  (SELECT bool_or(checked_in) FROM standing), EXISTS (SELECT 1 FROM counted),
  (SELECT pg_notify('banshi_live', event.id || ' ' || %(hall_code)s || ' line ' || %(ref)s)::text FROM event),
  {columns("made")}
FROM (VALUES (1)) AS one LEFT JOIN made ON true
"""  # noqa: S608 – only column names are put in


@dataclass(frozen=True)
class _Opening:
    """The session a number is taken in."""

    kind: str
    until: datetime | None
    closes: datetime | None  # the day's line
    after_booked: bool


def issue(
    *,
    hall: Hall,
    channel: str,
    by: Actor,
    now: datetime,
    category_code: str | None = None,
    item_code: str | None = None,
    person_id: int | None = None,
    lane: str = "",
    kind: str = "walk_in",
    appointment: Appointment | None = None,
    language: str = "zh-hans",
    contact: str | None = None,
    visit_id: int | None = None,
    only_window_id: int | None = None,
    follows: bool = False,
    expected: bool = False,
    beside: bool = False,
    limit_key: str = "",
) -> Ticket:
    """Give a number for a category or an item.

    Walk-ins need an open session that takes them, and a place under the daily limits; booked numbers were let in by
    check-in. One waiting number per person and category where the policy says so. The wait that the slip shows is
    stored as a promise; where no window serves the category there is nothing to promise.

    :param kind: booked | walk_in (late for a booked period: walk_in, with the appointment).
    :param lane: "" or one of `rules.LANES`; the elderly get theirs by year of birth.
    :param visit_id: the visit it belongs to; None finds or begins the person's visit of the day.
    :param expected: for somebody on the way; nobody is called at once.
    :param beside: its holder waits in the same line for another matter of the same booked visit (`of_same_visit`).
    :param contact: where to tell about this number (E.164): given when taking it, or with its booking
        (`contact_of_booked`); else the person's own.
    :param limit_key: "" where the person is known by evidence; else who declared the document: of this holder alone.
    :param follows: a further matter of somebody who is in the hall already: neither limits nor hours stop it.
    :raises Refused: nothing-found, item-not-here, invalid, identity-invalid, closed, walk-ins-closed, daily-limit,
        already-waiting, already-checked-in.
    """
    if by.hall is not None and by.hall != hall.code:
        raise Refused("not-your-hall", facts={"hall": hall.code})
    rules_of_hall = policy_of(hall.pk, now=now)
    category, item, tags = _what(hall, category_code, item_code, appointment)
    if lane and lane not in rules.LANES:
        reason = {"zh": "没有这种优先通道", "en": "There is no such priority lane"}
        raise Refused("invalid", facts={"field": "lane", "reason": reason, "known": list(rules.LANES)})
    walks_in = kind == "walk_in" and not follows
    if walks_in and rules_of_hall.tickets.identity_required and (person_id is None or is_typed(limit_key)):
        reason = {
            "zh": "这里要放证件取号，只输号码不够",
            "en": "Take a number with the ID document itself; its number alone is not enough",
        }
        raise Refused("identity-invalid", facts={"reason": reason})
    local = now.astimezone(ZoneInfo(hall.timezone))
    opening = _opening(hall, rules_of_hall, category, item, tags, now, walks_in=walks_in)
    person = Person.objects.only("birth_year", "phone", "id_type", "id_number").get(pk=person_id) if person_id else None
    contact = contact or (person.phone if person and not limit_key else None)
    found = rules.lane_of(
        asked=lane, born=_born(person), shown=not limit_key, policy=rules_of_hall.tickets, today=local.date()
    )
    if isinstance(found, Refusal):
        raise Refused(found)
    lane, to_check = found
    if by.kind == ActorKind.STAFF and lane == "elderly":
        to_check = False  # the guide has them before the eyes
    waits_from = max(now, appointment.starts_at) if appointment else now
    ranked = rules.rank(
        kind=kind,
        lane=rules.lane_that_ranks(lane, to_check=to_check),
        policy=rules_of_hall.tickets,
        period_start=appointment.starts_at if appointment else None,
        now=now,
    )
    if follows:
        ranked = rules.follow_up_rank(same_window=only_window_id is not None, now=now)
    promise = promise_for(
        hall_id=hall.pk,
        day=local.date(),
        hour=local.hour,
        policy=rules_of_hall.tickets,
        now=now,
        category=category.pk,
        rank=ranked,
        only_window=only_window_id,
        person=person_id,
        limit_key=limit_key,
    )
    likely_s = promise.band.likely_s if promise.band else None
    in_time = rules.served_today(policy=rules_of_hall.tickets, likely_s=likely_s, until=opening.closes, now=now)
    if walks_in and in_time is False and rules_of_hall.tickets.last_number == "refuse":
        raise _last_number(hall, category, item, likely_s, opening.closes)
    limits = rules_of_hall.tickets if walks_in else None
    values: dict[str, Any] = {
        "ref": code_from(os.urandom(REF_BYTES)),
        "hall": hall.pk,
        "hall_code": hall.code,
        "day": local.date(),
        "letter": category.letter,
        "category": category.pk,
        "item": item.pk if item else None,
        "person": person_id,
        "limit_key": limit_key,
        "appointment": appointment.pk if appointment else None,
        "visit": visit_id,
        "kind": kind,
        "lane": lane,
        "lane_to_check": to_check,
        "channel": channel,
        "language": language,
        "phone_index": phone_index(contact) if contact else "",
        "notify_to": encrypt(contact, place=TO_PLACE) if contact else "",
        "rank_class": int(ranked.rank_class),
        "rank_key": ranked.key,
        "call_by": rules.PUT_FIRST_BY
        if ranked.rank_class == rules.RankClass.URGENT
        else rules.call_by(rank_class=ranked.rank_class, policy=rules_of_hall.tickets, now=now),
        "session_kind": opening.kind,
        "session_until": opening.until,
        "line_closes_at": opening.closes,
        "after_booked": opening.after_booked,
        "alone": bool(person_id)
        and not (follows or beside)
        and rules_of_hall.tickets.one_ticket_per_person_and_category,
        "only_window": only_window_id,
        "waits_from": waits_from,
        "early_s": int((waits_from - now).total_seconds()),
        "walk_in": int(walks_in),
        "limit": limits.daily_limits.get(category.code) if limits else None,
        "hall_limit": limits.daily_limit if limits else None,
        "ahead": promise.ahead,
        "likely": likely_s,
        "at_most": promise.band.at_most_s if promise.band else None,
        "now": now,
    }
    try:
        ticket = _file(values)
    except Refused as no:
        if no.slug != "daily-limit":
            raise
        raise Refused(no.slug, facts=no.facts, next=_tomorrow(hall, category, item, local)) from no
    ticket.told = (promise.ahead, likely_s, values["at_most"], in_time)
    if rules_of_hall.tickets.auto_call and only_window_id is None and not expected:
        return call_at_idle_window(ticket, hall_id=hall.pk, now=now)
    return ticket


def of_same_visit(appointment: Appointment, *, limit_key: str) -> bool:
    """Whether this holder stands in the appointment's line already for another matter of the same booked visit: each
    has its number, and the rule of one number per category is not held against them."""
    if not appointment.visit_group:
        return False
    others = Ticket.objects.filter(
        Q(appointment__visit_group=appointment.visit_group) | Q(late_for__visit_group=appointment.visit_group),
        person_id=appointment.person_id, limit_key=limit_key, category_id=appointment.category_id, day=appointment.day,
        alone=True,
    )  # fmt: skip
    own = Q(appointment=appointment) | Q(late_for=appointment)
    return others.exclude(own).filter(state__in=["waiting", "called", "parked"]).exists()


def _tomorrow(hall: Hall, category: Category, item: Item | None, local: datetime) -> datetime | None:
    """When numbers are given again: the first opening after today."""
    night = datetime.combine(local.date() + timedelta(days=1), time(0), local.tzinfo)
    opening = calendars.next_opening(hall, night, item.code if item else None, category=category.code)
    return opening.starts_at if opening else None


def _born(person: Person | None) -> date | None:
    """By the document."""
    if person is None or person.birth_year is None:
        return None
    return birth_date(IdType(person.id_type), person.id_number) or date(person.birth_year, 12, 31)


def _file(values: dict[str, Any]) -> Ticket:
    if values["hall_limit"] is not None:
        # The category's counter is taken before the hall's: a full hall must give it back.
        with transaction.atomic():
            return _file_once(values)
    return _file_once(values)


def _file_once(values: dict[str, Any]) -> Ticket:
    try:
        answer = one_statement(ISSUE_SQL, values)
    except IntegrityError as trouble:
        return _beaten(trouble, values)
    assert answer is not None
    standing, checked_in, counted, _, *row = answer
    if row[0] is not None:
        return from_row(row)
    if standing is not None:
        facts = {"number": standing} | ({"declared": True} if values["limit_key"] else {})
        raise Refused("already-checked-in" if checked_in else "already-waiting", facts=facts)
    limit = values["hall_limit"] if counted else values["limit"]
    if limit is None:
        limit = values["hall_limit"]
    raise Refused("daily-limit", facts={"limit": limit})


def _beaten(trouble: IntegrityError, values: dict[str, Any]) -> Ticket:
    """The same person's other hand was faster: the number it got is the answer."""
    name = broken(trouble)
    if name == "a_person_waits_once_per_category":
        slug, where = (
            "already-waiting",
            {
                "person_id": values["person"],
                "limit_key": values["limit_key"],
                "category_id": values["category"],
                "alone": True,
            },
        )
    elif name == "one_ticket_per_appointment":
        slug, where = "already-checked-in", {"appointment_id": values["appointment"]}
    else:
        raise trouble
    number = Ticket.objects.filter(day=values["day"], **where).order_by("-id").values_list("number", flat=True).first()
    raise Refused(
        slug, facts={"number": number or ""} | ({"declared": True} if values["limit_key"] else {})
    ) from trouble


def _what(
    hall: Hall, category_code: str | None, item_code: str | None, appointment: Appointment | None
) -> tuple[Category, Item | None, frozenset[str]]:
    """Category, item, and the tags by which a session may be limited to it."""
    if item_code is None and appointment is not None and category_code is None:
        item_code = Item.objects.values_list("code", flat=True).get(pk=appointment.item_id)
    if item_code is not None:
        handled = (
            HallItem.objects.select_related("item", "category__zone")
            .filter(hall=hall, item__code=item_code)
            .order_by("id")
            .first()
        )
        if handled is None:
            raise Refused("item-not-here", facts={"item": item_code, "hall": hall.code})
        if not handled.walk_in and appointment is None:
            reason = {"zh": "这个事项只接受预约", "en": "This matter is by appointment only"}
            raise Refused("walk-ins-closed", facts={"reason": reason, "item": item_code})
        return handled.category, handled.item, frozenset({"extended"}) if handled.extended else frozenset()
    if category_code is None:
        reason = {"zh": "先选业务类别或事项", "en": "Choose a category or a matter"}
        raise Refused("invalid", facts={"field": "category", "reason": reason})
    category = Category.objects.select_related("zone").filter(hall=hall, code=category_code).order_by("id").first()
    if category is None:
        raise Refused("nothing-found", facts={"category": category_code, "hall": hall.code})
    return category, None, frozenset()


def _opening(
    hall: Hall,
    policy: HallPolicy,
    category: Category,
    item: Item | None,
    tags: frozenset[str],
    now: datetime,
    *,
    walks_in: bool,
) -> _Opening:
    """The session now, and whether it takes walk-ins for this.

    :raises Refused: closed or walk-ins-closed, with the next opening.
    """
    code = item.code if item else None
    found = numbers_open(hall=hall, policy=policy.tickets, now=now, item=code, category=category.code, tags=tags)
    if not walks_in:
        session = found.session or calendars.session_at(hall, now)
        kind, until = (session.kind, session.ends_at) if session else ("regular", None)
        return _Opening(kind, until, rules.line_closes_at(found.day_ends_at or until), False)
    if not policy.tickets.walk_ins:
        reason = {"zh": "本大厅只办理预约，先约时间", "en": "This hall serves by appointment; book a time first"}
        raise Refused("walk-ins-closed", facts={"reason": reason})
    if found.session is None:
        raise _closed(hall, found, now)
    if found.session.walk_ins == "never":
        opens = calendars.next_open_moment(hall, found.session.ends_at, item=code, tags=tags, category=category.code)
        reason = {"zh": "这个时段只接待预约群众", "en": "This session serves booked people only"}
        raise Refused("walk-ins-closed", facts={"reason": reason, "opens": opens}, next=opens)
    closes = rules.line_closes_at(found.day_ends_at)
    return _Opening(found.session.kind, found.session.ends_at, closes, found.session.walk_ins == "after_booked")


def _last_number(
    hall: Hall, category: Category, item: Item | None, likely_s: int | None, until: datetime | None
) -> Refused:
    """The line will probably close first; with the next opening."""
    assert until is not None
    code = item.code if item else None
    opens = calendars.next_open_moment(hall, until, item=code, category=category.code)
    return Refused("last-number", facts={"until": until, "minutes": round((likely_s or 0) / 60)}, next=opens)


def _closed(hall: Hall, found: Opening, now: datetime) -> Refused:
    """Why no number is given now: a closure in its own words, another session, or the hour; and until when."""
    facts: dict[str, Any] = {"opens": found.opens_at}
    if found.closure is not None:
        words = found.closure.reason
        facts |= {"reason": {"zh": words.zh, "en": words.en}, "until": found.closure.ends_at}
        return Refused("closed", facts=facts, next=found.opens_at)
    if calendars.session_at(hall, now) is not None:
        reason = {"zh": "这个时段不办理这项业务", "en": "This is not handled in the present session"}
        return Refused("walk-ins-closed", facts={"reason": reason, **facts}, next=found.opens_at)
    reason = {"zh": "现在不在开放时间", "en": "It is not open now"}
    return Refused("closed", facts={"reason": reason, **facts}, next=found.opens_at)
