"""What the page of one case at the window shows, as values: its papers, its form, the page looked at, the steps that are open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from banshi.foundation.doors import Asked
from banshi.foundation.said import english, named
from banshi.frames.case_fields import source_said
from banshi.frames.facts_offered import NOTHING, offer
from banshi.frames.staff import case_grants, folders
from banshi.frames.staff import cases as shared
from banshi.frames.staff.case_files import Sheet, sheets, title_of
from banshi.journeys.case import from_library
from banshi.journeys.case.carried import Carried, of_case_at_window
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper
from banshi.rooms.cases.queries import EarlierPaper, PaperRow, Told
from banshi.rooms.cases.rules.grounds import GROUNDS
from banshi.rooms.cases.rules.lifecycle import CASE, UNDER_CLOCK
from banshi.rooms.cases.rules.materials import takes
from banshi.rooms.catalogue.rules.costs import hangs_on
from banshi.rooms.catalogue.rules.guided import Guided, cost_in, guided, shown
from banshi.rooms.catalogue.rules.handling import Field, Handling, Paper
from banshi.rooms.fees import queries as fees
from banshi.surfaces.desk import case_steps
from banshi.surfaces.desk.case_front import Served, as_agent
from banshi.surfaces.desk.case_questions import questions_of
from banshi.surfaces.desk.case_sent import Sent

LONG_TEXT = 120  # characters from which several lines are offered
SOURCES: dict[str, str | Promise] = {
    "document": pgettext_lazy("desk case", "From the document"),
    "licence": pgettext_lazy("desk case", "From the licence"),
    "account": pgettext_lazy("desk case", "Their confirmed number"),
    "typed": pgettext_lazy("desk case", "As it was given for this case"),
    "mandate": pgettext_lazy("desk case", "From the mandate"),
    "library": pgettext_lazy("desk case", "From the library"),
}

DOCUMENTS: dict[str, str | Promise] = {
    "card": pgettext_lazy("desk seen", "Identity card"),
    "passport": pgettext_lazy("desk seen", "Passport or permit"),
    "electronic": pgettext_lazy("desk seen", "Electronic card on their telephone"),
    "other": pgettext_lazy("desk seen", "Another document with a picture"),
}


@dataclass(frozen=True)
class PaperLine:
    """One paper of the list. `ticked`: it lies on the counter; `copies`: as counted; `held`: the library has it; `told`: what
    was said to be wrong; `lacking`, `lacks`: whether the notice names it, and how; `follows`: whether it comes later, by
    `follows_on`.
    """

    row: PaperRow
    ticked: bool
    copies: str
    held: str
    told: str
    lacking: bool
    lacks: str
    offered: bool  # the notice names it unless the clerk says otherwise
    follows: bool
    follows_on: str
    opened: bool  # papers are taken now
    pages: tuple[CaseMaterial, ...]
    mine: frozenset[int]  # pages this clerk took, which may be taken back
    earlier: EarlierPaper | None = None  # handed in before, and still good
    wished: bool = True  # it is used again, unless the clerk says otherwise
    lies: tuple[str, ...] = ()  # in words: what of it lies in which folder, and what went back

    @property
    def there(self) -> bool:
        return self.row.state in ("came", "ok")

    @property
    def wanting(self) -> bool:
        """Nothing right has come, or nobody has looked at what came. A promise that stands is not looked at here."""
        return self.row.state != "ok" and not (self.row.promised and self.row.state == "came")

    @property
    def deferrable(self) -> bool:
        return self.row.necessity == "deferrable" and not self.there

    @property
    def promisable(self) -> bool:
        """Whether a promise may be signed in its place here (告知承诺)."""
        return self.opened and self.row.by_promise is not None and self.row.state in ("missing", "bad")

    @property
    def from_stick(self) -> bool:
        """Whether a file from a USB stick will do."""
        return takes(self.row.channels, "usb")

    @property
    def counted(self) -> int:
        """Copies on paper that were taken before."""
        return sum(each.copies for each in self.row.came if each.channel in ("paper", "usb") and each.file_id is None)


@dataclass(frozen=True)
class FieldLine:
    """One field. `source`: where its value comes from, where it is as known; `known`: what the library or card says
    otherwise."""

    field: Field
    value: str
    fault: str
    told: str
    source: str
    known: str
    steers: bool

    @property
    def several_lines(self) -> bool:
        return self.field.type == "text" and self.field.longest > LONG_TEXT

    @property
    def wrong(self) -> str:
        return self.fault or self.told


@dataclass(frozen=True)
class Given:
    """A paper that was given in writing. `now`: while this person stands here."""

    number: str
    printed: str
    title: str
    now: bool


def panel_of(
    request: Asked, here: Served, case: Case, *, sent: Sent, refused: Refused | None, at: str, now: datetime
) -> dict[str, Any]:
    """The context of the page."""
    handling, today = queries.handling_of_case(case), here.today(now)
    editable = CASE.may(case.phase, "change") and case.phase in case_steps.TAKES_PAPERS
    answers = {**case.answers, **sent.answers} if editable else case.answers
    said = guided(handling, answers)
    form = {**queries.form_of(case), **sent.form} if editable else queries.form_of(case)
    rows, told = _rows(case, said), queries.told_missing(case)
    line = queries.line_of_case(case, now=now)
    own = not as_agent(here, case)  # the library opens to no agent
    papers = _papers(here, case, rows, sent, _of_kind("material", told), own=own, now=now)
    pages = sheets(rows)
    given = given_of(case, here)
    whole, earlier = shared.is_whole(request, case), queries.earlier_of(case)
    just_told = case.phase == "supplement" and any(each.now for each in given)
    steps = case_steps.of(case, said, papers, just_told=just_told)
    return {
        "case": case, "line": line, "editable": editable, "refused": refused, "at": at, "sent": sent, "papers": papers,
        "questions": questions_of(said, answers, here.said_of(case.item_id)), "complete": said.complete,
        "situation": said.situation, "costs": cost_in(handling, answers, form),
        "fee": (fee := fees.owed(case.no, now=now) if case.decided_at else None),
        "free": queries.free_of(case) if case.granted and fee is None else None,
        "groups": _groups(handling, answers, form, _of_kind("field", told), refused, case, today) if editable else [],
        "facts": offer(case, by=here.by, today=today) if editable and own else NOTHING,
        "grants": _grants(case, sent, now=now) if case.instant and case.phase in case_steps.TAKES_PAPERS else [],
        "filled": [] if editable else shared.filled(case, whole=whole, today=today, earlier=earlier),
        "earlier": earlier,
        "changed": shared.changed(case, earlier, whole=whole), "told_before": queries.told_before(case),
        "answered": shared.answered(case), "whole": whole,
        "whose": shared.whose(case, whole=whole), "notice_fields": _labels(said, sent),
        "steps": steps, "given": given, "missing": missing_of(refused), "given_now": [each for each in given if each.now],
        "sheet": _sheet(request, pages), "held": [p for p in papers if p.held],
        "reusable": [p for p in papers if p.earlier],
        "compared": here.compared, "documents": _documents(here, case, now=now), "again": case.notices > 0, "told": told,
        "grounds": GROUNDS.values(),
        "replaced": queries.replaced_of([case]),
        "kept": folders.folder_of(case), "lacking": sum(p.wanting and p.row.necessity != "optional" for p in papers),
    }  # fmt: skip


def _documents(here: Served, case: Case, *, now: datetime) -> list[tuple[str, str | Promise]]:
    """What the clerk may say they compared, where the case is settled on the spot and nothing else says who stands here."""
    asks = case.instant and case.phase in case_steps.TAKES_PAPERS and not here.compared
    return list(DOCUMENTS.items()) if asks and not queries.is_known(case, now=now) else []


def _grants(case: Case, sent: Sent, *, now: datetime) -> list[case_grants.GrantLine]:
    typed = {f"g-{code}": said for code, said in sent.granted.items()}
    return case_grants.lines(case, typed, open_form=True, now=now)


def _rows(case: Case, said: Guided) -> list[PaperRow]:
    """The papers of the situation as it is answered now, which may not be kept yet."""
    kept = {row.code: row for row in queries.paper_rows(case)}
    return [kept.get(paper.code) or _new_row(paper) for paper in said.materials]


def _new_row(paper: Paper) -> PaperRow:
    return PaperRow(
        paper.code, paper.name_zh, paper.name_en, paper.necessity, paper.originals, paper.copies, tuple(paper.channels),
        tuple(paper.satisfied_by), paper.accept_zh, paper.accept_en, (), frozenset(), paper.by_promise,
        paper.issuer_zh, paper.issuer_en, paper.fill_zh, paper.fill_en, paper.reuse_days,
    )  # fmt: skip


def _of_kind(kind: str, told: Iterable[Told]) -> dict[str, str]:
    """By code, what was told of papers, or of fields."""
    return {each.code: each.reason for each in told if each.kind == kind}


def _papers(
    here: Served, case: Case, rows: Sequence[PaperRow], sent: Sent, told: Mapping[str, str], *, own: bool, now: datetime
) -> list[PaperLine]:
    opened = case.phase in case_steps.TAKES_PAPERS
    owed = queries.owed_of(case) if case.phase in UNDER_CLOCK else frozenset()  # these alone are taken then
    held = {each.paper.code: each for each in from_library.held(case, now=now)} if opened and own else {}
    earlier = from_library.earlier(case, rows, held=held, now=now) if opened and own else {}
    lying = folders.papers_lying(case).by_code
    latest = _latest(queries.handling_of_case(case), here.today(now)) if opened else ""
    by = str(here.by) if CASE.may(case.phase, "change") else None
    found = []
    for row in rows:
        code, asked = row.code, ("material", row.code)
        line = PaperLine(
            row=row, ticked=code in sent.ticked, copies=sent.ticked.get(code) or str(max(row.originals, row.copies, 1)),
            held=named(held[code].certificate) if code in held else "", told=told.get(code, ""), lacking=asked in sent.lacks,
            lacks=sent.lacks.get(asked, ""), offered=row.state in ("missing", "bad") and row.necessity != "optional",
            follows=not sent.follows or code in sent.follows, follows_on=sent.follows.get(code) or latest,
            opened=opened or code in owed,
            pages=tuple(each for each in row.came if each.mime),
            mine=frozenset(each.pk for each in row.came if each.by == by), earlier=earlier.get(code),
            wished=not sent.posted or code in sent.again, lies=lying.get(code, ()),
        )  # fmt: skip
        found.append(line)
    return found


def _groups(
    handling: Handling,
    answers: Mapping[str, str],
    form: Mapping[str, Any],
    told: Mapping[str, str],
    refused: Refused | None,
    case: Case,
    today: date,
) -> list[tuple[str, list[FieldLine]]]:
    """The form, group by group, with what is wrong and what is known of the person."""
    known = of_case_at_window(handling.fields, case, today=today)
    faults = faults_of(refused)
    steering = frozenset().union(hangs_on(handling), *(case_steps.hangs_on(each) for each in handling.fields))
    groups: dict[str, list[FieldLine]] = {}
    for field in shown(handling, answers, form):
        value = as_typed(form.get(field.code))
        found = known.get(field.code)
        groups.setdefault(named(field, "group"), []).append(
            FieldLine(
                field, value, faults.get(field.code, ""), told.get(field.code, ""), source_of(found, value, today=today),
                other_known(found, value), field.code in steering,
            )
        )  # fmt: skip
    return list(groups.items())


def faults_of(refused: Refused | None) -> dict[str, str]:
    if refused is None or refused.slug != "form-invalid":
        return {}
    tongue = "en" if english() else "zh"
    return {each["code"]: each["reason"][tongue] for each in refused.facts["fields"]}


def missing_of(refused: Refused | None) -> tuple[str, ...]:
    """Questions that were not answered."""
    if refused is None or refused.slug != "form-invalid":
        return ()
    return tuple(str(each) for each in refused.facts.get("questions", ()))


def source_of(found: Carried | None, value: str, *, today: date) -> str:
    return source_said(found, SOURCES, today=today) if found is not None and as_typed(found.value) == value else ""


def other_known(found: Carried | None, value: str) -> str:
    """What is known otherwise."""
    return "" if found is None or as_typed(found.value) == value else as_typed(found.value)


def as_typed(value: object) -> str:
    """A kept value as a person types it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).removeprefix("+86")


def _labels(said: Guided, sent: Sent) -> list[tuple[Field, bool, str]]:
    """Fields that the notice may name: whether it does, and what it says."""
    keys = [(field, ("field", field.code)) for field in said.fields]
    return [(field, key in sent.lacks, sent.lacks.get(key, "")) for field, key in keys]


def _latest(handling: Handling, today: date) -> str:
    """The day the matter will be promised for, offered for papers that follow; "" where it is not counted in working days."""
    promised = handling.limits.promised
    if promised.unit != "working_day" or not promised.value:
        return ""
    return work_calendar().add_working_days(today, promised.value).isoformat()


def _sheet(request: Asked, pages: Sequence[Sheet]) -> Sheet | None:
    """The page in the middle: the one asked for, else the first."""
    asked = request.GET.get("page") or request.POST.get("page") or ""
    return next((each for each in pages if str(each.id) == asked), pages[0] if pages else None)


def _since(here: Served, paper: CasePaper) -> bool:
    return here.ticket.started_at is not None and paper.made_at >= here.ticket.started_at


def given_of(case: Case, here: Served) -> list[Given]:
    """What was given in writing, newest first."""
    return [Given(p.number, p.printed, title_of(p), _since(here, p)) for p in reversed(queries.papers_of(case))]
