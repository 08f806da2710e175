"""At the window: recall, start, identity, hold, miss, finish, pass on, a second matter. Facts are rows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Sum

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import InvalidDocument
from banshi.kernel.evidence import Evidence
from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.booking import actions as booking
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.places.models import Category, WindowCategory
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.calling import need_person_free, window_by_code
from banshi.rooms.tickets.actions.deciding import need_match, need_why
from banshi.rooms.tickets.actions.ground import (
    at_my_window,
    bookings_first,
    business_day,
    came_to_nothing,
    need_at_work,
    need_free,
    need_line_open,
    need_not_evacuated,
    now_idle,
    policy,
    record,
    seconds,
    session_of,
    tell_line,
    visit_over,
)
from banshi.rooms.tickets.actions.stopping import NextPlace
from banshi.rooms.tickets.actions.stretches import begin_stretch, end_stretch
from banshi.rooms.tickets.actions.taking import Take, issue
from banshi.rooms.tickets.actions.told import tell
from banshi.rooms.tickets.models import AT_WINDOW, Call, Miss, Service, Skip, Ticket, Transfer, WindowSession
from banshi.rooms.tickets.queries import contact_of
from banshi.rooms.tickets.queries.missed import stands, times_back
from banshi.rooms.tickets.queries.numbers import numbers_given
from banshi.rooms.tickets.queries.stopped import Aim, goes_on_today
from banshi.rooms.tickets.queries.ticket import name_of


@transaction.atomic
def recall(*, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Call the same number again (重呼), at most as often as the policy says.

    :raises Refused: recall-limit, closed (people are asked to leave), and those of `at_my_window`.
    """
    ticket, session = at_my_window(ref, staff_id=staff_id, verb="recall")
    need_not_evacuated(ticket, session, now)
    rule = policy(ticket, now).tickets
    if (refusal := rules.NUMBER.refusal(ticket.state, "recall", recalls=ticket.recalls, policy=rule)) is not None:
        raise Refused(refusal)
    ticket.recalls += 1
    ticket.save(update_fields=["recalls"])
    Call.objects.create(
        ticket=ticket, hall_id=ticket.hall_id, window=session.window, staff_id=staff_id, kind="recall", at=now
    )
    dedupe = f"your_turn:{ticket.ref}:{ticket.calls}:{ticket.recalls}"
    tell(ticket, key="your_turn", dedupe=dedupe, window=session.window, now=now)
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def identity_checked(
    *, ref: str, staff_id: int, now: datetime, id_number: str | None = None, ok: bool | None = None
) -> Ticket:
    """Compare the ID card with the person booked (人证核验, mission §1.8): by number, or by the clerk's eyes (`ok`).

    The result is stored either way: a mismatch is a fact, and `start` may depend on it.

    :raises Refused: identity-invalid (unreadable number), invalid (neither given), and those of `at_my_window`.
    """
    ticket, _ = at_my_window(ref, staff_id=staff_id, verb="check_identity")
    by_number = False
    if id_number is not None:
        if ticket.person is None:
            reason = {"zh": "这张号票没有实名", "en": "This number is not bound to a person"}
            raise Refused("identity-invalid", facts={"reason": reason})
        try:
            ok = people.has_document(ticket.person, id_number, today=business_day(ticket.hall, now))
        except InvalidDocument as wrong:
            raise Refused("identity-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
        by_number = ok
    if ok is None:
        reason = {"zh": "读取证件，或确认核验结果", "en": "Read the document, or say what was found"}
        raise Refused("invalid", facts={"field": "id_number", "reason": reason})
    ticket.identity_ok, ticket.mismatch_allowed = ok, False
    ticket.save(update_fields=["identity_ok", "mismatch_allowed"])
    if ok:
        _believe(ticket, named=not by_number, staff_id=staff_id, now=now)
    tell_line(ticket, now)
    return ticket


def _believe(ticket: Ticket, *, named: bool, staff_id: int, now: datetime) -> None:
    """A clerk compared person and card: the booking carries that from now on, and so does the name, where it was compared.

    A number alone says whose document it is, not what they are called: a name somebody else typed stays declared.
    """
    if ticket.person is None:
        return
    by = Actor(ActorKind.STAFF, str(staff_id), ticket.hall.code)
    if named and name_of(ticket):
        identity.confirm_name(person_id=ticket.person.pk, name=name_of(ticket), by=by, now=now)
    if ticket.appointment_id is not None:
        booking.prove(appointment_id=ticket.appointment_id, evidence=Evidence.WINDOW, now=now)


@transaction.atomic
def start(*, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Begin to serve the number that was called here.

    :raises Refused: identity-mismatch (the policy wants the person checked first), closed (people are asked to leave), and
        those of `at_my_window`.
    """
    ticket, session = at_my_window(ref, staff_id=staff_id, verb="start")
    need_not_evacuated(ticket, session, now)
    _need_identity(ticket, now)
    ticket.state, ticket.started_at = rules.NUMBER.to("start"), now
    ticket.way_s = seconds(ticket.called_at or now, now)
    ticket.save(update_fields=["state", "started_at", "way_s"])
    begin_stretch(ticket, session=session, now=now)
    tell_line(ticket, now)
    return ticket


def _need_identity(ticket: Ticket, now: datetime) -> None:
    need_match(ticket)
    strict = not policy(ticket, now).tickets.start_without_identity
    if strict and ticket.person_id is not None and not ticket.identity_ok:
        checked = ticket.identity_ok is not None
        raise Refused("identity-mismatch", facts={"checked": checked, "number": ticket.number})


def _stop(ticket: Ticket, outcome: str, now: datetime) -> None:
    """End the stretch under way and free the window."""
    end_stretch(ticket, outcome=outcome, now=now)
    # A further matter of the same person waits from here: while this one was served, nobody waited for it.
    further = Ticket.objects.filter(visit_id=ticket.visit_id, state="waiting", made_at__gte=ticket.started_at or now)
    further.exclude(pk=ticket.pk).update(waits_from=now)
    now_idle(ticket.window_id, now)


@transaction.atomic
def miss(*, ref: str, staff_id: int, now: datetime, next_place: NextPlace | None = None) -> Ticket:
    """Nobody came (过号): the number is put aside until it is reinstated. Where its line is closed for the rest of the day it is
    told nothing now: once this can no longer be undone, the apology (`close_line.reach_late`).

    :param next_place: the first time that can be booked, told to whom it cannot be put back any more and no number is given.
    :raises Refused: those of `at_my_window`.
    """
    bookings_first(Ticket.objects.filter(ref=ref))
    ticket, session = at_my_window(ref, staff_id=staff_id, verb="miss")
    ticket.state, ticket.call_by, ticket.only_window = rules.NUMBER.to("miss"), None, None
    ticket.misses += 1
    ticket.save(update_fields=["state", "call_by", "only_window", "misses"])
    now_idle(session.window_id, now)
    rule, came_back = policy(ticket, now).tickets, times_back(Miss.objects.filter(ticket=ticket).order_by("id"))
    closes = rules.comes_back_before(missed_at=now, policy=rule, line_closes_at=ticket.line_closes_at)
    until = rules.back_until(came_back=came_back, closes=closes, policy=rule, now=now)
    said = {"back_within": rule.reissue_within, "back_way": rule.missed} if until is not None else {}
    who = f"staff:{staff_id}"
    miss = Miss.objects.create(ticket=ticket, hall_id=ticket.hall_id, window=session.window, at=now, by=who, **said)
    if until is None:
        came_to_nothing([ticket], now)
    if until is None or goes_on_today(ticket, now):
        advice = _advice(ticket, rule, until=until, next_place=next_place, now=now)
        dedupe = f"missed:{ticket.ref}:{miss.pk}"  # not the count of misses: undo takes that back
        tell(ticket, key="missed", dedupe=dedupe, window=session.window, now=now, more=advice)
    tell_line(ticket, now)
    return ticket


def _advice(
    ticket: Ticket, rule: TicketPolicy, *, until: datetime | None, next_place: NextPlace | None, now: datetime
) -> dict[str, str]:
    """How to come back, or what is left: only a number that may be put back has a code to be scanned."""
    item = ticket.item.code if ticket.item else None
    numbers = numbers_given(ticket.hall, item=item, category=ticket.category.code, now=now)
    local = until and until.astimezone(ZoneInfo(ticket.hall.timezone))
    advice = rules.missed_advice(rule, until=local, numbers=numbers, stands=stands(ticket, now))
    if until is not None:
        return advice
    place = next_place(ticket) if next_place is not None and not numbers and ticket.notify_to else None
    if place is None:
        return advice | {"link": ""}
    return advice | {"next": place.isoformat(), "how_zh": "现在就约", "how_en": "Book it"}


@transaction.atomic
def hold(*, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Put the service aside (挂起) – a copy is being made, a form filled – and free the window.

    :raises Refused: those of `at_my_window`.
    """
    ticket, _ = at_my_window(ref, staff_id=staff_id, verb="hold")
    ticket.state = rules.NUMBER.to("hold")
    ticket.save(update_fields=["state"])
    _stop(ticket, "held", now)
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def resume_held(*, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Go on with a service that was put aside, at the window where this clerk is now.

    :raises Refused: window-busy, person-elsewhere, wrong-state, not-your-hall, not-signed-in, nothing-found, closed (people
        are asked to leave).
    """
    ticket, _ = at_my_window(ref, staff_id=staff_id, verb="resume_held")
    session = session_of(staff_id, lock=True)
    need_at_work(session)
    need_free(session)
    need_person_free(ticket)
    need_not_evacuated(ticket, session, now)
    ticket.state, ticket.window = rules.NUMBER.to("resume_held"), session.window
    ticket.save(update_fields=["state", "window"])
    begin_stretch(ticket, session=session, now=now)
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def finish(*, ref: str, staff_id: int, now: datetime, outcome: str = "done", why: str = "") -> Ticket:
    """The service ends: the window is free, the wait and the handling are known, and how it ended.

    :param outcome: one of `rules.OUTCOMES`; a refusal says why.
    :raises Refused: invalid (unknown outcome, no reason), identity-mismatch (not decided), and those of `at_my_window`.
    """
    ticket, _ = at_my_window(ref, staff_id=staff_id, verb="finish")
    if outcome not in rules.OUTCOMES:
        reason = {"zh": "没有这种办理结果", "en": "There is no such outcome"}
        raise Refused("invalid", facts={"field": "outcome", "reason": reason, "known": list(rules.OUTCOMES)})
    ticket.outcome, ticket.outcome_why = outcome, need_why(why) if outcome == "refused" else legible(why)[:200]
    need_match(ticket)
    _stop(ticket, "finished", now)
    stretch = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    total = Service.objects.filter(ticket=ticket).aggregate(total=Sum(stretch))["total"]
    ticket.state, ticket.finished_at = rules.NUMBER.to("finish"), now
    ticket.handling_s = round(total.total_seconds()) if total else 0
    ticket.save(update_fields=["state", "finished_at", "handling_s", "outcome", "outcome_why"])
    visit_over(ticket, now)
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def transfer(
    *,
    ref: str,
    staff_id: int,
    now: datetime,
    window_code: str | None = None,
    category_code: str | None = None,
    why: str = "",
) -> Ticket:
    """Pass a number on (转号) to one window, or to another category's line.

    Whoever had been called keeps the turn: served next after those in the same case, before lanes and booked people.
    A number still waiting keeps its rank.

    :raises Refused: invalid (not exactly one aim), nothing-found, not-your-hall, not-signed-in (nobody at that window),
        wrong-state (also: that window is paused), person-elsewhere, closed (the line or the window there is stopped).
    """
    if (window_code is None) == (category_code is None):
        reason = {"zh": "选一个窗口或一个类别", "en": "Choose one window or one category"}
        raise Refused("invalid", facts={"field": "window", "reason": reason})
    ticket, _ = at_my_window(ref, staff_id=staff_id, verb="transfer")
    was, from_window = ticket.state, ticket.window if ticket.state != "waiting" else None
    fact = Transfer(ticket=ticket, from_window=from_window, at=now, by=f"staff:{staff_id}", why=legible(why)[:200])
    if window_code is not None:
        window = window_by_code(window_code)
        if window.hall_id != ticket.hall_id:
            raise Refused("not-your-hall", facts={"hall": window.hall.code})
        session = WindowSession.objects.filter(window=window, signed_out_at=None).order_by("id").first()
        if session is None:
            raise Refused("not-signed-in", facts={"window": window.code})
        need_at_work(session)
        there = Aim(ticket.item.code if ticket.item else None, ticket.category.code, window.zone.code)
        need_line_open(ticket.hall, there, appointment_id=ticket.appointment_id, now=now)
        ticket.only_window = fact.to_window = window
    else:
        category = Category.objects.filter(hall_id=ticket.hall_id, code=category_code).order_by("id").first()
        if category is None:
            raise Refused("nothing-found", facts={"category": category_code})
        there = Aim(ticket.item.code if ticket.item else None, category.code)
        need_line_open(ticket.hall, there, appointment_id=ticket.appointment_id, now=now)
        ticket.category = fact.to_category = category
        ticket.only_window = None
    if was in AT_WINDOW:
        _stop(ticket, "transferred", now)
    if was != "waiting":
        ticket.rank_class, ticket.waits_from = rules.RankClass.REISSUED, now
    # Sent on by the hall itself: the rule of one number per category is not held against the person.
    ticket.state, ticket.alone = rules.NUMBER.to("transfer"), False
    ticket.save(update_fields=["state", "alone", "rank_class", "only_window", "category", "waits_from"])
    fact.save()
    aim = {"to_window": fact.to_window.number} if fact.to_window else {"to_category": ticket.category.code}
    came = {"window": from_window.number} if from_window is not None else {}
    record("transferred", ticket, staff_id, now, **came, **aim, **({"why": why[:200]} if why else {}))
    if from_window is not None and ticket.only_window_id != from_window.pk:
        # Passed on: not straight back to where it came from, as long as anybody else serves it.
        Skip.objects.get_or_create(
            ticket=ticket, window=from_window, defaults={"at": now, "by": f"staff:{staff_id}", "why": "transferred"}
        )
    tell_line(ticket, now)
    return ticket


@transaction.atomic
def add_matter(*, ref: str, item_code: str, staff_id: int, now: datetime, appointment_id: int | None = None) -> Ticket:
    """A second matter for the person at the window, in the same visit: next here if this window serves it, else
    without queueing again where it is served.

    :param appointment_id: what they have booked for it, which the hall may have kept although it closes.
    :raises Refused: item-not-here, identity-mismatch (not decided), closed (its line is stopped), and those of
        `at_my_window`.
    """
    ticket, session = at_my_window(ref, staff_id=staff_id, verb="add_matter")
    need_match(ticket)
    listed = HallItem.objects.select_related("category").filter(hall_id=ticket.hall_id, item__code=item_code)
    handled = listed.order_by("id").first()
    if handled is None:
        raise Refused("item-not-here", facts={"item": item_code, "hall": ticket.hall.code})
    here = WindowCategory.objects.filter(window_id=session.window_id, category_id=handled.category_id).exists()
    aim = Aim(item_code, handled.category.code, session.window.zone.code if here else None)
    need_line_open(ticket.hall, aim, appointment_id=appointment_id, now=now)
    take = Take(
        item_code=item_code,
        person_id=ticket.person_id,
        limit_key=ticket.limit_key,
        lane=ticket.lane,
        channel="desk",
        by=Actor(ActorKind.STAFF, str(staff_id), ticket.hall.code),
        language=ticket.language,
        contact=contact_of(ticket),
        visit_id=ticket.visit_id,
        only_window_id=session.window_id if here else None,
        follows=True,
    )
    return issue(take, hall=ticket.hall, now=now)
