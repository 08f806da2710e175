"""A case as pages and API show it: where it stands, whose turn it is, by when, and what was done."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Reverse
from django.db.models.lookups import StartsWith

from banshi.foundation import clock
from banshi.kernel.actors import Actor
from banshi.kernel.documents import IdType
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import IN_ORDER, Case, CaseEvent, CaseMaterial, CasePaper, Handover, Opinion, QuotaEntry
from banshi.rooms.cases.queries.handling import guided_case, handling_of_case, holds
from banshi.rooms.cases.queries.leases import ended, kept
from banshi.rooms.cases.queries.minutes import minute_clock
from banshi.rooms.cases.queries.quota import limit_begins
from banshi.rooms.cases.queries.stopping import STOP, longer_than_told
from banshi.rooms.cases.queries.untouched import said_now, sent_back_fields
from banshi.rooms.cases.queries.wanting import WANTS_MORE
from banshi.rooms.cases.rules import clocks
from banshi.rooms.cases.rules.duties import agreement_holds
from banshi.rooms.cases.rules.lifecycle import CASE, DUE, LIES_HERE, UNDER_CLOCK, WORKLISTS, handed_from
from banshi.rooms.cases.rules.materials import CARD, PROMISE, by_hand
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.rules.general import identity_card_named
from banshi.rooms.catalogue.rules.handling import IDENTITY_CARD, Promise, Stage
from banshi.rooms.places.models import Hall

# Who has it, phase by phase: applicant, hall, department, or nobody any more.
WITH = {
    "draft": "applicant", "pre_review": "hall", "pre_returned": "applicant", "pre_passed": "applicant",
    "await_receipt": "applicant", "received": "hall", "supplement": "applicant", "accepted": "department",
    "in_review": "department", "decided": "hall", "issuing": "hall", "ready": "applicant", "delivered": "hall",
}  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """How the promised limit stands: what ran, what did not count, what is left; in `unit` – minutes in which the hall is open,
    where the limit is in hours or minutes."""

    counted: int
    stopped: int
    left: int
    unit: str

    @property
    def in_days(self) -> bool:
        return self.unit != "minute"

    @property
    def over(self) -> int:
        """What has gone by since it was due."""
        return max(0, -self.left)


@dataclass(frozen=True)
class CaseLine:
    """A case in a list. `light`: red, yellow, green or "" where nothing runs – red, too, where a procedure takes longer than was
    told; `flags` as in the API."""

    no: str
    hall: str
    hall_zh: str
    hall_en: str
    item: str
    item_zh: str
    item_en: str
    department: str
    department_zh: str
    department_en: str
    applicant: str
    phase: str
    outcome: str
    flags: tuple[str, ...]
    due_on: date | None
    left: int | None
    light: str
    opened_at: datetime
    held_by_zh: str
    held_by_en: str
    proposed: str
    channel: str
    urged: bool
    stage_zh: str  # under way, with a limit of its own
    stage_en: str
    stage_due_on: date | None
    stage_light: str
    over: bool  # a limit in hours or minutes went by, today or before
    back_to_zh: str  # it came back: who sent it back looks at it first
    back_to_en: str
    brought: bool  # what was missing lies here, and the hall takes it in

    @property
    def late(self) -> int:
        """Working days since it was due."""
        return max(0, -self.left) if self.left is not None else 0


def all_cases() -> QuerySet[Case]:
    return Case.objects.select_related("hall", "item", "department", "locked_by", "back_to", "bundle")


def case_by_no(no: str) -> Case:
    """:raises Refused: nothing-found."""
    case = all_cases().filter(no=no).first()
    if case is None:
        raise Refused("nothing-found", facts={"case": no})
    return case


def lines(rows: Iterable[Case], *, now: datetime) -> list[CaseLine]:
    """One calendar for all of them."""
    calendar, rows = work_calendar(), list(rows)
    found, longer = [], longer_than_told(rows, now=now)
    over = ended(case for case in rows if case.locked_until is not None and case.locked_until > now)
    back = kept(rows, now=now)
    for case in rows:
        today = now.astimezone(ZoneInfo(case.hall.timezone)).date()
        due_on, stopped = due_of(case), case.stopped_at is not None
        leased = case.locked_until is not None and case.locked_until > now and case.pk not in over
        held = case.locked_by if leased else None
        first = case.back_to if case.pk in back else None
        stage, stage_light = _stage_of(case), ""
        if stage is not None:
            stage_light = clocks.light(due_on=case.stage_due_on, today=today, calendar=calendar, stopped=stopped)
        gone_by = is_over(case, now=now)
        found.append(
            CaseLine(
                no=case.no, hall=case.hall.code, hall_zh=case.hall.name_zh, hall_en=case.hall.name_en, item=case.item.code,
                item_zh=case.item.name_zh, item_en=case.item.name_en, department=case.department.code,
                department_zh=case.department.name_zh, department_en=case.department.name_en,
                applicant=case.masked_applicant, phase=case.phase, outcome=case.outcome,
                flags=flags_of(case, today=today, now=now),
                due_on=due_on, left=calendar.working_days_between(today, due_on) if due_on and not stopped else None,
                light="red" if gone_by or case.pk in longer else clocks.worse(
                    clocks.light(due_on=due_on, today=today, calendar=calendar, stopped=stopped), stage_light
                ),
                opened_at=case.opened_at, held_by_zh=held.name_zh if held else "", held_by_en=held.name_en if held else "",
                proposed=case.proposed, channel=case.channel, urged=case.urged_on is not None,
                stage_zh=stage.name_zh if stage else "", stage_en=stage.name_en if stage else "",
                stage_due_on=case.stage_due_on, stage_light=stage_light,
                over=gone_by, back_to_zh=first.name_zh if first else "", back_to_en=first.name_en if first else "",
                brought=case.brought_on is not None,
            )
        )  # fmt: skip
    return found


def line_of_case(case: Case, *, now: datetime) -> CaseLine:
    """The same of one case, for a page of its own: its item by the name it was applied for. A list shows the name of today, by
    which its rows are looked for and chosen: it reads no versions."""
    (line,) = lines([case], now=now)
    return replace(line, item_zh=case.item_then.name_zh, item_en=case.item_then.name_en)


def _stage_of(case: Case) -> Stage | None:
    """The stage under way that has a limit of its own, as the pinned version calls it."""
    if case.stage_due_on is None:
        return None
    return next((each for each in handling_of_case(case).flow if each.code == case.stage), None)


def stage_before(day: date) -> Q:
    """Cases whose stage under way has a limit of its own that ends before this day."""
    return Q(phase__in=UNDER_CLOCK, stage_due_on__lt=day)


def with_of(case: Case) -> str:
    """Whose turn it is: applicant | hall | department; "" when it is over. What came by cabinet or courier is the hall's,
    and so is what it has to post."""
    return "hall" if _lies_here(case) else WITH.get(case.phase, "")


def _lies_here(case: Case) -> bool:
    return case.phase in LIES_HERE and getattr(case, LIES_HERE[case.phase][0]) is not None


def due_of(case: Case) -> date | None:
    """The day that is waited for now, if any."""
    column = LIES_HERE[case.phase][1] if _lies_here(case) else DUE.get(case.phase)
    return getattr(case, column) or case.fee_due_on if column else None


def is_over(case: Case, *, now: datetime) -> bool:
    """Whether the last moment of a limit in hours or minutes went by."""
    return case.phase in UNDER_CLOCK and case.stopped_at is None and case.due_at is not None and now > case.due_at


def over_at(now: datetime) -> Q:
    """The same cases, to be found."""
    return Q(phase__in=UNDER_CLOCK, stopped_at=None, due_at__lt=now)


def flags_of(case: Case, *, today: date, now: datetime) -> tuple[str, ...]:
    """stopped, tolerant, overdue, deemed, a fee that is due – never phases."""
    due_on = due_of(case)
    found = {
        "clock_stopped": case.stopped_at is not None,
        "tolerant": case.tolerant,
        "overdue": (due_on is not None and today > due_on and case.stopped_at is None) or is_over(case, now=now),
        "deemed": case.deemed,
        "fee_due": case.fee_due_on is not None,
        "provisional": case.provisional and due_on is not None,
    }
    return tuple(name for name, holds in found.items() if holds)


def clock_of(case: Case, *, now: datetime) -> Clock | None:
    """How the promised limit stands; None before it runs."""
    if case.accepted_at is None:
        return None
    zone = ZoneInfo(case.hall.timezone)
    limit = handling_of_case(case).limits.promised
    extra = getattr(case, "extension", None)
    ends = case.decided_at or now
    first, days, unit = limit_begins(case) or case.accepted_at.astimezone(zone).date(), limit.value, limit.unit
    if unit in clocks.IN_MINUTES:
        runs = minute_clock(case, limit, begun=case.accepted_at, now=ends)
        if extra is None:
            return Clock(runs.counted, runs.stopped, runs.left, "minute")
        first, days, unit = runs.at.astimezone(zone).date(), 0, "working_day"  # what it was made longer by is days
    until = ends.astimezone(zone).date()
    spans = case.stops.order_by("started_at", "id").values_list("started_at", "ended_at")
    stops = [clocks.Stop(a.astimezone(zone).date(), b.astimezone(zone).date() if b else None) for a, b in spans]
    found = clocks.due(
        first, days=days, unit=unit, longer=extra.days if extra is not None else 0, stops=stops, calendar=work_calendar(),
        today=until,
    )  # fmt: skip
    return Clock(found.counted, found.stopped, found.left, unit)


# --- Lists ------------------------------------------------------------------------------------------------------


def worklist(
    name: str, *, halls: Collection[str], department: str = "", item: str = "", q: str = "", staff: int | None = None
) -> QuerySet[Case]:
    """What may be taken from a work list, due first.

    :param halls: codes of halls in which the person may; "*" = all. :param department: only this one's.
    :param staff: who asks: what they received, accepted or proposed is not theirs to decide.
    """
    phases, column = WORKLISTS[name]
    stands = Q(phase__in=phases)
    if name == "acceptance":  # and what was missing and lies here
        stands |= Q(brought_on__isnull=False)
    rows = visible_to(all_cases().filter(stands), halls=halls, department=department)
    if item:
        rows = rows.filter(item__code=item)
    if name == "acceptance":  # what passed the pre-review comes to the window, or is received online where it may be
        rows = rows.exclude(phase="pre_passed", channel__in=["window"])
    if name == "to-hand-over":
        # Paper lies at the front, or the department gave it back; what is all files it takes by itself.
        paper = CaseMaterial.objects.filter(case=OuterRef("pk"), channel="paper", gone_at=None)
        rows = rows.filter(Exists(paper) | Exists(Handover.objects.filter(case=OuterRef("pk"))))
    if name == "review":
        rows = rows.filter(proposed="")
    if name == "approval":
        rows = rows.exclude(proposed="").filter(stopped_at=None)
        undrawn = QuotaEntry.objects.filter(case=OuterRef("pk"), state="waits", round__by="draw")
        rows = rows.exclude(
            Exists(undrawn), proposed="grant"
        )  # they wait in their round, and are decided after the draw
        if staff is not None:
            rows = rows.exclude(proposed=STOP, proposed_by_id=staff)
            rows = rows.exclude(Q(received_by_id=staff) | Q(accepted_by_id=staff))
            rows = rows.exclude(Exists(_proposals(by=staff).filter(case=OuterRef("pk"))))
    if name == "extension":  # what waits for the head of the body; who asked for it is not who says yes
        rows = rows.filter(extension_asked_by__isnull=False)
        if staff is not None:
            rows = rows.exclude(extension_asked_by_id=staff)
    if q:
        rows = rows.filter(found_by(q))
    from django.db.models import F

    return rows.order_by(F(column).asc(nulls_last=True), "id")


def _proposals(**of: Any) -> QuerySet[Opinion]:
    return Opinion.objects.filter(stage="review", says__in=["grant", "refuse"], **of)


def proposers(case: Case) -> frozenset[int]:
    """Staff who proposed a decision of it, by id: also those after whom another did, or whose department has it no more."""
    return frozenset(_proposals(case=case).values_list("by_id", flat=True))


def found_by(q: str) -> Q:
    """A case by its number or the words of its matter; people are not searched by name here."""
    words = q.strip()
    by_end = StartsWith(Reverse("no"), words[::-1])  # an index of its own: migration 0009
    return Q(no__startswith=words) | Q(by_end) | Q(item_id__in=catalogue.items_called(words))


def visible_to(rows: QuerySet[Case], *, halls: Collection[str], department: str = "") -> QuerySet[Case]:
    """The cases that somebody who works here may see: of the halls where they look at cases – "*" = all –, and of their
    department where they belong to one; who belongs to none sees all of a hall.
    """
    if len(halls) == 1 and "*" not in halls:  # asked for first, so that an index gives a hall's cases in their order
        rows = rows.filter(hall_id=Subquery(Hall.objects.filter(code__in=list(halls)).values("id")))
    elif "*" not in halls:
        rows = rows.filter(hall__code__in=list(halls))
    return rows.filter(department__code=department) if department else rows


def opened_by(actor: Actor) -> QuerySet[Case]:
    """What a channel's system or a machine opened. Newest first."""
    return all_cases().filter(opened_by=str(actor)).order_by("-opened_at", "-id")


def agreed(case: Case, verb: str, *, staff: int | None, about: str = "", now: datetime) -> bool:
    """Whether this member of staff said that `verb` be taken, lately, and it was not taken since.

    :param about: the values their last word has to be to; "": to any.
    """
    events = CaseEvent.objects.filter(case=case).order_by("-seq")
    word = events.filter(verb="agree", actor=f"staff:{staff}", facts__verb=verb).first()
    used = events.filter(verb=verb).first()
    if word is None or (about and word.facts.get("values") != about):
        return False
    return agreement_holds(agreed_at=word.at, used=used is not None and used.seq > word.seq, now=now)


def due_before(day: date) -> Q:
    """Cases in which the day that is waited for comes before this one."""
    found = Q(fee_due_on__lt=day)
    for phase, column in DUE.items():
        waits = Q(**{LIES_HERE[phase][0]: None}) if phase in LIES_HERE else Q()
        found |= Q(waits, phase=phase, **{f"{column}__lt": day})
    for phase, (since, column) in LIES_HERE.items():
        found |= Q(phase=phase, **{f"{since}__isnull": False, f"{column}__lt": day})
    return found


def mine(*, account_id: int | None, person_ids: Sequence[int] = (), told: Sequence[int] = ()) -> QuerySet[Case]:
    """Cases somebody may follow: opened with their account, or of the person they are proven to be. Newest first.

    :param told: ids of those that they see by their telephone alone (`told_to`).
    """
    whose = Q(account_id=account_id, account__isnull=False) | Q(person_id__in=list(person_ids))
    return all_cases().filter(whose | Q(pk__in=list(told)) if told else whose).order_by("-opened_at", "-id")


def may_follow(case: Case, *, account_id: int | None, person_ids: Sequence[int] = ()) -> bool:
    return (account_id is not None and case.account_id == account_id) or case.person_id in person_ids


def of_organisation(organisation_id: int) -> QuerySet[Case]:
    """What was applied for in the name of an organisation, newest first: for whoever acts for it."""
    return all_cases().filter(organisation_id=organisation_id).order_by("-opened_at", "-id")


def expected_at(appointment: str, *, person_id: int) -> Case | None:
    """The case whose papers a booking of its applicant brings; of an organisation that of whoever comes for it."""
    waits = Q(phase="await_receipt") | WANTS_MORE
    whose = Q(person_id=person_id) | Q(organisation__isnull=False) | Q(person__id_type=IdType.USCC)
    rows = Case.objects.filter(waits, whose, appointment=appointment)
    return rows.select_related("item", "hall").first()


# --- What was done ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """One step of the story. `why` is in somebody's own words; `papers`: number, kind of what was given in writing."""

    seq: int
    verb: str
    at: datetime
    actor: str
    before: str
    after: str
    facts: dict[str, Any]
    why: str
    papers: tuple[CasePaper, ...]


def timeline(case: Case) -> list[Moment]:
    """From the first step to the last; looks into nothing else."""
    given: dict[int, list[CasePaper]] = {}
    for paper in CasePaper.objects.filter(case=case).order_by("id"):
        given.setdefault(paper.event_id, []).append(paper)
    return [
        Moment(e.seq, e.verb, e.at, e.actor, e.before, e.after, e.facts, e.why, tuple(given.get(e.pk, ())))
        for e in CaseEvent.objects.filter(case=case).order_by("seq")
    ]


@dataclass(frozen=True)
class Told:
    """What somebody who applied was told is missing or wrong. `kind`: material | field."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    reason: str


def told_missing(case: Case) -> list[Told]:
    """What the case waits for: the last notice, or what the pre-review found wrong; empty where it waits for nothing."""
    if case.phase == "supplement":
        return _named(case, _of_notice(case))
    return _named(case, _of_return(case)) if case.phase == "pre_returned" else []


@dataclass(frozen=True)
class ToldBefore:
    """What was told the last time, for whoever examines it again. `now`: changed | same | gone (taken back, or asked no more)."""

    told: Told
    now: str


def told_before(case: Case) -> list[ToldBefore]:
    """What the last return, or notice, told, and what became of it; empty while the applicant has it, and once it is examined."""
    if case.phase == "pre_review":
        asked, said = _of_return(case), {each.code: each.said for each in sent_back_fields(case)}
    elif case.phase == "received" and case.notices:
        asked, said = _of_notice(case), {each["code"]: each.get("said", "") for each in _last_missing(case)}
    else:
        return []
    came: dict[str, set[str]] = {}
    for code, verdict in CaseMaterial.objects.filter(case=case, gone_at=None).values_list("code", "verdict"):
        came.setdefault(code, set()).add(verdict)
    return [
        ToldBefore(
            each,
            ("same" if said[each.code] == said_now(case, each.code) else "changed")
            if each.kind == "field"
            else ("same" if "bad" in came[each.code] else "changed")
            if each.code in came
            else "gone",
        )
        for each in _named(case, asked)
    ]


def _last_missing(case: Case) -> list[dict[str, str]]:
    notice = case.notices_given.order_by("-round").first()
    return list(notice.missing) if notice is not None else []


def _of_notice(case: Case) -> list[tuple[str, str, str]]:
    """Code, kind and reason of each that the last notice told."""
    notice = case.notices_given.order_by("-round").first()
    reasons = json.loads(notice.reasons) if notice is not None else {}
    told = notice.missing if notice is not None else []
    return [(each["code"], each["kind"], reasons.get(each["code"], "")) for each in told]


def _of_return(case: Case) -> list[tuple[str, str, str]]:
    """Code, kind and reason of each that the pre-review told as it sent the case back last."""
    last = CaseEvent.objects.filter(case=case, verb="return").order_by("-seq").first()
    wrong = last.facts["wrong"] if last is not None else []
    rows = CaseMaterial.objects.filter(case=case, code__in=wrong).order_by("id")
    reasons = {row.code: row.why for row in rows if row.why}
    asked = [(code, "material", reasons.get(code, "")) for code in wrong]
    return asked + [(each.code, "field", each.why) for each in sent_back_fields(case)]


def _named(case: Case, asked: Sequence[tuple[str, str, str]]) -> list[Told]:
    handling = handling_of_case(case) if asked else None
    if handling is None:
        return []
    papers = {each.code: (each.name_zh, each.name_en) for each in handling.materials}
    fields = {each.code: (each.label_zh, each.label_en) for each in handling.fields}
    found = []
    for code, kind, reason in asked:
        zh, en = (fields if kind == "field" else papers).get(code, (code, code))
        found.append(Told(code, kind, zh, en, reason))
    return found


@dataclass(frozen=True)
class PaperRow:
    """One paper that the situation asks for, with what has come for it.

    :ivar over: of what came, certificates that hold no more (handling.holds): shown, and not counted.
    """

    code: str
    name_zh: str
    name_en: str
    necessity: str
    originals: int
    copies: int
    channels: tuple[str, ...]
    satisfied_by: tuple[str, ...]
    accept_zh: str
    accept_en: str
    came: tuple[CaseMaterial, ...]
    over: frozenset[int] = frozenset()
    by_promise: Promise | None = None  # what may be signed in its place
    issuer_zh: str = ""
    issuer_en: str = ""
    fill_zh: str = ""
    fill_en: str = ""
    reuse_days: int | None = None  # for which one that was handed in before is taken; None: never

    @property
    def promised(self) -> bool:
        """Whether a promise stands for it, to be checked afterwards."""
        return any(row.channel == PROMISE for row in self.there)

    @property
    def by_card(self) -> bool:
        """Whether their identity card was read for it."""
        return any(row.channel == CARD for row in self.there)

    @property
    def there(self) -> tuple[CaseMaterial, ...]:
        """What came and counts."""
        return tuple(row for row in self.came if row.pk not in self.over)

    @property
    def again(self) -> CaseMaterial | None:
        """A page of it that was handed in before (材料复用), by which its origin is said."""
        return next((row for row in self.came if row.origin is not None), None)

    @property
    def to_bring(self) -> bool:
        """It is not there, and no file stands for it: somebody brings it when the matter is received."""
        return not self.there and by_hand(self.channels)

    @property
    def to_see(self) -> bool:
        """Whether there is anything of it to look at here."""
        return any(row.to_see for row in self.came)

    @property
    def stays_with_its_holder(self) -> bool:
        """身份证, of whomever: shown at a window, put into no cabinet and no parcel."""
        return IDENTITY_CARD in self.satisfied_by or identity_card_named(self.name_zh)

    @property
    def on_paper_yet(self) -> bool:
        """It may still come on paper: nothing came, or a file alone where an original is asked for."""
        return not self.there or (self.needs_original and not any(row.channel == "paper" for row in self.there))

    @property
    def needs_original(self) -> bool:
        """An original is asked for, and neither its issuer vouches for what came nor was their card read."""
        return self.originals > 0 and not any(row.trust == "A" or row.channel == CARD for row in self.there)

    @property
    def state(self) -> str:
        """missing | came | ok | bad. A certificate that holds no more is missing."""
        verdicts = {row.verdict for row in self.there}
        if not self.there:
            return "missing"
        if "bad" in verdicts:
            return "bad"
        return "ok" if verdicts == {"ok"} or all(row.trust in ("A", "B") for row in self.there) else "came"

    @property
    def shown(self) -> str:
        """Its state as people read it: what need not come is not missing."""
        return "left_out" if self.state == "missing" and self.necessity == "optional" else self.state


def to_bring(case: Case, *, now: datetime | None = None) -> list[PaperRow]:
    """Papers that are seen at the window: they want an original, and no authority vouches for what came; or no file stands for
    them. What need not be handed in is not among them.
    """
    rows = [row for row in paper_rows(case, now=now) if row.shown != "left_out"]
    return [row for row in rows if row.needs_original or row.to_bring]


def paper_rows(case: Case, *, now: datetime | None = None) -> list[PaperRow]:
    """In the order of the situation's list, as it stands now."""
    now = now or clock.now()
    came: dict[str, list[CaseMaterial]] = {}
    rows = CaseMaterial.objects.filter(case=case, gone_at=None).select_related("file", "certificate", "origin__item")
    for row in rows.order_by(*IN_ORDER):
        came.setdefault(row.code, []).append(row)
    over = frozenset(row.pk for rows in came.values() for row in rows if not holds(row, case, now))
    return [
        PaperRow(
            p.code, p.name_zh, p.name_en, p.necessity, p.originals, p.copies, tuple(p.channels), tuple(p.satisfied_by),
            p.accept_zh, p.accept_en, tuple(came.get(p.code, ())), over, p.by_promise,
            p.issuer_zh, p.issuer_en, p.fill_zh, p.fill_en, p.reuse_days,
        )
        for p in guided_case(case).materials
    ]  # fmt: skip


def next_steps(case: Case) -> list[tuple[str, str]]:
    """Verbs that come next, each with who takes it: applicant | hall | department | supervisor."""
    whose = {
        "change": "applicant", "submit": "applicant", "supplement": "applicant", "withdraw": "applicant",
        "return": "hall", "pass": "hall", "receive": "hall", "notice": "hall", "accept": "hall", "refuse": "hall",
        "hand_over": "hall", "opine": "department", "propose_stop": "department",
        "refuse_stop": "department", "stop_clock": "department", "resume_clock": "department",
        "refuse_extension": "department", "extend": "department",
        "decide": "department", "pay": "applicant", "waive": "supervisor", "issue": "hall",
        "shelve": "hall", "deliver": "hall", "terminate": "supervisor",
    }  # fmt: skip
    stopped = case.stopped_at is not None
    not_now = {"resume_clock"} if not stopped else {"propose_stop", "decide", "opine"}
    not_now |= {"propose_stop", "decide"} if case.proposed == STOP else {"refuse_stop", "stop_clock"}
    not_now |= {"refuse_extension"} if case.extension_asked_by_id is None else set()
    not_now |= {"issue"} if case.fee_due_on is not None else {"pay", "waive"}
    not_now |= {"issue"} if case.granted is False else set()
    not_now |= {"deliver"} if case.phase != handed_from(granted=case.granted) else set()
    return [(verb, who) for verb, who in whose.items() if CASE.may(case.phase, verb) and verb not in not_now]
