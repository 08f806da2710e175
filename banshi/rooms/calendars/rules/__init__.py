"""Calendar algebra: which sessions a hall holds on a day, from data.

A hall's calendar is one versioned document (`CalendarDocument`) of session rules (`SessionRule`). A rule says *when*
it applies (an expression over the day), *which hours*, *for what* (items, a tag, categories, zones, channels), until
when bookings are taken (`cut_off`), whether walk-ins are served (`walk_ins`), and which other rules it replaces
that day (`overrides`). `sessions_on` turns a document, a day, the national working-day calendar and the closures
into `Session`s: aware datetimes in the hall's own zone. Spans are half-open. Nothing here reads a clock.

The `when` expression, as data (YAML or JSON), is one of

- a word: `every_day`, `working` (make-up days included), `rest_day`, `holiday` (named day off), `make_up` (weekend
  that is worked), or
- one key: `{weekdays: [mon, wed]}`, `{nth_weekday: {nth: [1, 3], weekday: sat}}` (-1 = the last of the month),
  `{every_weeks: {every: 2, from: 2026-03-02}}` (that day's week and every second after it), `{parity: odd}` (day of the
  solar month; 逢单赶场), `{digits: [1, 4, 7]}` (last digit of the day of the solar month; 逢一四七), `{lunar_digits:
  [3, 6, 9]}` (the same of the lunar month), `{dates: [2026-10-01]}`, `{range: {from: …, to: …}}` (both included, either
  may be missing), `{all: […]}`, `{any: […]}`, `{not: …}`.

A series of weekdays yields to named days off, and to make-up days unless it is the whole working week, which then works
too; a single date in `dates` says otherwise.

Times are written in quotes, "09:00": YAML reads a bare 9:00 as a number.

Sources, as halls report it: one-hour periods, Dongguan Nancheng 2019; no noon break, Beijing Dongcheng 2018; evening
and weekend sessions for chosen items, bookings until Friday 16:00, booked people before walk-ins, market days, Chengdu
2017.

document: the data and its validation · when: the expressions · sessions: a day worked out · questions: open now, when
next, why not · hours: all of it of one hall, read once.
"""

from __future__ import annotations

from banshi.rooms.calendars.rules.document import (
    CalendarDocument,
    CutOff,
    InvalidCalendar,
    SessionKind,
    SessionRule,
    WalkIns,
    Words,
    load,
)
from banshi.rooms.calendars.rules.hours import ANYTHING, Hours, What, document_on
from banshi.rooms.calendars.rules.questions import (
    ClosedSlug,
    Half,
    WhyClosed,
    closure_at,
    halves,
    is_open,
    next_opening,
    session_at,
    why_closed,
)
from banshi.rooms.calendars.rules.sessions import Closure, Session, rules_on, sessions_on
from banshi.rooms.calendars.rules.when import WEEKDAYS, Weekday, applies, checked_when, lunar_day

__all__ = [
    "ANYTHING",
    "WEEKDAYS",
    "CalendarDocument",
    "ClosedSlug",
    "Closure",
    "CutOff",
    "Half",
    "Hours",
    "InvalidCalendar",
    "Session",
    "SessionKind",
    "SessionRule",
    "WalkIns",
    "Weekday",
    "What",
    "WhyClosed",
    "Words",
    "applies",
    "checked_when",
    "closure_at",
    "document_on",
    "halves",
    "is_open",
    "load",
    "lunar_day",
    "next_opening",
    "rules_on",
    "session_at",
    "sessions_on",
    "why_closed",
]
