"""A hall's line at one moment: six queries whatever its size, every wait worked out in one pass."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from banshi.foundation.crypto import words_opened
from banshi.kernel.refusals import Refused
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.queries.scene import (
    CALLS_SQL,
    HALL_SQL,
    IN_THE_HALL,
    HallRow,
    Promise,
    Scene,
    TicketRow,
    WindowRow,
    rows,
    scene,
)

RECENT_CALLS = 12
PAUSE_PLACE = "tickets_window_session.pause_reason"


# --- What is shown -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineCategory:
    """`ahead`, `likely_s`, `at_most_s`: of somebody who takes a number now; waits are None when no window serves it, and
    while a closure has it `stopped`."""

    code: str
    name_zh: str
    name_en: str
    letter: str
    waiting: int
    longest_wait_s: int
    likely_s: int | None
    at_most_s: int | None
    windows: int  # truly serving it
    ahead: int = 0
    stopped: bool = False


@dataclass(frozen=True)
class LineWindow:
    """state: closed | idle | called | serving | paused | emergency. `since`: of that state.

    `visit`: id of the newest service here, 0 = none. It tells two visits apart where nobody saw the state between them.
    """

    code: str
    number: str
    zone: str
    floor: str
    floor_zh: str
    floor_en: str
    kind: str
    state: str
    staff_id: int | None
    staff_name_zh: str
    staff_name_en: str
    ticket_number: str
    ticket_ref: str
    since: datetime | None
    categories: tuple[str, ...]
    pause_reason: str = ""
    visit: int = 0


class LineTicket(NamedTuple):
    """Somebody in the hall. `ahead`: other people called before this number at windows that serve both, each once however
    many numbers they hold; None unless waiting."""

    ref: str
    number: str
    category: str
    kind: str
    lane: str
    state: str
    masked_name: str
    ahead: int | None
    likely_s: int | None
    at_most_s: int | None
    walk_off_until: datetime | None  # as `rules.walk_off_until`
    made_at: datetime
    waited_s: int  # stretches present so far: no time parked, missed, or before the appointment's
    window: str | None  # number of the window it is or was at
    floor: str  # where it is called or, waiting, may be
    floor_en: str
    served_today: bool | None  # as `rules.served_today`; None unless waiting
    service_ends_at: datetime | None  # until when the windows serve those in line
    stopped: bool = False  # a closure has stopped its line; no wait is said then


@dataclass(frozen=True)
class LineCall:
    number: str
    window: str
    floor: str
    floor_en: str
    at: datetime
    kind: str
    masked_name: str
    ref: str
    zone: str


@dataclass(frozen=True)
class Line:
    """`version`: id of the hall's last event, from which watchers resume. `tickets`: who waits first, in call order."""

    version: int
    hall: str
    timezone: str
    at: datetime
    waiting: int
    serving: int
    categories: tuple[LineCategory, ...]
    windows: tuple[LineWindow, ...]
    tickets: tuple[LineTicket, ...]
    calls: tuple[LineCall, ...]


def line(hall_id: int, now: datetime) -> Line:
    """The hall's line now. Six queries; estimates of everybody in one pass.

    :param now: aware; the business day is the hall's own.
    :raises Refused: nothing-found.
    """
    return _read(hall_id, now)[0]


def line_at(hall_id: int, window_id: int, now: datetime) -> tuple[Line, tuple[LineTicket, ...]]:
    """The hall's line, and whom this window calls, first to last."""
    whole, seen = _read(hall_id, now)
    shown = {t.ref: t for t in whole.tickets}
    return whole, tuple(shown[t.ref] for t in seen.turn_at(window_id))


def _read(hall_id: int, now: datetime) -> tuple[Line, Scene]:
    found = rows(HALL_SQL, hall=hall_id, now=now)
    if not found:
        raise Refused("nothing-found", facts={"hall": hall_id})
    hall = HallRow(*found[0])
    local = now.astimezone(ZoneInfo(hall.timezone))
    day = local.date()
    seen = scene(hall_id=hall_id, day=day, hour=local.hour, policy=hall.policy, now=now, states=IN_THE_HALL)
    midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(hall.timezone))
    calls = rows(CALLS_SQL, hall=hall_id, midnight=midnight, now=now, day=day, most=RECENT_CALLS)
    return _shown(hall, seen, calls), seen


def _shown(hall: HallRow, seen: Scene, calls: Sequence[tuple[Any, ...]]) -> Line:
    now = seen.now
    waiting = seen.waiting()
    in_line, probes, before = _foretold(seen, waiting)
    codes = {c.id: c.code for c in seen.categories}
    in_category: Counter[int] = Counter(t.category for t in waiting)
    longest: dict[int, int] = defaultdict(int)
    waited_s = [ticket.waited_s(now) for ticket in seen.tickets]
    for ticket, waited in zip(seen.tickets, waited_s, strict=True):
        if ticket.state == "waiting" and waited > longest[ticket.category]:
            longest[ticket.category] = waited
    serving_windows: Counter[int] = Counter(c for w in seen.at_work for c in w.categories)
    return Line(
        version=hall.version,
        hall=hall.code,
        timezone=hall.timezone,
        at=now,
        waiting=len(waiting),
        serving=sum(t.state == "serving" for t in seen.tickets),
        categories=tuple(
            LineCategory(
                code=c.code,
                name_zh=c.name_zh,
                name_en=c.name_en,
                letter=c.letter,
                waiting=in_category[c.id],
                longest_wait_s=longest[c.id],
                likely_s=band.likely_s if (band := probes[c.id]) else None,
                at_most_s=band.at_most_s if band else None,
                windows=serving_windows[c.id],
                ahead=before[c.id],
                stopped=c.stopped,
            )
            for c in seen.categories
        ),
        windows=tuple(_shown_window(w, codes) for w in seen.windows),
        tickets=_shown_tickets(seen, in_line, codes, waited_s),
        calls=tuple(LineCall(*row) for row in calls),
    )


def _foretold(
    seen: Scene, waiting: Sequence[TicketRow]
) -> tuple[dict[int, Promise], dict[int, rules.Band | None], dict[int, int]]:
    """Promise of each waiting ticket by id; of a newcomer per category the wait, and how many are before them.

    Whom a closure has stopped keeps the place in line and is promised nothing; nobody who is called meanwhile waits for them.
    """
    moving = sum(not ticket.stopped for ticket in waiting)
    forecaster, neighbours = seen.forecaster(moving), seen.neighbours
    several = {visit for visit, n in Counter(ticket.visit for ticket in waiting).items() if n > 1}
    before, called = _Before(several, neighbours), _Before(several, neighbours)
    promises = {}
    for ticket in waiting:
        line = before if ticket.stopped else called
        ahead = 0 if ticket.only_window else line.people(neighbours[ticket.category], but=ticket.visit)
        if ticket.only_window is None:
            before.add(ticket)
        if ticket.stopped:
            promises[ticket.id] = Promise(ahead, None)
            continue
        promises[ticket.id] = Promise(
            ahead,
            forecaster.place(
                rules.InLine(
                    ticket.category,
                    ticket.rank_class,
                    ticket.only_window,
                    seen.spills_in_s(ticket.waits_from),
                    ticket.persons,
                )
            ),
        )
        if ticket.only_window is None:
            called.add(ticket)
    newcomer = seen.spills_in_s(seen.now)
    waits = {c.id: None if c.stopped else forecaster.probe(c.id, spills_in_s=newcomer) for c in seen.categories}
    return promises, waits, {c.id: (before if c.stopped else called).people(neighbours[c.id]) for c in seen.categories}


class _Before:
    """Who stands before somebody: people by line, whoever holds several numbers once.

    :param several: the visits of those who do; few, so that everybody else is a count.
    :param neighbours: as `Scene.neighbours`; of thousands who ask, each asks for one of these few lines.
    """

    def __init__(self, several: set[int], neighbours: Mapping[int, frozenset[int]]) -> None:
        self._several = several
        self._alone = dict.fromkeys(neighbours.values(), 0)
        self._lines = {category: [line for line in self._alone if category in line] for category in neighbours}
        self._with: dict[int, set[int]] = {}  # visit → categories of its numbers

    def add(self, ticket: TicketRow) -> None:
        if ticket.visit in self._several:
            self._with.setdefault(ticket.visit, set()).add(ticket.category)
            return
        for line in self._lines[ticket.category]:
            self._alone[line] += 1

    def people(self, line: frozenset[int], *, but: int = 0) -> int:
        """:param line: the neighbours of a category. :param but: the visit of who asks."""
        if not self._with:
            return self._alone[line]
        met = sum(visit != but and not held.isdisjoint(line) for visit, held in self._with.items())
        return met + self._alone[line]


def _shown_window(w: WindowRow, codes: dict[int, str]) -> LineWindow:
    if w.staff_id is None and w.ref is None:
        state, since = "closed", None
    elif w.emergency_at is not None:
        state, since = "emergency", w.emergency_at
    elif w.ref is not None:
        state, since = str(w.state), w.started_at if w.state == "serving" else w.called_at
    elif w.paused_at is not None:
        state, since = "paused", w.paused_at
    else:
        state, since = "idle", w.idle_since
    return LineWindow(
        code=w.code,
        number=w.number,
        zone=w.zone,
        floor=w.floor,
        floor_zh=w.floor_zh,
        floor_en=w.floor_en,
        kind=w.kind,
        state=state,
        staff_id=w.staff_id,
        staff_name_zh=w.staff_zh or "",
        staff_name_en=w.staff_en or "",
        ticket_number=w.ticket or "",
        ticket_ref=w.ref or "",
        since=since,
        categories=tuple(codes[c] for c in w.categories if c in codes),
        pause_reason=words_opened(w.pause_reason or "", place=PAUSE_PLACE),
        visit=w.visit,
    )


def _floors(seen: Scene) -> dict[int | str, tuple[str, str]]:
    """Floor (zh, en) by window number, and by category: where its people wait (`where.place`); none where all that could
    call them is closed."""
    floors: dict[int | str, tuple[str, str]] = {w.number: (w.floor_zh, w.floor_en) for w in seen.windows}
    for c in seen.categories:
        found = seen.place_of(c.id).now
        floors[c.id] = (found.floor_zh, found.floor_en)
    return floors


def _shown_tickets(
    seen: Scene, promises: Mapping[int, Promise], codes: Mapping[int, str], waited_s: Sequence[int]
) -> tuple[LineTicket, ...]:
    """All numbers, who waits first."""
    floors, alone = _floors(seen), {w.id: w for w in seen.windows}
    waits: list[LineTicket] = []
    others: list[LineTicket] = []
    for t, waited in zip(seen.tickets, waited_s, strict=True):
        promise = promises.get(t.id)
        band = promise.band if promise else None
        at: int | str = t.window or t.category
        if t.only_window and not t.window and (kept_for := alone.get(t.only_window)) and not kept_for.shut:
            at = kept_for.number
        floor, floor_en = floors.get(at, ("", ""))
        likely_s, at_most_s, at_least_s = band or (None, None, None)
        shown = LineTicket(
            ref=t.ref,
            number=t.number,
            category=codes[t.category],
            kind=t.kind,
            lane=t.lane,
            state=t.state,
            masked_name=t.masked_name,
            ahead=promise.ahead if promise else None,
            likely_s=likely_s,
            at_most_s=at_most_s,
            walk_off_until=rules.walk_off_until(at_least_s=at_least_s, policy=seen.policy, now=seen.now),
            made_at=t.made_at,
            waited_s=waited,
            window=t.window,
            floor=floor,
            floor_en=floor_en,
            served_today=rules.served_today(
                policy=seen.policy, likely_s=likely_s, until=t.line_closes_at, now=seen.now
            ),
            service_ends_at=t.line_closes_at,
            stopped=t.stopped,
        )
        (waits if t.state == "waiting" else others).append(shown)
    return tuple(waits + others)
