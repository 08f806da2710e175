"""Whose cases may be opened at a desk: those of the person who is served at this clerk's window at this moment, in its hall."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from banshi.foundation import clock
from banshi.foundation.doors import Asked, Who
from banshi.frames.staff import folders as kept_in
from banshi.frames.staff.folders import Shown
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import must_hold
from banshi.rooms.booking.queries import BookedSituation, booked_situation
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.rules.handling import Paper
from banshi.rooms.catalogue.rules.one_form import OneForm, guided_jointly
from banshi.rooms.identity import queries as people
from banshi.rooms.places.models import Hall, Window
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import Service, Ticket, WindowSession

PERMISSION = "cases.receive"
_WITH = ("person", "item", "category", "appointment", "late_for")


_NUMBER = re.compile(r"[0-9]{6,12}-[0-9]{6}-B?[0-9]{6,12}", re.ASCII)


class Gone(Exception):
    """The number was served here, and is not any more: `state` as it is now."""

    def __init__(self, number: str, state: str) -> None:
        self.number = number
        self.state = state
        super().__init__(number)


@dataclass(frozen=True)
class Served:
    """The number that is served, where, and by whom."""

    ticket: Ticket
    hall: Hall
    window: Window
    by: Actor

    @property
    def compared(self) -> bool:
        """Whether the card was compared, or a lead lets it go on all the same."""
        return bool(self.ticket.identity_ok or self.ticket.mismatch_allowed)

    @property
    def booked(self) -> BookedSituation | None:
        """What was said when the number's matter was booked."""
        return booked_situation(self.ticket.booked, self.ticket.item)

    def said_of(self, item_id: int) -> BookedSituation | None:
        """The same, of this matter; None of any other."""
        return self.booked if self.ticket.item_id == item_id else None

    def today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.hall.timezone)).date()

    def elapsed_s(self, now: datetime) -> int:
        since = self.ticket.started_at or now
        return max(0, int((now - since).total_seconds()))


def served(request: Asked, ref: str) -> Served:
    """:raises Refused: not-signed-in, not-your-hall; nothing-found – not this window's number; identity-mismatch.
    :raises Gone: it was, and its service ended meanwhile."""
    staff_id = request.who.staff_id
    assert staff_id is not None
    rows = WindowSession.objects.filter(staff_id=staff_id, signed_out_at=None).select_related("hall", "window")
    session = rows.order_by("id").first()
    if session is None:
        raise Refused("not-signed-in")
    must_hold(request.who.grants, PERMISSION, session.hall.code)
    ticket = Ticket.objects.filter(ref=ref, hall=session.hall).select_related(*_WITH).first()
    if ticket is None:
        raise Refused("nothing-found", facts={"ticket": ref})
    if ticket.state != "serving" or ticket.window_id != session.window_id:
        if Service.objects.filter(ticket=ticket, staff_id=staff_id).exists():
            raise Gone(ticket.number, ticket.state)
        raise Refused("nothing-found", facts={"ticket": ref})
    if ticket.identity_ok is False and not ticket.mismatch_allowed:
        raise Refused("identity-mismatch")
    return Served(ticket, session.hall, session.window, replace(request.who.by, hall=session.hall.code))


def theirs(person_id: int | None, hall: str, *, today: date) -> QuerySet[Case]:
    """The cases of whoever is served, of this hall, and of the children whose guardian they are; those of the organisations they
    act for, whoever opened them; and those in which they act for somebody by a mandate that stands. None of a number that is
    nobody's."""
    if person_id is None:
        return queries.all_cases().none()
    own = queries.at_window_of(person_id, hall=hall, today=today)
    return own | queries.acted_by(person_id, hall=hall, today=today) | _of_wards(person_id, hall, today=today)


def _of_wards(person_id: int, hall: str, *, today: date) -> QuerySet[Case]:
    wards = people.wards_of_person(person_id, today=today)
    return queries.all_cases().filter(person_id__in=wards, organisation=None, hall__code=hall)


def number_in(said: str) -> str:
    """The number of a case or of a bundle (一件事), typed or read from a receipt, in an address or alone; "" for none."""
    found = _NUMBER.search("".join(normalize("NFKC", said).split()).upper())
    return found[0] if found is not None else ""


def found_by(here: Served, number: str) -> Case | None:
    """A case of whoever is served by its number, or the first of theirs in a bundle of that number."""
    rows = theirs(here.ticket.person_id, here.hall.code, today=here.today(clock.now()))
    return rows.filter(Q(no=number) | Q(bundle__no=number)).order_by("id").first()


def as_agent(here: Served, case: Case) -> bool:
    """Whether whoever is served acts in a case of theirs by a mandate, and not for themselves, a child or an organisation of
    theirs."""
    person, today = here.ticket.person_id, here.today(clock.now())
    if case.person_id == person or person is None or case.person_id in people.wards_of_person(person, today=today):
        return False
    return queries.acts_in(case, person, today=today) is None


def case_of(here: Served, no: str) -> Case:
    """:raises Refused: nothing-found – also somebody else's, or another hall's."""
    today = here.today(clock.now())
    found = theirs(here.ticket.person_id, here.hall.code, today=today).filter(no=no).first()
    if found is None:
        raise Refused("nothing-found", facts={"case": no})
    return found


# What the window looks at first: what was collected before, what waits for something that is brought, what is begun.
_FIRST = ("await_receipt", "pre_passed", "supplement", "received", "draft", "pre_returned", "pre_review")
MOST = 12
MOST_BESIDE = 3


@dataclass(frozen=True)
class Thread:
    """One case of whoever is served. `folder`: collected before, ready to be received; `begun`: not handed in yet;
    `client`: for whom they act in it, masked – a person, or an organisation; `kept`: where its paper is."""

    case: Case
    due_on: date | None
    folder: bool
    begun: bool
    client: str = ""
    kept: Shown | None = None

    @property
    def no(self) -> str:
        return self.case.no


def threads(
    person_id: int | None, hall: str, *, item_id: int | None = None, most: int = MOST, today: date
) -> list[Thread]:
    """What goes on, in the order in which the window will want it; of alike ones the matter of the number comes first."""
    rows = list(theirs(person_id, hall, today=today).filter(phase__in=CASE.goes_on)[: MOST * 2])

    def place(row: Case) -> tuple[int, bool]:
        return (_FIRST.index(row.phase) if row.phase in _FIRST else len(_FIRST), row.item_id != item_id)

    rows.sort(key=place)
    kept = kept_in.folders_of(rows[:most])
    return [
        Thread(
            row, queries.due_of(row), _is_folder(row), row.phase in ("draft", "pre_returned") and not _is_folder(row),
            row.masked_applicant if row.person_id != person_id or row.organisation_id is not None else "",
            kept.get(row.pk),
        )
        for row in rows[:most]
    ]  # fmt: skip


def _is_folder(row: Case) -> bool:
    """Looked over beforehand, or collected in a call and brought by a booked time."""
    return row.phase in ("pre_passed", "await_receipt") or (row.phase == "draft" and row.appointment != "")


@dataclass(frozen=True)
class Together:
    """A bundle (一件事) of which something can be received now: `papers` are what its cases ask for, each once."""

    no: str
    cases: tuple[Case, ...]
    papers: tuple[Paper, ...]


def together(rows: list[Thread]) -> list[Together]:
    """In the order of the threads."""
    found: dict[str, list[Case]] = {}
    for each in rows:
        if each.case.bundle is not None and CASE.may(each.case.phase, "receive"):
            found.setdefault(each.case.bundle.no, []).append(each.case)
    return [Together(no, tuple(cases), _papers_of(cases[0])) for no, cases in found.items() if len(cases) > 1]


def _papers_of(case: Case) -> tuple[Paper, ...]:
    assert case.bundle is not None  # it is one of a bundle
    all_of_it = queries.cases_of(case.bundle)
    one = queries.one_of(all_of_it, open_alone=False)
    ready = {each.item.code for each in all_of_it if CASE.may(each.phase, "receive")}
    part = OneForm(tuple(part for part in one.parts if part.item in ready))
    return guided_jointly(part, queries.filled(one, all_of_it)[0]).materials


@dataclass(frozen=True)
class Beside:
    """What the console says of the cases of whoever is served. `known`: the number is somebody's."""

    known: bool
    threads: list[Thread]


def beside(who: Who, view: tickets.DeskView, hall: Hall, *, now: datetime) -> Beside | None:
    """None where nobody is served, where card and person differ, and where this clerk receives no cases."""
    ticket = view.ticket
    if ticket is None or ticket.state != "serving" or not who.may(PERMISSION, hall.code):
        return None
    if ticket.identity_ok is False and not ticket.mismatch_allowed:
        return None
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    return Beside(ticket.person_id is not None, threads(ticket.person_id, hall.code, most=MOST_BESIDE, today=today))


def context_of(here: Served, now: datetime, speed: float) -> dict[str, Any]:
    """What each page of this number shows around it."""
    return {
        "here": here, "ticket": here.ticket, "hall": here.hall, "window": here.window, "ref": here.ticket.ref,
        "elapsed_s": here.elapsed_s(now), "speed": speed, "now": now, "today": here.today(now),
    }  # fmt: skip


def need_card(here: Served, case: Case) -> None:
    """:raises Refused: agent-not-allowed; invalid – the card was not compared: the library opens to its holder alone."""
    if as_agent(here, case):
        raise Refused("agent-not-allowed")
    if not here.compared:
        raise Refused("invalid", facts={"reason": _("Compare the card first: the library opens to its holder alone.")})
