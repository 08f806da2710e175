"""What needs somebody in a hall: counted, with the page where it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from banshi.foundation.doors import Who
from banshi.foundation.said import english
from banshi.foundation.times import day_words, span_words
from banshi.frames.staff.frame import zone_of
from banshi.frames.staff.waiting import waiting_lines
from banshi.journeys.hours.stops import as_announced
from banshi.rooms.booking.models import Appeal, Appointment, FollowUpVisit, Slot
from banshi.rooms.calendars.models import Closure
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue.models import Item, Retirement
from banshi.rooms.catalogue.rules.retiring import RETIREMENT
from banshi.rooms.devices.queries import fleet
from banshi.rooms.exchange import queries as exchange
from banshi.rooms.feedback.models import Task
from banshi.rooms.hooks import queries as hooks
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Hall
from banshi.rooms.zones import queries as zones
from banshi.surfaces.office.need import Need
from banshi.surfaces.office.needs_dropped import dropped
from banshi.surfaces.office.needs_second import to_publish

CLOSURES_WITHIN = timedelta(days=14)


def needs(who: Who, halls: list[Hall], *, now: datetime) -> list[Need]:
    """What waits for this person in these halls, most urgent first; as many queries for thirty halls as for one,
    but for the sentence of each closure."""
    found = [
        *_cases(who, halls, now),
        *_ratings(who, halls, now),
        *_to_judge(who, halls, now),
        *_appeals(who, halls),
        *_messages(who, halls),
        *_webhooks(who, halls),
        *_exchange(who, halls),
        *_seals(who, halls),
        *_set_aside(who, halls, now),
        *_machines(who, halls, now),
        *_help(who, halls, now),
        *_closures(who, halls, now),
        *_left_over(who, halls, now),
        *_overfull(who, halls, now),
        *_retiring(who, halls),
        *to_publish(who, halls, now=now),
        *dropped(who, halls, now=now),
        *_booked_beyond(who, halls, now),
        *_provisional(who, halls, now),
    ]
    order = {"urgent": 0, "wait": 1, "info": 2}
    return sorted(found, key=lambda need: order[need.tone])


def _cases(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    lines = waiting_lines(who, halls, now=now)
    return [Need(each.hall, each.icon, each.tone, each.text, each.href, each.detail) for each in lines]


def _where(who: Who, halls: list[Hall], permission: str) -> dict[int, Hall]:
    return {hall.pk: hall for hall in halls if who.may(permission, hall.code)}


def _ratings(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    mine = _where(who, halls, "ratings.answer")
    open_tasks: dict[int, int] = {}
    overdue: dict[int, int] = {}
    rows = Task.objects.filter(hall_id__in=mine, state__in=["open", "answered"]).order_by("id")
    for hall_id, state, answer_due, settle_due in rows.values_list(
        "hall_id", "state", "answer_due_on", "settle_due_on"
    ):
        late = (answer_due if state == "open" else settle_due) < _today(mine[hall_id], now)
        counted = overdue if late else open_tasks
        counted[hall_id] = counted.get(hall_id, 0) + 1
    found = []
    for hall_id, hall in mine.items():
        href = reverse("office:ratings", kwargs={"hall": hall.code})
        if n := overdue.get(hall_id):
            text = ngettext("%(n)s low rating is overdue", "%(n)s low ratings are overdue", n) % {"n": n}
            found.append(Need(hall, "star", "urgent", text, href))
        if n := open_tasks.get(hall_id):
            text = ngettext("%(n)s low rating to answer", "%(n)s low ratings to answer", n) % {"n": n}
            found.append(Need(hall, "star", "wait", text, href))
    return found


def _to_judge(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    mine = _where(who, halls, "ratings.judge")
    counted: dict[int, list[bool]] = {}
    next_day: dict[int, date] = {}
    rows = Task.objects.filter(hall_id__in=mine, state="appealed").order_by("judge_due_on", "id")
    for hall_id, due_on in rows.values_list("hall_id", "judge_due_on"):
        over = due_on is not None and due_on < _today(mine[hall_id], now)
        counted.setdefault(hall_id, []).append(over)
        if due_on is not None and not over:
            next_day.setdefault(hall_id, due_on)
    found = []
    for hall_id, late in counted.items():
        href = reverse("office:ratings", kwargs={"hall": mine[hall_id].code}) + "?state=appealed"
        if n := sum(late):
            text = ngettext(
                "%(n)s appeal against a rating is past its day", "%(n)s appeals against ratings are past their day", n
            ) % {"n": n}
            found.append(Need(mine[hall_id], "star", "urgent", text, href))
        if n := len(late) - sum(late):
            text = ngettext("%(n)s appeal against a rating to judge", "%(n)s appeals against ratings to judge", n) % {
                "n": n
            }
            found.append(
                Need(mine[hall_id], "star", "wait", text, href, _by_day(mine[hall_id], next_day.get(hall_id), now))
            )
    return found


def _by_day(hall: Hall, day: date | None, now: datetime) -> str:
    return pgettext("waiting", "The first by %(day)s") % {"day": day_words(day, _today(hall, now))} if day else ""


def _appeals(who: Who, halls: list[Hall]) -> list[Need]:
    mine = _where(who, halls, "credit.decide")
    counted: dict[str, int] = {}
    rows = Appeal.objects.filter(state="open").order_by("id").values_list("suspension__scope", "entry__scope")
    for suspension_scope, entry_scope in rows:
        scope = suspension_scope or entry_scope
        counted[scope] = counted.get(scope, 0) + 1
    found = []
    for hall in mine.values():
        n = counted.get(hall.code, 0) + counted.get(hall.region_id, 0)
        if n:
            text = ngettext("%(n)s appeal to answer", "%(n)s appeals to answer", n) % {"n": n}
            found.append(Need(hall, "shield-check", "wait", text, reverse("office:credit", kwargs={"hall": hall.code})))
    return found


def _messages(who: Who, halls: list[Hall]) -> list[Need]:
    def failed(codes: list[str]) -> Mapping[str, int]:
        rows = Message.objects.filter(state="failed", hall__in=codes).order_by("id").values_list("hall", flat=True)
        return Counter(rows[:5000])

    def said(n: int) -> str:
        return ngettext("%(n)s message could not be sent", "%(n)s messages could not be sent", n) % {"n": n}

    found = _in_each(who, halls, "notices.view", failed, "bell-off", said, "office:notices")
    return [replace(need, href=need.href + "?state=failed") for need in found]


def _webhooks(who: Who, halls: list[Hall]) -> list[Need]:
    """Systems that hear nothing any more since nothing got through to them."""

    def said(n: int) -> str:
        return ngettext("%(n)s webhook was turned off", "%(n)s webhooks were turned off", n) % {"n": n}

    return _in_each(who, halls, "hooks.manage", hooks.troubled, "share-2", said, "office:hooks")


def _exchange(who: Who, halls: list[Hall]) -> list[Need]:
    """Batches that the national platform did not take, again and again."""

    def said(n: int) -> str:
        return ngettext(
            "%(n)s batch is not taken by the platform", "%(n)s batches are not taken by the platform", n
        ) % {"n": n}

    return _in_each(who, halls, "hooks.manage", exchange.troubled, "repeat", said, "office:exchange")


def _seals(who: Who, halls: list[Hall]) -> list[Need]:
    """Papers that the signer did not seal, again and again."""

    def said(n: int) -> str:
        return ngettext("%(n)s paper could not be sealed", "%(n)s papers could not be sealed", n) % {"n": n}

    return _in_each(who, halls, "seals.manage", cases.troubled, "signature", said, "office:seals")


def _set_aside(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    """Papers that cannot be printed: a character is in no font here."""

    def said(n: int) -> str:
        return ngettext("%(n)s paper cannot be printed", "%(n)s papers cannot be printed", n) % {"n": n}

    aside = partial(cases.set_aside_in, now=now)
    return _in_each(who, halls, "seals.manage", aside, "file-text", said, "office:seals")


def _machines(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    """Machines of which somebody was told, and which nobody looks after yet."""

    def said(n: int) -> str:
        return ngettext(
            "%(n)s machine needs somebody to look after it", "%(n)s machines need somebody to look after them", n
        ) % {"n": n}

    waiting = partial(fleet.waiting, now=now)
    return _in_each(who, halls, "devices.manage", waiting, "activity", said, "office:fleet")


def _help(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    """Calls for help in night zones that nobody looks after."""

    def said(n: int) -> str:
        return ngettext(
            "%(n)s call for help in night zones", "%(n)s calls for help in night zones", n
        ) % {"n": n}  # fmt: skip

    waiting = partial(zones.calls_waiting, now=now)
    return _in_each(who, halls, "devices.manage", waiting, "siren", said, "office:zones")


def _in_each(
    who: Who,
    halls: list[Hall],
    permission: str,
    counted: Callable[[list[str]], Mapping[str, int]],
    icon: str,
    said: Callable[[int], str],
    page: str,
) -> list[Need]:
    """What is in trouble in each hall where they may see to it. :param counted: of the codes of halls, how much in which."""
    mine = {hall.code: hall for hall in _where(who, halls, permission).values()}
    return [
        Need(mine[code], icon, "urgent", said(n), reverse(page, kwargs={"hall": code}))
        for code, n in counted(list(mine)).items()
    ]


def _closures(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    mine = _where(who, halls, "calendar.edit")
    rows = (
        Closure.objects.filter(
            hall_id__in=mine, withdrawn_at=None, ends_at__gt=now, starts_at__lt=now + CLOSURES_WITHIN
        )
        .select_related("floor", "zone", "category", "item")
        .order_by("starts_at")
    )
    found = []
    for row in rows:
        hall = mine[row.hall_id]
        said = as_announced(hall, row, now)
        text = said.en if english() else said.zh
        with timezone.override(zone_of(hall)):
            span = span_words(row.starts_at, row.ends_at, _today(hall, now))
        href = reverse("office:closures", kwargs={"hall": hall.code})
        found.append(Need(hall, "calendar-x", "wait" if row.starts_at <= now else "info", text, href, span))
    return found


def _left_over(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    """Visits that a change of hours of the last week could not settle."""
    mine = _where(who, halls, "calendar.edit")
    week = now - timedelta(days=7)
    rows = FollowUpVisit.objects.filter(follow_up__hall_id__in=mine, follow_up__made_at__gte=week, state="failed")
    counted = Counter(rows.order_by("id").values_list("follow_up__hall_id", flat=True)[:5000])
    return [
        Need(
            mine[hall_id],
            "calendar-x",
            "urgent",
            ngettext("%(n)s visit could not be moved", "%(n)s visits could not be moved", n) % {"n": n},
            reverse("office:unsettled", kwargs={"hall": mine[hall_id].code}),
        )
        for hall_id, n in counted.items()
    ]


def _overfull(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    """Periods to come with more people than places: somebody has to decide who is moved."""
    mine = _where(who, halls, "calendar.edit")
    over = Q(taken__gt=F("quota")) | Q(internal_taken__gt=F("internal_quota"))
    rows = Slot.objects.filter(over, hall_id__in=mine, ends_at__gt=now, closed=False)
    counted = Counter(rows.order_by("id").values_list("hall_id", flat=True)[:5000])
    return [
        Need(
            mine[hall_id],
            "calendar-x",
            "wait",
            ngettext("%(n)s period has more people than places", "%(n)s periods have more people than places", n)
            % {"n": n},
            reverse("office:unsettled", kwargs={"hall": mine[hall_id].code}),
        )
        for hall_id, n in counted.items()
    ]


def _retiring(who: Who, halls: list[Hall]) -> list[Need]:
    """Matters that somebody asked to retire, or to handle again: another person agrees, or does not. They are every hall's: said
    once.
    """
    mine = list(_where(who, halls, "items.publish").values())[:1]
    if not mine:
        return []
    by = str(who.by)
    n = Retirement.objects.filter(
        Q(state=RETIREMENT.states[0]) & ~Q(asked_by=by) | Q(state=RETIREMENT.to("ask_back")) & ~Q(back_asked_by=by)
    ).count()
    text = ngettext(
        "%(n)s matter waits to be retired, or handled again", "%(n)s matters wait to be retired, or handled again", n
    ) % {"n": n}
    href = reverse("office:items", kwargs={"hall": mine[0].code}) + "?only=retiring"
    return [Need(mine[0], "ban", "wait", text, href)] if n else []


def _booked_beyond(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    """People who are booked for a matter on a day on which it is retired: they were told, and may come all the same."""
    mine = _where(who, halls, "catalogue.edit")
    gone = (
        list(Item.objects.filter(retired_on__isnull=False).order_by("id").values_list("id", flat=True)) if mine else []
    )
    if not gone:
        return []
    rows = Appointment.objects.filter(
        hall_id__in=mine, item_id__in=gone, state="booked", ends_at__gt=now, day__gte=F("item__retired_on")
    )
    counted = Counter(rows.order_by("id").values_list("hall_id", flat=True)[:5000])
    return [
        Need(
            mine[hall_id],
            "calendar-x",
            "info",
            ngettext("%(n)s booking of a retired matter", "%(n)s bookings of retired matters", n) % {"n": n},
            reverse("office:items", kwargs={"hall": mine[hall_id].code}) + "?only=retiring",
        )
        for hall_id, n in counted.items()
    ]


def _provisional(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    mine = _where(who, halls, "calendar.edit")
    if not mine:
        return []
    hall = next(iter(mine.values()))
    soon = _today(hall, now) + timedelta(days=60)
    if not work_calendar().is_provisional(soon):
        return []
    text = _("The holidays of %(year)s are not announced yet") % {"year": soon.year}
    detail = _("Days of that year follow the weekday until the notice is loaded.")
    return [Need(hall, "calendar-days", "info", text, reverse("office:calendar", kwargs={"hall": hall.code}), detail)]


def _today(hall: Hall, now: datetime) -> date:
    return now.astimezone(zone_of(hall)).date()
