"""The folder of a call, as values: the matter, one question at a time, the form, the papers, and times to hand it over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from banshi.foundation.doors import Asked
from banshi.frames.case_fields import Group, groups_of, lines_of
from banshi.frames.typed import clean
from banshi.journeys.case.carried import Carried
from banshi.journeys.remote.hand_over import known_in
from banshi.kernel.documents import IdType
from banshi.kernel.refusals import Alternative, Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import queries as booking
from banshi.rooms.booking.queries import AppointmentView
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import PaperRow
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.queries import ItemLine
from banshi.rooms.catalogue.rules.guided import Guided, guided
from banshi.rooms.catalogue.rules.handling import Option, Question
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import RemoteSession

MOST_FOUND, MOST_TIMES = 8, 6
WHO = ("name", "id_type", "id_number")


@dataclass(frozen=True)
class Said:
    """A question that is answered, and with what."""

    question: Question
    option: Option


@dataclass(frozen=True)
class Paper:
    """A paper of the matter. `here`: something came for it; else they bring it."""

    row: PaperRow

    @property
    def here(self) -> bool:
        return bool(self.row.there)

    @property
    def optional(self) -> bool:
        return self.row.necessity == "optional"


@dataclass(frozen=True)
class Sent:
    """A picture or file of the call. `used`: the paper it stands for in the folder; None: for none yet."""

    n: int
    kind: str
    name: str
    used: PaperRow | None


@dataclass(frozen=True)
class Folder:
    """`open`: it can be written in now. `found`: matters by the words `q`. `question`: the one asked now; None: all are answered.
    `booked`: the time it is expected at."""

    session: RemoteSession
    open: bool
    case: Case | None
    q: str = ""
    found: list[ItemLine] = field(default_factory=list)
    question: Question | None = None
    said: list[Said] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    times: tuple[Alternative, ...] = ()
    booked: AppointmentView | None = None
    refused: Refused | None = None
    types: tuple[IdType, ...] = tuple(kind for kind in IdType if kind is not IdType.USCC)
    who: Mapping[str, str] = field(default_factory=dict)  # as it was typed, where it was refused

    @property
    def knows_who(self) -> bool:
        return self.session.person_id is not None

    @property
    def asks_who(self) -> bool:
        """Whether who calls may be written down, or written down anew."""
        begun = self.session.person_id is not None and (self.case is not None or self.booked is not None)
        return self.open and not self.session.proven and not begun

    @property
    def who_open(self) -> bool:
        """Whether its fields stand open."""
        return self.refused is not None or not self.knows_who

    @property
    def complete(self) -> bool:
        """All questions are answered."""
        return self.session.item_id is not None and self.question is None


def folder_of(
    request: Asked, session: RemoteSession, *, typed: Mapping[str, str] | None = None, refused: Refused | None = None,
    now: datetime,
) -> Folder:  # fmt: skip
    """:param typed: by field, what could not be kept."""
    folder = _folder(request, session, typed=typed, refused=refused, now=now)
    return replace(folder, who={name: clean(request.POST.get(name), 60) for name in WHO})


def _folder(
    request: Asked, session: RemoteSession, *, typed: Mapping[str, str] | None, refused: Refused | None, now: datetime
) -> Folder:
    hall, case, q = session.hall, session.case, clean(request.GET.get("q"), 60)
    is_open = session.state == "talking"
    found = catalogue.search(q, hall=hall.code, limit=MOST_FOUND) if is_open and q else []
    booked = booking.appointment(session.booking, now=now) if session.booking else None
    if session.item is None:
        return Folder(session, is_open, None, q, found, booked=booked, refused=refused)
    if case is not None:
        seen = audit.Look(f"person:{case.person_id}", request.who.by, hall.code, f"case:{case.no}")
        audit.looked_once([seen], now=now)
    told = cases.guided_case(case) if case is not None else guided(catalogue.handling_of(session.item), {})
    at = clean(request.GET.get("at"), 80)
    question = next((each for each in told.questions if each.id == at), None) or told.next_question
    rows = cases.paper_rows(case, now=now) if case is not None else []
    times: tuple[Alternative, ...] = ()
    if is_open and booked is None:
        times = booking.alternatives(hall=hall, item_code=session.item.code, near=now, now=now, n=MOST_TIMES)
    return Folder(
        session, is_open, case, q, found, question, _said(told),
        _groups(case, typed, now=now) if case is not None and told.complete else [],
        [Paper(row) for row in rows], _sent(session, rows) if case is not None and told.complete else [],
        times, booked, refused,
    )  # fmt: skip


def _sent(session: RemoteSession, rows: list[PaperRow]) -> list[Sent]:
    """What the caller sent, in its order."""
    used = {page.file_id: row for row in rows for page in row.came}
    return [
        Sent(each.n, each.kind, each.document.document.name, used.get(each.document_id))
        for each in queries.files_of(session)
        if each.document is not None and each.by == "citizen"
    ]


def known_of(case: Case, *, now: datetime) -> Mapping[str, Carried]:
    return known_in(case, now=now)(cases.guided_case(case).fields)


def _groups(case: Case, typed: Mapping[str, str] | None, *, now: datetime) -> list[Group]:
    today = now.astimezone(ZoneInfo(case.hall.timezone)).date()
    return groups_of(lines_of(case, known=known_of(case, now=now), today=today, typed=typed))


def _said(told: Guided) -> list[Said]:
    return [
        Said(each, option)
        for each in told.questions
        for option in each.options
        if told.answers.get(each.id) == option.id
    ]
