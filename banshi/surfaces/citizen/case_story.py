"""How a case stands, as its applicant reads it: the present step, whose turn it is and until when, what to do, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from banshi.foundation.said import named
from banshi.foundation.times import day_words
from banshi.journeys.case import conclude
from banshi.kernel.actors import SYSTEM
from banshi.rooms.booking import queries as booking
from banshi.rooms.booking.queries import AppointmentView
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.actions import unsent_ends
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import Clock, Ruled
from banshi.rooms.cases.rules.grounds import GROUNDS, Ground
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.cases.rules.papers import KINDS
from banshi.rooms.cases.rules.procedures import PROCEDURES
from banshi.rooms.catalogue.rules.handling import PERMIT
from banshi.surfaces.citizen.case_doors import form_url, is_open
from banshi.surfaces.citizen.case_ways import papers_words, present_words
from banshi.surfaces.citizen.case_where import WAITS_FOR_PAPERS, Where

# What was done, step by step, as a sentence; other verbs are the hall's own business.
DONE: dict[str, str | Promise] = {
    "open": pgettext_lazy("case", "Begun"),
    "change": pgettext_lazy("case", "Begun anew by what is asked for now"),
    "submit": pgettext_lazy("case", "Sent in"),
    "return": pgettext_lazy("case", "Looked at: something is to be put right"),
    "pass": pgettext_lazy("case", "Looked at: the papers are right"),
    "expect": pgettext_lazy("case", "A time was booked"),
    "expect_no_more": pgettext_lazy("case", "The booked time was given up"),
    "receive": pgettext_lazy("case", "The hall received the papers"),
    "notice": pgettext_lazy("case", "The hall said what is missing"),
    "supplement": pgettext_lazy("case", "What was missing was handed in"),
    "lapse": pgettext_lazy("case", "Ended: what was missing did not come in time"),
    "refuse": pgettext_lazy("case", "The application was not accepted"),
    "accept": pgettext_lazy("case", "Accepted: the promised time runs"),
    "deem": pgettext_lazy("case", "Counts as accepted: nobody said in time that something was missing"),
    "hand_over": pgettext_lazy("case", "Handed over to the department"),
    "stop_clock": pgettext_lazy("case", "The time stands still"),
    "enter_round": pgettext_lazy("case", "It takes part in the next round"),
    "draw": pgettext_lazy("case", "The places of the round were drawn"),
    "resume_clock": pgettext_lazy("case", "The time runs again"),
    "extend": pgettext_lazy("case", "The time was extended, once"),
    "plan_visit": pgettext_lazy("case", "An on-site visit was arranged"),
    "move_visit": pgettext_lazy("case", "The on-site visit was moved"),
    "cancel_visit": pgettext_lazy("case", "The on-site visit was called off"),
    "ask_visit": pgettext_lazy("case", "You asked for another time of the visit"),
    "report_visit": pgettext_lazy("case", "The on-site visit was made"),
    "settle": pgettext_lazy("case", "A paper that was to follow has come"),
    "unmet": pgettext_lazy("case", "A paper that was to follow did not come in time"),
    "pay": pgettext_lazy("case", "The fee is paid"),
    "waive": pgettext_lazy("case", "The fee was let off"),
    "reassess": pgettext_lazy("case", "The fee was computed anew"),
    "issue": pgettext_lazy("case", "The result was made"),
    "shelve": pgettext_lazy("case", "Ready to fetch"),
    "post": pgettext_lazy("case", "Handed to the courier"),
    "come_back": pgettext_lazy("case", "Came back: it could not be delivered"),
    "deliver": pgettext_lazy("case", "Handed over to you"),
    "close": pgettext_lazy("case", "Done"),
    "withdraw": pgettext_lazy("case", "Withdrawn by you"),
    "terminate": pgettext_lazy("case", "Ended early"),
    "check_promise": pgettext_lazy("case", "What you promised was checked"),
    "revoke": pgettext_lazy("case", "What was granted was revoked: it holds no more"),
    "lift_bar": pgettext_lazy("case", "Promises are taken from you again"),
    "archive": pgettext_lazy("case", "Filed away in the archive"),
}
PUT_IN = pgettext_lazy("case", "Your papers were put into the cabinet")
POSTED = pgettext_lazy("case", "You posted your papers to the hall")
NOT_POSTED = pgettext_lazy("case", "You did not post your papers after all")
DOOR_STUCK = pgettext_lazy("case", "The cabinet did not open")
GRANTED, REFUSED = pgettext_lazy("case", "Decided: granted"), pgettext_lazy("case", "Decided: refused")
NOTHING_TO_PAY = pgettext_lazy("case", "What it costs comes to nothing: there is nothing to pay.")
OPEN_REASONS = frozenset({"notice", "refuse", "decide", "decide_at_once", "extend", "terminate", "withdraw"})
INTERNAL_PAPERS = frozenset({"handover_slip"})
RESULTS = frozenset({"licence", "refusal"})
AFTER_DELIVERY = frozenset({"delivered", "closed"})
FOR_NOTHING = frozenset({"not_accepted", "withdrawn", "terminated"})

# The step it is at: in a few words, and what happens in it.
NOW: dict[str, tuple[str | Promise, str | Promise]] = {
    "draft": (
        pgettext_lazy("case", "Not sent yet"),
        _("All that you fill in is kept. Go on when you like, on any device."),
    ),
    "pre_review": (
        pgettext_lazy("case", "Your papers are being looked at"),
        _("If something is wrong, you are told all of it at once. Nothing binds yet."),
    ),
    "pre_returned": (
        pgettext_lazy("case", "Something is to be put right"),
        _("Put right what is listed here and send it again."),
    ),
    "pre_passed": (
        pgettext_lazy("case", "Your papers are right"),
        _("The hall takes them in now. There is nothing you have to do."),
    ),
    "await_receipt": (
        pgettext_lazy("case", "The hall expects your papers"),
        _("Bring the originals at the time you booked."),
    ),
    "received": (
        pgettext_lazy("case", "The hall has your papers"),
        _("All that is missing is told to you at once."),
    ),
    "supplement": (
        pgettext_lazy("case", "Something is missing"),
        _("Hand in what is listed here. If it does not come in time, the matter ends, and you can apply again."),
    ),
    "accepted": (
        pgettext_lazy("case", "Accepted"),
        _("The papers go to the department now. The promised time runs."),
    ),
    "in_review": (pgettext_lazy("case", "The department looks into it"), _("It decides by the day that is promised.")),
    "decided": (pgettext_lazy("case", "Granted"), _("The result is being made.")),
    "issuing": (
        pgettext_lazy("case", "The result is being made"),
        _("You get a message with a code as soon as it is ready."),
    ),
    "ready": (
        pgettext_lazy("case", "Ready to fetch"),
        _("Fetch it with this code or your ID card, or take it as a file, which is worth the same."),
    ),
    "delivered": (pgettext_lazy("case", "Handed over"), _("You have the result.")),
    "closed": (pgettext_lazy("case", "Done"), _("The matter is finished. Your papers stay here.")),
    "not_accepted": (
        pgettext_lazy("case", "Not accepted"),
        _("The reason and what you can do stand in the notice below."),
    ),
    "withdrawn": (pgettext_lazy("case", "Withdrawn"), _("You took it back. You can apply again at any time.")),
    "terminated": (
        pgettext_lazy("case", "Ended early"),
        _("The reason stands below. You can apply again at any time."),
    ),
}
BRING = _("Bring the originals: the hall looks at them and takes the matter in.")
BY_CARD = _("Fetch it at the issue window with the ID card of the person it is for.")
NO_CODE = _(
    "You get a message as soon as it is ready, and fetch it with the ID card. Prove your telephone at a kiosk of a hall, and "
    "there is a code for it, too: for the cabinet, and for the file."
)
POSTED_WHEN_MADE = _(
    "It is posted to you as soon as it is made. You get the number of the waybill when the courier has it."
)
BY_ITSELF = _(
    "The result is a file: it gets its seal and then lies here, in a moment. You need not choose, fetch or do anything."
)
IN_CABINET = _("The code opens the cabinet at any hour; or take it as a file, which is worth the same.")
REFUSED_NOW = (
    pgettext_lazy("case", "Refused"),
    _("The reason, and how you can have it looked at again, stand in the decision below."),
)
REFUSED_TO_GET = (
    pgettext_lazy("case", "Refused"),
    _(
        "Read the decision here now, or fetch it on paper. It says how you can have it looked at again; the time for that counts "
        "from the day you get it."
    ),
)
REFUSED_TO_FETCH = (
    pgettext_lazy("case", "Refused"),
    _(
        "Fetch the decision at the issue window. It says how you can have it looked at again; the time for that counts from the "
        "day you get it."
    ),
)
TO_PAY = (
    pgettext_lazy("case", "Granted: a fee is due"),
    _("The result is made once it is paid. The days in which it is made and handed over count from then."),
)
DROPPED = pgettext_lazy("case", "Your papers lie in the cabinet")
THEY_COUNT = _("They count from %(day)s. The hall takes them out and tells you when it has them.")
TAKEN_OUT = pgettext_lazy("case", "The hall took your papers out of the cabinet")
IT_LOOKS = _("They count from %(day)s. The hall looks at them and tells you when it has received them.")
MORE_CAME = pgettext_lazy("case", "The hall has what was missing")
MORE_LOOKED_AT = _(
    "It counts from %(day)s. The hall looks at it and tells you when it is taken in, or what still lacks."
)
STOPPED = pgettext_lazy("case", "The time stands still")
GIVEN_UP = pgettext_lazy("case", "Given up"), _("You never sent it. You can apply again at any time.")
# What comes by the day that is waited for: a day alone says nothing.
COMES: dict[str, str | Promise] = {
    "pre_review": pgettext_lazy("case", "Looked at by"),
    "await_receipt": pgettext_lazy("case", "Answer on acceptance by"),
    "received": pgettext_lazy("case", "Answer on acceptance by"),
    "supplement": pgettext_lazy("case", "To be handed in by"),
    "accepted": pgettext_lazy("case", "Decision due by"),
    "in_review": pgettext_lazy("case", "Decision due by"),
    "decided": pgettext_lazy("case", "Made and handed over by"),
    "issuing": pgettext_lazy("case", "Made and handed over by"),
    "ready": pgettext_lazy("case", "Posted by"),
}
TO_BE_PAID = pgettext_lazy("case", "To be paid by")
REFUSAL_COMES = pgettext_lazy("case", "Handed over by")
SILENCE = _(
    "All that is missing is told to you at once. If nobody does in time, it counts as accepted, from the day it was received."
)


@dataclass(frozen=True)
class Button:
    label: str
    href: str
    icon: str = "chevron-right"


@dataclass(frozen=True)
class Standstill:
    """Why the clock stands (Chinese and English), since which day, for how many days it was said to, and whether its applicant
    was told that it takes longer."""

    what: tuple[str, str]
    since: date
    days: int
    longer: bool


@dataclass(frozen=True)
class Present:
    """The step a case is at. `has`: the office whose turn it is, "" where it is yours or nobody's; `until`: the day that is
    waited for, `comes` what comes by it, `provisional` where a calendar may still move it; `legal`: the day the law sets,
    `legal_moves` where it may, too; `goes_on`: the day on which what its applicant does not go on with is deleted; `bring`:
    papers whose originals the hall waits for; `reason`: why it came to nothing, in the words of whoever decided so."""

    title: str
    detail: str
    has: str
    mine: bool
    over: bool
    until: date | None
    comes: str
    goes_on: date | None
    overdue: bool
    provisional: bool
    legal: date | None
    legal_moves: bool
    clock: Clock | None
    stop: Standstill | None
    button: Button | None
    bring: tuple[str, ...]
    reason: str
    ground: Ground | None  # 不予受理的情形
    body: str  # whom to turn to instead


def present(case: Case, where: Where, *, now: datetime, today: date, appointment: AppointmentView | None) -> Present:
    """How it stands now."""
    to_pay = case.fee_due_on is not None
    whose = "applicant" if to_pay else cases.with_of(case)
    flags = cases.flags_of(case, today=today, now=now)
    refused = case.granted is False and case.phase in ("decided", "closed")
    title, detail = REFUSED_NOW if refused else TO_PAY if to_pay else NOW[case.phase]
    if refused and case.phase == "decided":
        title, detail = REFUSED_TO_GET if conclude.is_their_own(case, now=now) else REFUSED_TO_FETCH
    if case.phase == "withdrawn" and never_sent(case):
        title, detail = GIVEN_UP
    if case.phase == "received" and case.item_type == PERMIT:  # silence means something of permits alone
        detail = SILENCE
    dropped, sent, expected = where.dropped, where.sent, case.phase == "await_receipt"
    comes = appointment is not None or dropped is not None or sent is not None or where.here is not None
    button = button_of(case, where, comes=comes, now=now)
    asks = expected  # whether what is said asks for the originals
    if case.phase in WAITS_FOR_PAPERS and button is not None:
        detail, asks = BRING, True
    if case.phase == "issuing" and not conclude.is_their_own(case, now=now):
        detail = NO_CODE
    if case.phase == "issuing" and where.wish is not None and where.wish.how == "courier":
        detail = POSTED_WHEN_MADE
    by_itself = cases.comes_by_itself(case)
    if by_itself:
        detail = BY_ITSELF
    if case.phase == "ready":
        opens = where.stay is not None and where.stay.cell.broken_at is None
        detail = BY_CARD if not where.code else IN_CABINET if opens else detail
    if (case.phase == "ready" or refused) and (words := present_words(case, where.delivery, where.wish)) is not None:
        title, detail = words
    if expected and sent is not None:
        (title, detail), asks = papers_words(sent, today=today), False
    if case.phase == "supplement" and where.here is not None:
        title, says = (DROPPED, THEY_COUNT) if dropped is not None else (MORE_CAME, MORE_LOOKED_AT)
        detail = says % {"day": day_words(where.here, today)}
    if expected and dropped is not None and dropped.counts_from is not None:
        title, says = (DROPPED, THEY_COUNT) if dropped.out_at is None else (TAKEN_OUT, IT_LOOKS)
        detail, asks = says % {"day": day_words(dropped.counts_from, today)}, False
    stop, (ground, body) = stop_of(case), ground_of(case)
    runs = case.phase in ("accepted", "in_review")
    return Present(
        title=str(STOPPED if stop else title), detail="" if stop else str(detail),
        has=whose if whose in ("hall", "department") else "", mine=whose == "applicant", over=whose == "",
        until=None if stop or by_itself else cases.due_of(case), comes=_comes(case, refused=refused),
        goes_on=unsent_ends(case, now=now) if button is not None else None,
        overdue="overdue" in flags, provisional="provisional" in flags,
        legal=case.due_statutory if runs else None, legal_moves=case.statutory_provisional,
        clock=cases.clock_of(case, now=now) if runs else None, stop=stop,
        button=button, bring=tuple(named(row) for row in where.originals) if asks else (),
        reason=reason_of(case), ground=ground, body=body,
    )  # fmt: skip


def _comes(case: Case, *, refused: bool) -> str:
    if case.phase == "supplement" and case.brought_on is not None:
        return str(COMES["received"])
    said = TO_BE_PAID if case.fee_due_on is not None else REFUSAL_COMES if refused else COMES.get(case.phase, "")
    return str(said)


def comes_to(case: Case) -> bool:
    """Whether its result is given, or may be yet: nothing is named as the result of what was refused or came to nothing."""
    return case.granted is not False and case.phase not in FOR_NOTHING


def never_sent(case: Case) -> bool:
    """Whether no hall ever had anything of it."""
    return case.submitted_at is None and case.received_at is None


def reason_of(case: Case) -> str:
    """Why a case was not accepted, refused or ended, as its paper says it; "" where it was not."""
    verbs: tuple[str, ...] = {"not_accepted": ("refuse",), "terminated": ("terminate",)}.get(case.phase, ())
    if case.granted is False:
        verbs = ("decide", "decide_at_once")
    event = case.events.filter(verb__in=verbs).order_by("seq").last() if verbs else None
    return event.why if event is not None else ""


def ground_of(case: Case) -> tuple[Ground | None, str]:
    """Of what was not accepted: which ground it was, and whom to turn to instead, as its paper says it."""
    ground = GROUNDS.get(case.ground)
    paper = (
        case.papers.filter(kind="non_acceptance").order_by("id").last()
        if ground is not None and ground.needs_body
        else None
    )
    return ground, cases.facts_of(paper).body if paper is not None else ""


def stop_of(case: Case) -> Standstill | None:
    """While the clock stands."""
    row = case.stops.filter(ended_at=None).first()
    if row is None:
        return None
    what = PROCEDURES.get(row.kind, (row.kind, row.kind))
    since = row.started_at.astimezone(ZoneInfo(case.hall.timezone)).date()
    return Standstill(what, since, row.expected_days, row.late_told_at is not None)


def button_of(case: Case, where: Where, *, comes: bool, now: datetime) -> Button | None:
    """The one thing its applicant does next, if any. :param comes: a time is booked for its papers, or they are there."""
    papers = reverse("citizen:papers", args=[case.no])
    if case.fee_due_on is not None:
        return Button(pgettext("case", "Pay the fee"), reverse("citizen:pay", args=[case.no]), "banknote")
    if case.phase == "draft":
        return Button(pgettext("case", "Go on"), form_url(case), "pencil")
    if is_open(case) and case.brought_on is None:
        told = cases.told_missing(case)
        only_fields = bool(told) and all(each.kind == "field" for each in told)
        word = (
            pgettext("case", "Put it right")
            if case.phase == "pre_returned"
            else pgettext("case", "Hand in what is missing")
        )
        if only_fields:
            return Button(word, form_url(case), "pencil")
        return Button(word, papers, "upload")
    if where.by_hand and not comes and cases.guided_case(case).appointment != "none":
        href = f"{reverse('citizen:book', args=[case.item.code])}?hall={case.hall.code}"
        return Button(pgettext("case", "Book a time to bring the originals"), href, "calendar-plus")
    if case.phase in FOR_NOTHING:
        href = f"{reverse('citizen:item', args=[case.item.code])}?hall={case.hall.code}"
        return Button(pgettext("case", "Apply again"), href, "rotate-ccw")
    if case.phase in AFTER_DELIVERY and (
        result := next((each for each in documents(case, now=now) if each.result), None)
    ):
        word = pgettext("case", "Download: %(what)s") % {"what": named(result, "title")}
        return Button(word, reverse("citizen:document", args=[case.no, result.number]), "download")
    return None


def appointment_of(case: Case, *, now: datetime) -> AppointmentView | None:
    """The booking that brings the papers, while it is to come."""
    expected = bool(case.appointment) and case.phase not in CASE.ends
    found = booking.appointment(case.appointment, now=now) if expected else None
    return found if found is not None and found.state == "booked" and found.ends_at > now else None


@dataclass(frozen=True)
class Step:
    """A step that was done. `why`: in the hall's words."""

    title: str
    at: datetime
    why: str


BY_RULE = frozenset(
    {"pass", "receive", "accept", "hand_over", "issue", "shelve"}
)  # done in the instant of the decision


def story(case: Case, *, now_it_is: str, ruled: Ruled | None = None) -> list[Step]:
    """What was done, newest first; what the hall does among itself is left out, and what the present step says already."""
    found, at_once = [], ruled.at if ruled is not None and ruled.granted else None
    for moment in cases.timeline(case):
        if moment.at == at_once and moment.actor == str(SYSTEM) and moment.verb in BY_RULE:
            continue
        title = (
            done_word(moment.verb, moment.facts)
            if moment.before != "draft" or moment.verb != "withdraw"
            else GIVEN_UP[0]
        )
        if title is None:
            continue
        why = moment.why if moment.verb in OPEN_REASONS else ""
        if moment.facts.get("grant") and moment.facts.get("fen") == 0:
            why = str(NOTHING_TO_PAY)
        found.append(Step(str(title), moment.at, why))
    return [step for no, step in enumerate(found[::-1]) if no or step.title != now_it_is or step.why]


def done_word(verb: str, facts: dict[str, object]) -> str | Promise | None:
    """A step as its applicant reads it; None: the hall's own business."""
    match verb:
        case "decide" | "decide_at_once":
            return GRANTED if facts.get("grant") else REFUSED
        case "expect" if facts.get("cell"):
            return PUT_IN
        case "expect" if facts.get("waybill"):
            return POSTED
        case "expect_no_more" if facts.get("waybill"):
            return NOT_POSTED
        case "expect_no_more" if not facts.get("appointment"):
            return DOOR_STUCK
    return DONE.get(verb)


def may_read(case: Case, paper: CasePaper, *, now: datetime) -> bool:
    """Whether the applicant may have the paper now: the result itself once it is handed over, and so a refusal in writing, which
    is handed over by being taken here; where nobody proven to be the applicant asks, it is read and delivered otherwise.
    """
    if paper.kind in INTERNAL_PAPERS:
        return False
    if paper.kind == "refusal" and case.phase == "decided":
        return not conclude.is_their_own(case, now=now)
    return paper.kind != "licence" or case.phase in AFTER_DELIVERY


@dataclass(frozen=True)
class Document:
    """A paper that was given, as a card; `result`: what was applied for, or that it was refused; `unsealed`: what
    is fetched now has no seal yet."""

    number: str
    printed: str
    title_zh: str
    title_en: str
    at: datetime
    code: str
    result: bool
    unsealed: bool


def documents(case: Case, *, now: datetime) -> list[Document]:
    """What was given in writing: the result itself, then the newest first."""
    result = cases.handling_of_case(case).result
    found, rows = [], [row for row in cases.papers_of(case) if may_read(case, row, now=now)]
    seals = cases.seals_of(rows)
    for row in reversed(rows):
        is_licence, kind = row.kind == "licence", KINDS[row.kind]
        zh, en = (result.name_zh, result.name_en) if is_licence else (kind.title_zh, kind.title_en)
        waits = seals[row.pk].state == "waiting"
        found.append(Document(row.number, row.printed, zh, en, row.made_at, row.code, row.kind in RESULTS, waits))
    return sorted(found, key=lambda each: not each.result)
