"""Taking a number (取号): what the rules of the hall allow, and the wait it is told; `filing` counts and files it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from banshi.foundation.crypto import encrypt
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import IdType, birth_date
from banshi.kernel.numbers import code_from
from banshi.kernel.ownership import is_typed
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.queries import Opening
from banshi.rooms.calendars.rules import What
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.catalogue.queries.retiring import need_taken
from banshi.rooms.identity.models import Person
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.calling import call_at_idle_windows
from banshi.rooms.tickets.actions.filing import Sheet, file_many
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import Newcomer, Promise, numbers_open_on, promises_for

REF_BYTES = 12  # 60 random bits and a check character


@dataclass(frozen=True)
class _Opening:
    """The session a number is taken in."""

    kind: str
    until: datetime | None
    closes: datetime | None  # the day's line
    after_booked: bool


@dataclass(frozen=True, slots=True)
class Take:
    """One request for a number, for a category or an item.

    :param kind: booked | walk_in (late for a booked period: walk_in, with the appointment).
    :param lane: "" or one of `rules.LANES`; the elderly get theirs by year of birth.
    :param visit_id: the visit it belongs to; None finds or begins the person's visit of the day.
    :param expected: for somebody on the way; nobody is called at once.
    :param beside: its holder waits in the same line for another matter of the same booked visit (`of_same_visit`).
    :param contact: where to tell about this number (E.164): given when taking it, or with its booking
        (`contact_of_booked`); else the person's own.
    :param limit_key: "" where the person is known by evidence; else who declared the document: of this holder alone.
    :param follows: a further matter of somebody who is in the hall already: neither limits nor hours stop it.
    """

    channel: str
    by: Actor
    category_code: str | None = None
    item_code: str | None = None
    person_id: int | None = None
    lane: str = ""
    kind: str = "walk_in"
    appointment: Appointment | None = None
    language: str = "zh-hans"
    contact: str | None = None
    visit_id: int | None = None
    only_window_id: int | None = None
    follows: bool = False
    expected: bool = False
    beside: bool = False
    limit_key: str = ""

    @property
    def walks_in(self) -> bool:
        return self.kind == "walk_in" and not self.follows


def issue(take: Take, *, hall: Hall, now: datetime) -> Ticket:
    """Give a number: `issue_many` for one.

    :raises Refused: those of `issue_many`.
    """
    (result,) = issue_many(hall=hall, asked=[take], now=now)
    if isinstance(result, Refused):
        raise result
    return result


def issue_many(*, hall: Hall, asked: Sequence[Take], now: datetime) -> list[Ticket | Refused]:
    """Give numbers of a hall to all who ask together; one result each, in order. First come, first served.

    Walk-ins need an open session that takes them, and a place under the daily limits; booked numbers were let in by
    check-in. One waiting number per person and category where the policy says so. The wait that the slip shows is
    stored as a promise; where no window serves the category there is nothing to promise.

    What is read and written is so once, however many they are.

    :returns: numbers; or not-your-hall, nothing-found, item-not-here, item-retired, out-of-season, invalid, identity-invalid,
        closed, walk-ins-closed, last-number, daily-limit, already-waiting, already-checked-in.
    """
    answers: dict[int, Ticket | Refused] = {}
    for together in _apart(asked):
        found = _issue_together(hall, [asked[i] for i in together], now)
        answers.update(zip(together, found, strict=True))
    return [answers[i] for i in range(len(asked))]


def _apart(asked: Sequence[Take]) -> list[list[int]]:
    """Places in `asked`, so that nobody asks twice at once: their second number knows of the first."""
    rounds: list[tuple[list[int], set[object]]] = []
    for i, one in enumerate(asked):
        who: set[object] = {(one.person_id, one.limit_key)} if one.person_id is not None else set()
        if one.appointment is not None:
            who.add(one.appointment.pk)
        free = next((each for each in rounds if not each[1] & who), None)
        if free is None:
            rounds.append(free := ([], set()))
        free[0].append(i)
        free[1].update(who)
    return [places for places, _ in rounds]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A number that the rules allow, before its wait is known."""

    take: Take
    category: Category
    item: Item | None
    opening: _Opening
    contact: str | None
    lane: str
    to_check: bool
    rank: rules.Rank
    waits_from: datetime


def _issue_together(hall: Hall, asked: Sequence[Take], now: datetime) -> list[Ticket | Refused]:
    answers: dict[int, Ticket | Refused] = {}
    counter = _Counter(hall, now, [one.person_id for one in asked if one.person_id is not None])
    drafts: dict[int, _Draft] = {}
    for i, one in enumerate(asked):
        try:
            drafts[i] = counter.draft(one)
        except Refused as no:
            answers[i] = no
    sheets: dict[int, Sheet] = {}
    promises = dict(zip(drafts, counter.promises(list(drafts.values())), strict=True))
    for i, draft in drafts.items():
        try:
            sheets[i] = counter.sheet(draft, promises[i])
        except Refused as no:
            answers[i] = no
    filed = file_many(list(sheets.values()), hall_id=hall.pk, hall_code=hall.code, day=counter.day, now=now)
    for (i, sheet), result in zip(sheets.items(), filed, strict=True):
        if isinstance(result, Refused) and result.slug == "daily-limit":
            opens = _tomorrow(hall, drafts[i].category, drafts[i].item, counter.local)
            result = Refused(result.slug, facts=result.facts, next=opens)
        elif not isinstance(result, Refused):
            in_time = counter.in_time(drafts[i], sheet.likely_s)
            result.told = (sheet.ahead, sheet.likely_s, sheet.at_most_s, in_time)
            result.hall, result.category, result.item = hall, drafts[i].category, drafts[i].item
            result.where = promises[i].where
        answers[i] = result
    if counter.policy.auto_call:
        may = {i: given for i in sheets if isinstance(given := answers[i], Ticket) and _at_once(asked[i])}
        called = call_at_idle_windows(list(may.values()), hall=hall, now=now)
        answers.update(zip(may, called, strict=True))
    return [answers[i] for i in range(len(asked))]


def _at_once(take: Take) -> bool:
    return take.only_window_id is None and not take.expected


class _Counter:
    """A hall where numbers are given now; what several ask is read once.

    :ivar day: business day of the hall. :ivar local: now, in its zone.
    """

    def __init__(self, hall: Hall, now: datetime, people: Sequence[int]) -> None:
        self.hall, self.now = hall, now
        self.local = now.astimezone(ZoneInfo(hall.timezone))
        self.day = self.local.date()
        self.policy = policy_of(hall.pk, now=now).tickets
        fields = ("birth_year", "phone", "id_type", "id_number")
        self.people = Person.objects.only(*fields).in_bulk(people) if people else {}
        self.what = cache(self._what)
        self.opening = cache(self._opening)

    def draft(self, one: Take) -> _Draft:
        """:raises Refused: the rule that stops it."""
        if one.by.hall is not None and one.by.hall != self.hall.code:
            raise Refused("not-your-hall", facts={"hall": self.hall.code})
        booked_item = one.appointment.item_id if one.appointment is not None else None
        category, item, tags = self.what(one.category_code, one.item_code, booked_item)
        if one.lane and one.lane not in rules.LANES:
            reason = {"zh": "没有这种优先通道", "en": "There is no such priority lane"}
            raise Refused("invalid", facts={"field": "lane", "reason": reason, "known": list(rules.LANES)})
        if one.walks_in and self.policy.identity_required and (one.person_id is None or is_typed(one.limit_key)):
            reason = {
                "zh": "这里要放证件取号，只输号码不够",
                "en": "Take a number with the ID document itself; its number alone is not enough",
            }
            raise Refused("identity-invalid", facts={"reason": reason})
        opening = self.opening(category, item, tags, one.walks_in)
        person = self.people[one.person_id] if one.person_id is not None else None
        found = rules.lane_of(
            asked=one.lane, born=_born(person), shown=not one.limit_key, policy=self.policy, today=self.day
        )
        if isinstance(found, Refusal):
            raise Refused(found)
        lane, to_check = found
        if one.by.kind == ActorKind.STAFF and lane == "elderly":
            to_check = False  # the guide has them before the eyes
        ranked = rules.rank(
            kind=one.kind,
            lane=rules.lane_that_ranks(lane, to_check=to_check),
            policy=self.policy,
            period_start=one.appointment.starts_at if one.appointment else None,
            now=self.now,
        )
        if one.follows:
            ranked = rules.follow_up_rank(same_window=one.only_window_id is not None, now=self.now)
        return _Draft(
            take=one,
            category=category,
            item=item,
            opening=opening,
            contact=one.contact or (person.phone if person and not one.limit_key else None),
            lane=lane,
            to_check=to_check,
            rank=ranked,
            waits_from=max(self.now, one.appointment.starts_at) if one.appointment else self.now,
        )

    def promises(self, drafts: Sequence[_Draft]) -> list[Promise]:
        newcomers = [
            Newcomer(
                draft.category.pk, draft.rank, draft.take.only_window_id, draft.take.person_id, draft.take.limit_key
            )
            for draft in drafts
        ]
        if not newcomers:
            return []
        return promises_for(
            hall_id=self.hall.pk, day=self.day, hour=self.local.hour, policy=self.policy, now=self.now,
            newcomers=newcomers,
        )  # fmt: skip

    def in_time(self, draft: _Draft, likely_s: int | None) -> bool | None:
        """Whether it will probably be served today."""
        return rules.served_today(policy=self.policy, likely_s=likely_s, until=draft.opening.closes, now=self.now)

    def sheet(self, draft: _Draft, promise: Promise) -> Sheet:
        """:raises Refused: last-number – the line will probably close first."""
        take, policy, opening = draft.take, self.policy, draft.opening
        likely_s = promise.band.likely_s if promise.band else None
        if take.walks_in and policy.last_number == "refuse" and self.in_time(draft, likely_s) is False:
            raise _last_number(self.hall, draft.category, draft.item, likely_s, opening.closes)
        limits = policy if take.walks_in else None
        alone = take.person_id is not None and not (take.follows or take.beside)
        return Sheet(
            ref=code_from(os.urandom(REF_BYTES)),
            letter=draft.category.letter,
            category=draft.category.pk,
            item=draft.item.pk if draft.item else None,
            person=take.person_id,
            limit_key=take.limit_key,
            appointment=take.appointment.pk if take.appointment else None,
            visit=take.visit_id,
            kind=take.kind,
            lane=draft.lane,
            lane_to_check=draft.to_check,
            channel=take.channel,
            language=take.language,
            phone_index=phone_index(draft.contact) if draft.contact else "",
            notify_to=encrypt(draft.contact, place=TO_PLACE) if draft.contact else "",
            rank_class=int(draft.rank.rank_class),
            rank_key=draft.rank.key,
            call_by=rules.PUT_FIRST_BY
            if draft.rank.rank_class == rules.RankClass.URGENT
            else rules.call_by(rank_class=draft.rank.rank_class, policy=policy, now=self.now),
            session_kind=opening.kind,
            session_until=opening.until,
            line_closes_at=opening.closes,
            after_booked=opening.after_booked,
            alone=alone and policy.one_ticket_per_person_and_category,
            only_window=take.only_window_id,
            waits_from=draft.waits_from,
            walk_in=take.walks_in,
            category_limit=limits.daily_limits.get(draft.category.code) if limits else None,
            hall_limit=limits.daily_limit if limits else None,
            ahead=promise.ahead,
            likely_s=likely_s,
            at_most_s=promise.band.at_most_s if promise.band else None,
        )

    def _what(
        self, category_code: str | None, item_code: str | None, booked_item: int | None
    ) -> tuple[Category, Item | None, frozenset[str]]:
        """Category, item, and the tags by which a session may be limited to it."""
        hall = self.hall
        if item_code is None and category_code is None and booked_item is not None:
            item_code = Item.objects.values_list("code", flat=True).get(pk=booked_item)
        if item_code is not None:
            handled = (
                HallItem.objects.select_related("item", "category__zone")
                .filter(hall=hall, item__code=item_code)
                .order_by("id")
                .first()
            )
            if handled is None:
                raise Refused("item-not-here", facts={"item": item_code, "hall": hall.code})
            if not handled.walk_in and booked_item is None:
                reason = {"zh": "这个事项只接受预约", "en": "This matter is by appointment only"}
                raise Refused("walk-ins-closed", facts={"reason": reason, "item": item_code})
            if booked_item is None:
                need_taken(handled.item, day=self.day)
            return handled.category, handled.item, frozenset({"extended"}) if handled.extended else frozenset()
        if category_code is None:
            reason = {"zh": "先选业务类别或事项", "en": "Choose a category or a matter"}
            raise Refused("invalid", facts={"field": "category", "reason": reason})
        category = self._categories.get(category_code)
        if category is None:
            raise Refused("nothing-found", facts={"category": category_code, "hall": hall.code})
        return category, None, frozenset()

    @cached_property
    def _categories(self) -> dict[str, Category]:
        rows = Category.objects.select_related("zone").filter(hall=self.hall).order_by("-id")
        return {category.code: category for category in rows}

    @cached_property
    def _today(self) -> calendars.HallDay:
        return calendars.hall_day(self.hall, self.now)

    @cached_property
    def _zones(self) -> dict[str, str | None]:
        return calendars.zones_by_category(self.hall.pk)

    def _opening(self, category: Category, item: Item | None, tags: frozenset[str], walks_in: bool) -> _Opening:
        """The session now, and whether it takes walk-ins for this.

        :raises Refused: closed or walk-ins-closed, with the next opening.
        """
        hall, now = self.hall, self.now
        code = item.code if item else None
        what = What(code, tags, category.code, self._zones.get(category.code))
        found = numbers_open_on(self._today, what, self.policy, now)
        if not walks_in:
            session = found.session or calendars.session_at(hall, now)
            kind, until = (session.kind, session.ends_at) if session else ("regular", None)
            return _Opening(kind, until, rules.line_closes_at(found.day_ends_at or until), False)
        if not self.policy.walk_ins:
            reason = {"zh": "本大厅只办理预约，先约时间", "en": "This hall serves by appointment; book a time first"}
            raise Refused("walk-ins-closed", facts={"reason": reason})
        if found.session is None:
            raise _closed(hall, found, now)
        if found.session.walk_ins == "never":
            opens = calendars.next_open_moment(hall, found.session.ends_at, What(code, tags, category.code))
            reason = {"zh": "这个时段只接待预约群众", "en": "This session serves booked people only"}
            raise Refused("walk-ins-closed", facts={"reason": reason, "opens": opens}, next=opens)
        closes = rules.line_closes_at(found.day_ends_at)
        after_booked = found.session.walk_ins == "after_booked"
        return _Opening(found.session.kind, found.session.ends_at, closes, after_booked)


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
    opening = calendars.next_opening(hall, night, What(item.code if item else None, category=category.code))
    return opening.starts_at if opening else None


def _born(person: Person | None) -> date | None:
    """By the document."""
    if person is None or person.birth_year is None:
        return None
    return birth_date(IdType(person.id_type), person.id_number) or date(person.birth_year, 12, 31)


def _last_number(
    hall: Hall, category: Category, item: Item | None, likely_s: int | None, until: datetime | None
) -> Refused:
    """The line will probably close first; with the next opening."""
    assert until is not None
    opens = calendars.next_open_moment(hall, until, What(item.code if item else None, category=category.code))
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
