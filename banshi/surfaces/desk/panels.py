"""What the panels of the console show, as values: people put aside, what is asked before a step, an empty centre."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from banshi.foundation import states
from banshi.foundation.said import named
from banshi.foundation.times import clock_words, when
from banshi.journeys.visit import redirect
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.queries.missed import Missed
from banshi.surfaces.desk import steps
from banshi.surfaces.desk.steps import Step

Text = str | Promise
SHELF = 6  # rows shown of a shelf


@dataclass(frozen=True)
class Row:
    """Somebody put aside, and the step that brings them back; None where it is too late. `id` of its button."""

    ref: str
    number: str
    name: str
    note: str = ""
    step: Step | None = None
    id: str = ""


@dataclass(frozen=True)
class Shelf:
    """People put aside in one way. `choose`: the panel to choose one of several; `many`: how many, where not all are shown."""

    title: Text
    rows: tuple[Row, ...]
    many: int = 0
    choose: Step | None = None


@dataclass(frozen=True)
class Dialog:
    """What is asked before a step: one of `choices` (value, words), and why, or until when; `empty` where there is none.

    `mark`: the letter its fields are named by; `why`: the longest reason, 0 where none is asked.
    """

    id: str
    mark: str
    verb: str
    title: Text
    words: Text
    choices: tuple[tuple[str, str], ...]
    hint: Text = ""
    label: Text = ""
    name: str = "ref"
    why: int = 0
    until: bool = False
    empty: Text = ""


@dataclass(frozen=True)
class Empty:
    """Nobody is in front: why, in a sign and a few words. `moved`: whoever was, and goes on at another window."""

    icon: str
    title: Text
    detail: Text = ""
    moved: tickets.TakenOver | None = None


def shelf(title: Text, rows: Sequence[Row], choose: Step | None = None) -> Shelf | None:
    """None where nobody is put aside in this way."""
    if not rows:
        return None
    return Shelf(title, tuple(rows[:SHELF]), len(rows) if len(rows) > SHELF else 0, choose if len(rows) > 1 else None)


def on_hold(view: tickets.DeskView) -> Shelf | None:
    """Held numbers: the first by a key, and none while somebody is in front."""
    free = view.ticket is None
    rows = [
        Row(
            t.ref,
            t.number,
            t.masked_name,
            step=Step(_("Take up"), key="u" if n == 0 and free else "", verb="resume-held", open=free),
            id=f"up-{t.ref}",
        )
        for n, t in enumerate(view.held)
    ]
    return shelf(_("On hold"), rows)


def stepped_out(away: Sequence[tuple[tickets.LineTicket, datetime | None]]) -> Shelf | None:
    """:param away: who stepped out, and when they are back by themselves."""
    key = "l" if len(away) == 1 else ""
    rows = [
        Row(
            t.ref,
            t.number,
            t.masked_name,
            note=_("back at %(t)s") % {"t": clock_words(until)} if until else "",
            step=Step(_("Is back"), key=key, verb="unpark"),
            id=f"back-{t.ref}",
        )
        for t, until in away
    ]
    return shelf(_("Stepped out"), rows, Step(_("Is back"), key="l", panel="is-back"))


def missed(
    gone: Sequence[tickets.LineTicket],
    back: Mapping[str, Missed],
    stopped: Collection[str],
) -> Shelf | None:
    """:param back: until when each may be put back, by ref; `stopped`: the lines in which nobody is called."""
    may = [t for t in gone if t.ref in back]
    key = "b" if len(may) == 1 else ""
    rows = []
    for t in gone:
        until = back.get(t.ref)
        step = Step(_("Is here"), key=key, verb="reinstate") if until is not None else None
        rows.append(Row(t.ref, t.number, t.masked_name, _missed_note(t, until, stopped), step, f"here-{t.ref}"))
    found = shelf(_("Missed"), rows)
    choose = Step(_("Is here"), key="b", panel="came-back") if len(may) > 1 else None
    return Shelf(found.title, found.rows, found.many, choose) if found is not None else None


def _missed_note(ticket: tickets.LineTicket, until: Missed | None, stopped: Collection[str]) -> str:
    if until is not None and until.stands:
        return _("no time runs")
    if until is not None:
        return _("before %(until)s") % {"until": clock_words(until.until) if until.until else "–"}
    if ticket.category in stopped:
        return _("cannot be put back")
    return _("too late, new number")


def _numbers(rows: Sequence[tickets.LineTicket]) -> tuple[tuple[str, str], ...]:
    return tuple((t.ref, f"{t.number} {t.masked_name}") for t in rows)


def dialogs(
    view: tickets.DeskView,
    *,
    leads: bool,
    away: Sequence[tickets.LineTicket],
    coming_back: Sequence[tickets.LineTicket],
    at_work: Sequence[tickets.LineWindow],
) -> tuple[Dialog, ...]:
    """What may be asked about the line. They stand with it, so that they name who waits now."""
    number, free = _("Number"), view.ticket is None
    found = [
        Dialog(
            "park",
            "k",
            "park",
            _("Somebody steps out of the line"),
            _("Steps out"),
            _numbers(view.line[:60]),
            _("The number keeps its turn and is not called meanwhile."),
            number,
            until=True,
            empty=_("Nobody is waiting"),
        )
    ]
    if len(away) > 1:
        title = _("Somebody is back in the line")
        found.append(Dialog("is-back", "l", "unpark", title, _("Is back"), _numbers(away), label=number))
    if len(coming_back) > 1:
        title = _("A missed number is here")
        found.append(Dialog("came-back", "b", "reinstate", title, _("Is here"), _numbers(coming_back), label=number))
    if view.line and free:
        title, hint = _("Next, but not this one"), _("The number keeps its place for the other windows.")
        waiting = _numbers(view.line[:20])
        found.append(Dialog("skip", "s", "skip", title, _("Pass by"), waiting, hint, number, why=200))
    if view.line and free and leads:
        waiting = _numbers(view.line[:60])
        found.append(
            Dialog("reorder", "o", "call-this", _("Call out of turn"), _("Call"), waiting, label=number, why=120)
        )
    if free and leads:
        found.append(
            Dialog(
                "take-over",
                "g",
                "take-over",
                _("Take over a number from another window"),
                _("Take over"),
                tuple((f"{w.code} {w.ticket_ref}", f"{w.number} · {w.ticket_number} · {_clerk(w)}") for w in at_work),
                _("It goes on here; the other window pauses until its clerk is back."),
                _("Window"),
                "at",
                why=200,
                empty=_("Nobody is at another window."),
            )
        )
    return tuple(found)


def _clerk(window: tickets.LineWindow) -> str:
    return named(window, "staff_name")


@dataclass(frozen=True)
class Shut:
    """The hall is outside its hours: when it opens next, as far as that is known."""

    opens_at: datetime | None


def nobody(view: tickets.DeskView, *, halted: bool, stopped: int, shut: Shut | None, now: datetime) -> Empty | None:
    """Why nobody is in front, in the active time zone; None where somebody is.

    :param halted: nobody may be called; `stopped`: how many wait and are not called.
    """
    if view.ticket is not None:
        return None
    if view.state == "paused":
        return Empty("coffee", _("Paused"), view.pause_reason, view.taken_over)
    if view.help is not None:
        return Empty(
            "siren",
            _("The window takes no numbers"),
            _("Stay safe. It goes on when you or the office say it is over."),
        )
    if halted and not stopped:
        return Empty("clock", _("Calling has stopped"), _("This page goes on by itself when it is over."))
    if stopped and not view.waiting:
        kept = ngettext("%(n)s person waits and keeps the place.", "%(n)s people wait and keep their place.", stopped)
        return Empty("clock", _("Calling has stopped"), kept % {"n": stopped})
    if shut is not None:
        opens = when(shut.opens_at, timezone.localtime(now).date()) if shut.opens_at else ""
        return Empty("moon", _("The hall is closed"), _("Opens %(opens)s.") % {"opens": opens} if opens else "")
    if not view.waiting:
        return Empty("armchair", _("Nobody is waiting"), _("The next arrival appears on the left at once."))
    waits = ngettext("%(n)s person waits for this window.", "%(n)s people wait for this window.", view.waiting)
    return Empty("armchair", _("Ready"), waits % {"n": view.waiting})


@dataclass(frozen=True)
class Aim:
    """A line of this hall, or another hall, to pass a number on to; `stopped`: it takes nobody now."""

    code: str
    words: str
    stopped: bool

    @classmethod
    def of(cls, line: tickets.LineCategory) -> Aim:
        stops = f" · {states.word('line', 'stopped')}" if line.stopped else ""
        return cls(line.code, f"{line.code} {named(line)}{stops}", line.stopped)

    @classmethod
    def of_hall(cls, aim: redirect.Aim) -> Aim:
        way = [_("about %(m)s min away") % {"m": aim.minutes}] if aim.minutes else []
        closed = [] if aim.open else [states.word("hall", "closed")]
        return cls(aim.hall.code, " · ".join([named(aim.hall), *way, *closed]), not aim.open)


@dataclass(frozen=True)
class Front:
    """How the number in front looks: its colour and word, and what may be done about its person.

    `identity`: allowed | checked | ask; `ends_by`: the verb with which it is refused.
    """

    look: str
    tone: str
    word: Text
    served: bool
    identity: str
    mismatch: bool
    booked_for: bool
    ends_by: str


def front(view: tickets.DeskView) -> Front:
    ticket = view.ticket
    assert ticket is not None
    called, differs = ticket.state == "called", steps.mismatch(view)
    identity = "allowed" if ticket.mismatch_allowed else "checked" if ticket.identity_ok else "ask"
    return Front(
        look="is-mismatch" if differs else "is-called" if called else "",
        tone="urgent" if called else "ok",
        word=_("Called") if called else _("Serving"),
        served=ticket.state == "serving",
        identity=identity,
        mismatch=differs,
        booked_for=ticket.kind != "booked",
        ends_by="finish" if steps.may_end(view) else "turn-away",
    )


def pauses() -> tuple[str, ...]:
    return (_("Short break"), _("Meal"), _("Meeting"), _("Device trouble"))


def reasons_to_refuse(view: tickets.DeskView) -> tuple[str, ...]:
    """As a clerk may take them over."""
    usual = (
        _("The conditions are not met"),
        pgettext("outcome", "Not handled in this hall"),
        _("The documents are in doubt"),
    )
    return (_("Card and person do not match"), *usual) if steps.mismatch(view) else usual
