"""What the clerk may do next, decided once: each step with its words, its sign and its key. The templates only write it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from banshi.foundation import states
from banshi.foundation.said import named
from banshi.rooms.tickets import queries as tickets

Text = str | Promise


@dataclass(frozen=True)
class Step:
    """One thing the clerk may do now.

    `verb`: what `/desk/do/…` is asked; `panel`: the dialog it opens instead. `name`, `value`: what the button says beside it.
    `more`: behind the words; `below`: a number and its matter under them. `open`: False where it is shown and cannot be done;
    then its key does nothing. `main`: the one thing to do.
    """

    words: Text
    icon: str = ""
    key: str = ""
    verb: str = ""
    panel: str = ""
    name: str = ""
    value: str = ""
    more: str = ""
    below: tuple[str, str] | None = None
    open: bool = True
    main: bool = False

    @property
    def cap(self) -> Text:
        """The key as it stands on the keyboard."""
        if self.key == "Space":
            return gettext_lazy("Space")
        return self.key.upper() if len(self.key) == 1 else self.key


@dataclass(frozen=True)
class Undo:
    """The last step, and until when it may be taken back. `typed`: the number whose last words come back with it."""

    ref: str
    words: str
    left_s: int
    typed: str


@dataclass(frozen=True)
class Acts:
    """Everything but the next step, in the order of the page.

    `at_once`: of the number in front; `ends`: other ways its service may end, with something said to the person; `go_on`: with
    another matter of the visit; `of_number`, `of_line`: panels to open; `help`: the call for help.
    """

    at_once: tuple[Step, ...] = ()
    ends: tuple[Step, ...] = ()
    go_on: tuple[Step, ...] = ()
    of_number: tuple[Step, ...] = ()
    undo: Undo | None = None
    of_line: tuple[Step, ...] = ()
    help: Step | None = None


def mismatch(view: tickets.DeskView) -> bool:
    """Whether card and person in front differ, and no lead lets it go on."""
    return view.ticket is not None and view.ticket.identity_ok is False


def may_end(view: tickets.DeskView) -> bool:
    """Whether the service in front may end in any way: begun, and the card fits."""
    return view.ticket is not None and view.ticket.state == "serving" and not mismatch(view)


def next_step(view: tickets.DeskView, *, halted: bool) -> Step:
    """The one next step. `halted`: nobody may be called now."""
    if view.ticket is not None and view.ticket.state == "called":
        step = Step(_("Start"), "user-check", verb="start")
    elif view.ticket is not None:
        step = Step(_("Finish"), "circle-check", verb="finish")
    elif view.state == "paused":
        step = Step(_("Go on"), "play", verb="resume")
    else:
        step = Step(_("Call next"), "megaphone", verb="call")
    can = not halted and view.help is None and not mismatch(view)
    return replace(step, key="Space" if can else "", open=can, main=not halted)


def acts(
    view: tickets.DeskView,
    *,
    leads: bool,
    recalls: int,
    go_on: Sequence[tickets.TicketView] = (),
    undo: Undo | None = None,
    evacuated: bool = False,
) -> Acts:
    """:param leads: may act out of turn; `recalls`: how often one may be called again; `go_on`: the visit's other numbers."""
    aid = None if view.help is not None else Step(_("Help!"), "siren", "F9", "emergency")
    if evacuated:  # people are outside: nobody is called, ended or passed by
        return Acts(help=aid)
    return Acts(
        at_once=_at_once(view, recalls),
        ends=_ends(view),
        go_on=tuple(_on(each, first=n == 0) for n, each in enumerate(go_on)),
        of_number=_of_number(view, leads),
        undo=undo,
        of_line=_of_line(view, leads),
        help=aid,
    )


def _at_once(view: tickets.DeskView, recalls: int) -> tuple[Step, ...]:
    if view.ticket is None:
        return ()
    if view.ticket.state != "called":
        return (Step(_("Hold"), "pause", "h", "hold"),)
    told = f"{view.ticket.recalls}/{recalls}" if view.ticket.recalls else ""
    return (
        Step(_("Call again"), "repeat", "r", "recall", more=told),
        Step(pgettext("desk", "Did not come"), "user-x", "m", "miss"),
    )


def _ends(view: tickets.DeskView) -> tuple[Step, ...]:
    if not may_end(view):
        return ()
    return (
        Step(_("Papers missing"), "calendar-x", "2", "finish", name="outcome", value="paper_missing"),
        Step(_("Advice only"), "message-circle", "3", "finish", name="outcome", value="advice_only"),
    )


def _on(ticket: tickets.TicketView, *, first: bool) -> Step:
    matter = named(ticket, "item") if ticket.item else named(ticket, "category")
    return Step(
        pgettext("desk", "Done, go on with"), "arrow-right", "j" if first else "", "go-on", name="then", value=ticket.ref,
        below=(ticket.number, matter),
    )  # fmt: skip


def _of_number(view: tickets.DeskView, leads: bool) -> tuple[Step, ...]:
    if view.ticket is None:
        return ()
    steps = [Step(pgettext("desk", "Refuse"), "ban", "4", panel="refuse")]
    if mismatch(view) and leads:
        steps.append(Step(pgettext("mismatch", "Let it go on"), "shield-check", "5", panel="override"))
    steps.append(Step(_("Pass on"), "arrow-right-left", "t", panel="transfer"))
    if may_end(view):
        steps.append(Step(_("Another matter"), "plus", "a", panel="matter"))
    return tuple(steps)


def _of_line(view: tickets.DeskView, leads: bool) -> tuple[Step, ...]:
    steps, calm = [], view.state != "paused" and view.help is None
    if view.ticket is None and view.line:
        if leads:
            steps.append(Step(_("Call out of turn"), "list-ordered", "o", panel="reorder"))
        steps.append(Step(_("Not this one"), "skip-forward", "x", panel="skip"))
    if view.ticket is None and leads and calm:
        steps.append(Step(_("Take over"), "hand", "g", panel="take-over"))
    if view.line or view.ticket is not None:
        steps.append(Step(_("Steps out"), "clock", "k", panel="park"))
    if calm:
        steps.append(Step(_("Pause"), "coffee", "p", panel="pause"))
    return tuple(steps)


def undo_of(step: tickets.Undoable | None, *, left_s: int) -> Undo | None:
    """The last step in words, as long as it may be taken back."""
    if step is None:
        return None
    ended = str(states.word("outcome", step.outcome))
    if step.back:
        told = {"first": step.back, "ended": ended, "n": step.number}
        words = _("%(first)s %(ended)s, on to %(n)s") % told
    else:
        did = {
            "start": _("is being served"),
            "miss": _("was marked as missed"),
            "turn_away": pgettext("desk", "was refused"),
        }
        words = f"{step.number} {did.get(step.verb, ended)}"
    return Undo(step.ref, words, left_s, step.back_ref or step.ref)
