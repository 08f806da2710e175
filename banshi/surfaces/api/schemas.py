"""Shapes of version 1: what comes in is strict (unknown fields are refused), what goes out only grows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from banshi.kernel.working_days import A_DAY, YEARS, can_be_asked_for

T = TypeVar("T")

# ---- building blocks ----

PRINTABLE = r"^[^\u0000-\u001f\u007f]*$"
Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


def _text(most: int, least: int = 0) -> Any:
    return Annotated[str, StringConstraints(min_length=least, max_length=most, pattern=PRINTABLE)]


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})")


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        day = date.fromisoformat(value)
        if day.year not in YEARS:
            raise ValueError
        return day
    except ValueError as wrong:
        raise PydanticCustomError("day", "{en}", dict(A_DAY)) from wrong


def _moment(value: Any) -> Any:
    try:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise ValueError
        moment = datetime.fromisoformat(value.upper())
        if not can_be_asked_for(moment):
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise PydanticCustomError(
            "moment",
            "{en}",
            {
                "zh": "应为带时区的时间，形如 2026-03-10T09:00:00+08:00",
                "en": "A time with its offset like 2026-03-10T09:00:00+08:00",
            },
        ) from wrong


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[
    datetime, BeforeValidator(_moment), Field(strict=False), WithJsonSchema({"type": "string", "format": "date-time"})
]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class In(BaseModel):
    """A request body: types as written, nothing unknown."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """Query parameters: text turned into types, nothing unknown."""

    model_config = ConfigDict(extra="forbid")


class Paged(Asked):
    limit: int = Field(50, ge=1, le=200, description="At most so many entries.")
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before.")


class Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Grows(BaseModel):
    """An answer with more fields than are promised here."""

    model_config = ConfigDict(extra="allow")


class Page(Out, Generic[T]):
    data: list[T]
    next: str | None = Field(description="Cursor of the next page, or null.")


class Problem(BaseModel):
    """RFC 9457. `type` is a stable slug; `next` is a time, or slots to offer, or null."""

    type: str
    title: str
    detail: str
    status: int
    rule: str
    facts: dict[str, Any] = {}
    next: Any = None


class Named(Out):
    code: str
    name: str
    name_en: str


# ---- halls and items ----


class ZoneOut(Named):
    floor: str


class CategoryOut(Named):
    letter: str


class WindowOut(Named):
    """`name` is what stands on the window; `categories` are codes."""

    number: str
    floor: str
    zone: str
    kind: Literal["integrated", "special"]
    categories: list[str]


class PromisesOut(Out):
    """What the waits told in the last 30 days were worth."""

    n: int = Field(description="Promises whose truth is known.")
    at_most_held: float = Field(description="Share of waits that were at most what was told, 0–1.")
    likely_off: float = Field(
        description="How far `likely` was off on the whole; 0.04: 4 % too long, -0.04: too short."
    )


class HallOut(Named):
    region: Named
    address: str
    address_en: str
    phone: str
    timezone: str
    floors: list[Named]
    zones: list[ZoneOut]
    categories: list[CategoryOut]
    windows: list[WindowOut]
    promises: PromisesOut | None = Field(description="`null` while there are fewer than 100.")


class SessionOut(Out):
    day: date
    starts_at: datetime
    ends_at: datetime
    kind: str = Field(description="regular, extended, market, …")
    items: list[str] | None = Field(description="Item codes if the session is limited to them, else null.")
    channels: list[str] | None = None
    cut_off_at: datetime | None = Field(None, description="Bookings stop then.")


class ItemLineOut(Named):
    department: Named
    audience: str
    category: Named | None = Field(description="In lists of one hall: its category there.")
    hall: str | None
    bookable: bool | None
    walk_in: bool | None


class MaterialOut(Named):
    originals: int
    copies: int
    necessity: str = Field(description="required, optional, deferrable")
    source: str
    note: str
    note_en: str


class RetiredOut(Out):
    """停办: from this day no booking, number or case of it is begun; what was sent goes on."""

    on: date
    reason: str
    reason_en: str
    successor: Named | None = Field(description="What is applied for instead.")


class SeasonOut(Out):
    """Both days are within: of every year as MM-DD, perhaps over New Year; or once, as YYYY-MM-DD."""

    first: str
    last: str


class SeasonsOut(Out):
    spans: list[SeasonOut]
    text: str
    text_en: str
    received: bool = Field(description="Today.")
    closes: date | None = Field(description="The last day, while it is received.")
    opens: date | None = Field(description="Else the next day on which it is. null: none is set.")


class ElementOut(Named):
    """An element of the national list (GB/T 39046-2020), in words; what is not stated is left out."""

    value: str
    value_en: str


class ItemOut(Named):
    department: Named
    audience: str
    catalog_code: str
    task_code: str
    case_kind: str
    statutory_days: int
    promised_days: int
    visits_needed: int
    agent_allowed: bool
    condition: str
    condition_en: str
    fee: str
    fee_en: str
    result: str
    result_en: str
    materials: list[MaterialOut]
    halls: list[str] = Field(description="Codes of the halls that handle it.")
    retired: RetiredOut | None = Field(description="null: nobody retires it.")
    elements: list[ElementOut] = Field(description="All that the national list states of it: basis, level, scope, …")
    seasons: SeasonsOut | None = Field(description="When it is received (受理时段). null: all year.")
    handling_items: list[Named] = Field(description="业务办理项 below it; none: it is handled as itself.")


class OptionOut(Out):
    id: str
    text: str
    text_en: str


class QuestionOut(OptionOut):
    help: str
    help_en: str
    options: list[OptionOut]
    asked_if: dict[str, Any] | None = Field(
        description="A condition on the answers above: all, any, not, eq, ne, ge, gt, le, lt, in, known; null: always asked."
    )


class GuideOut(Out):
    item: str
    version: int
    questions: list[QuestionOut]


class FormSchemaOut(Grows):
    """A JSON Schema of dialect 2020-12, with its own words: `$schema`, `$id` of the item and its version, `allOf`, `$defs`."""

    title: str
    type: Literal["object"]
    required: list[str]
    properties: dict[str, Any] = Field(description="`answers` and `form`.")


class GuideAnswersIn(In):
    hall: Code | None = Field(None, description="What a hall says of booking counts, too.")
    answers: Annotated[dict[Code, Code], Field(max_length=60)] = Field(
        {}, description="Question → option. An answer to a question that is not asked any more is left out."
    )


class SituationOut(Out):
    id: str
    name: str
    name_en: str


class TextOut(Out):
    text: str
    text_en: str


class PaperOut(Named):
    necessity: Literal["required", "optional", "deferrable"]
    originals: int
    copies: int
    channels: list[Literal["paper", "usb", "scan", "upload", "library"]]
    satisfied_by: list[str] = Field(description="Types of certificates in the library that stand for it.")
    accept: str = Field(description="What is looked at.")
    accept_en: str
    blank: str | None = Field(description="Address of the empty form (空表), a PDF; null: there is none.")
    sample: str | None = Field(description="Address of the same form filled in (样表), a PDF.")


class PlacesOut(Out):
    window: bool
    online: bool
    kiosk: bool
    cabinet: bool


class FeeStepOut(Out):
    up_to: str | None = Field(description="Up to and with this number of the field; null: whatever is above.")
    value: str = Field(description="Yuan of a tier, per mille of a share.")


class FormulaOut(Out):
    """计费方式: what a number of the form comes to, rounded to the fen, half up."""

    kind: Literal["per_unit", "share", "tiers"]
    field: str = Field(description="The field of the form whose number counts.")
    unit: str
    unit_en: str
    unit_price: str | None
    base: str = Field(description="Of per_unit: what is paid in any case, with `included` units in it.")
    included: int
    steps: list[FeeStepOut]
    least: str | None
    most: str | None


class RateOut(TextOut):
    amount: str | None = Field(description="Yuan; null: computed.")
    formula: FormulaOut | None


class FeeOut(TextOut):
    amount: str | None = Field(description="Yuan; null: by the tariff, or not to be told yet.")
    how: str = Field(
        description="How it is computed, once its number is known: 3 份 × 10 元 = 30 元; empty: a sum that was set."
    )
    how_en: str
    formula: FormulaOut | None = Field(description="Of the rate that holds.")
    possible: list[RateOut] = Field(description="收费标准 that may still hold, while the form does not say which.")


class LimitOut(Out):
    value: int = Field(description="0: none is set.")
    unit: Literal["working_day", "day", "hour", "minute"]


class GrantOut(Named):
    type: Literal["text", "number", "money", "date"]
    proposed: bool = Field(
        description="Something is proposed, from the form or the day; false: whoever decides says it."
    )


class StageOut(Named):
    act: Literal["receive", "review", "consult", "procedure", "decide", "issue", "other"] = Field(
        description="consult and procedure are done before anything is granted."
    )
    department: str | None = Field(description="Of consult: whose opinion is asked for.")
    procedure: str | None = Field(description="Of procedure: which special procedure, as `stop-clock` has them.")
    days: int | None = Field(description="Working days that it may take; null: no limit of its own.")
    who: str
    who_en: str
    standard: str = Field(description="审查标准: what it is judged by.")
    standard_en: str


class GuidedOut(Out):
    """Of an item's version: what the answers come to. While it is not complete: what is needed in any case."""

    item: str
    version: int
    complete: bool
    next_question: QuestionOut | None
    answers: dict[str, str] = Field(description="Those that count.")
    situation: SituationOut | None
    handling_item: Named | None = Field(
        description="业务办理项: what it is handled as, once every question is answered."
    )
    conditions: list[TextOut]
    materials: list[PaperOut]
    stages: list[StageOut] = Field(description="办理流程, in order.")
    where: PlacesOut
    appointment: Literal["required", "advised", "none"]
    fee: FeeOut | None
    promised: LimitOut
    statutory: LimitOut
    minutes: float | None = Field(description="Typical, at the window.")
    grants: list[GrantOut] = Field(
        description="核定内容: what a grant states beside what the form says – an amount, a term; said when it is decided."
    )
    result_sample: str | None = Field(
        description="Address of a sample of the result (结果样本), a PDF; null: there is none."
    )


class WaitOut(Out):
    likely: int = Field(description="Seconds.")
    at_most: int | None = Field(description="Seconds.")


class OfferOut(Out):
    slot: int
    hall: str
    starts_at: datetime
    ends_at: datetime
    free: int


class ChanceOut(Out):
    """One hall's answer. `opens_at`/`closes_at`: the running session, or the next one."""

    hall: Named
    region: str
    item: str
    open_now: bool = Field(description="A walk-in can be served at that moment.")
    opens_at: datetime | None
    closes_at: datetime | None
    kind: str
    why_closed: str
    why_closed_en: str
    walk_ins: bool
    served_today: bool | None = Field(description="Whether a number taken now will probably be served today.")
    bookable: bool
    next_slot: OfferOut | None = Field(description="The nearest quiet period that can be booked; `free`: its places.")
    first_slot: OfferOut | None = Field(
        description="The first of all, which may be fuller; null where a moment was asked."
    )
    free: int
    waiting: int
    wait: WaitOut | None


class SlotOut(Out):
    id: int
    starts_at: datetime
    ends_at: datetime
    quota: int
    free: int
    bookable: bool
    reason: str | None = Field(description="A refusal slug when not bookable.")
    busy: float = Field(description="0 (empty) to 1 (full).")
    kept_until: datetime | None = Field(
        None, description="Until when the waiting list keeps an earlier place of it for the `appointment` asked about."
    )


# ---- closures ----


class ClosureIn(In):
    starts_at: Moment
    ends_at: Moment
    floor: Code | None = None
    zone: Code | None = None
    category: Code | None = None
    item: Code | None = None
    reason: _text(120, 1)  # type: ignore[valid-type]
    reason_en: _text(160) = ""  # type: ignore[valid-type]
    then: Literal["move", "cancel", "keep"] = Field(
        "move",
        description="What becomes of whoever booked for that time. In an evacuation nobody is let in: keep is move.",
    )
    kind: Literal["closure", "evacuation", "outage"] = "closure"


class AffectedOut(Out):
    appointments: int = Field(description="Booked for that time: followed up one by one after the answer.")
    tickets: int = Field(description="Numbers in line that it stops.")
    waiting: int = Field(description="Entries of waiting lists of these days.")


class ProgressOut(Out):
    moved: int
    cancelled: int
    kept: int
    done: int = Field(description="Settled by the person or a clerk meanwhile.")
    failed: int = Field(description="Could not be settled: listed in the office.")
    due: int


class ClosureOut(Out):
    id: int
    kind: Literal["closure", "evacuation", "outage"]
    starts_at: datetime
    ends_at: datetime
    floor: str | None
    zone: str | None
    category: str | None
    item: str | None
    reason: str
    reason_en: str
    says: str = Field(description="The sentence that phone, board, kiosk and desk show.")
    says_en: str
    withdrawn: bool
    progress: ProgressOut | None = Field(description="Of the follow-up; visits, not appointments.")


class ClosedOut(ClosureOut):
    affected: AffectedOut


# ---- appointments ----


class PersonIn(In):
    name: _text(60, 1)  # type: ignore[valid-type]
    id_type: Literal[
        "resident_id", "residence_permit", "permanent_residence", "home_return", "taiwan_pass", "passport", "uscc"
    ] = "resident_id"
    id_number: _text(40, 1)  # type: ignore[valid-type]
    phone: _text(30)  # type: ignore[valid-type]


class WalkInPerson(PersonIn):
    phone: _text(30) = ""  # type: ignore[valid-type]


class BookingIn(In):
    slot: Id
    item: Code
    person: PersonIn
    source: Literal["web", "wechat", "app", "kiosk", "phone", "video", "api"] = "api"
    persons: Annotated[int, Field(ge=1, le=20)] = Field(
        1, description="For how many who come together; a place each, as far as the matter allows."
    )
    answers: Annotated[dict[Code, Code], Field(max_length=60)] = Field(
        default_factory=dict,
        description="What was answered to the item's questions (question to option): `bring` and the messages then name the "
        "papers of that situation.",
    )
    case: Code | None = Field(
        None,
        description="The number of a case you opened for the same person, matter and hall, whose pre-review is passed: its "
        "papers come with this booking (`await_receipt`).",
    )
    note: _text(200) = ""  # type: ignore[valid-type]
    end_user: Annotated[str, StringConstraints(max_length=100, pattern=PRINTABLE)] = Field(
        default="",
        description="Your own opaque, lasting id of the signed-in user who books. Limits and strikes count for that user; "
        "without it for the `phone`, and without either for nobody. Only a one-way index of it is kept.",
    )
    agent: Id | None = Field(
        None,
        description="A registered agent that comes through this key, or is this `end_user` of it: it books by the person's "
        "mandate, under its own limits.",
    )


EndUser = Annotated[str, StringConstraints(max_length=100, pattern=PRINTABLE)]


class WhoActs(In):
    """Who looks at what an agent booked through a channel's system."""

    end_user: EndUser = Field(
        "", description="The user of your system that the agent is, where it was registered as one."
    )


class MoveIn(In):
    slot: Id


class BringOut(Out):
    name: str
    name_en: str


class AppointmentOut(Out):
    code: str
    qr: str = Field(description="Text of the QR code to show on arrival; signed. Empty where a mandate is over.")
    status: Literal["booked", "checked_in", "served", "cancelled", "no_show"]
    without_number: bool = Field(
        False,
        description="`checked_in`, but no number was taken: the person was in the hall, so it is no no-show.",
    )
    excused: bool = Field(
        False,
        description="`booked`, but the hall is closed then and does not serve it: no no-show, and free to cancel or move.",
    )
    hall: Named
    item: Named
    starts_at: datetime
    ends_at: datetime
    persons: int
    bring: list[BringOut] = Field(
        description="What the situation takes that was answered with it, else the item in general."
    )
    situation: SituationOut | None = Field(
        None,
        description="What the answers came to; null: nothing was answered, not all, or a question has changed since.",
    )
    name: str = Field(description="Masked; empty where a mandate is over.")
    case: str | None = Field(None, description="The case whose papers it brings, while they are expected.")


# ---- agents ----


class AgentLimits(In):
    live_most: int = Field(ge=1, le=1000, description="Visits to come, at most; each person counts.")
    day_most: int = Field(ge=1, le=1000, description="Visits on one day of one hall, at most; each person counts.")


class AgentSuspension(In):
    why: _text(200) = Field("", description="Told to the agent; needed of one that has accepted.")  # type: ignore[valid-type]


class AgentIn(AgentLimits):
    name: _text(60, 1)  # type: ignore[valid-type]
    phone: _text(30, 1) = Field(description="The mobile number it signs in with.")  # type: ignore[valid-type]
    paper: _text(200, 1) = Field(description="What was seen: the licence, a letter.")  # type: ignore[valid-type]
    key: Id | None = Field(None, description="Of the `channel` system it books through as well.")
    end_user: EndUser = Field("", description="Its own name in that system; without it the whole key is the agent's.")


class AgentOut(Out):
    id: int
    hall: str = Field(description="Where it is registered.")
    name: str = Field(description="Masked.")
    phone: str = Field(description="Masked.")
    live_most: int
    day_most: int
    state: Literal["proposed", "active", "suspended"] = Field(
        description="`proposed`: the owner of the number has not accepted yet."
    )
    registered_at: datetime
    key: int | None
    clients: int = Field(description="Whose mandates are in force.")
    proposals: int = Field(description="Mandates it proposed that wait for an answer.")


class ClientIn(In):
    name: _text(60, 1)  # type: ignore[valid-type]
    id_type: Literal[
        "resident_id", "residence_permit", "permanent_residence", "home_return", "taiwan_pass", "passport", "uscc"
    ] = "resident_id"
    id_number: _text(40, 1)  # type: ignore[valid-type]


Reason = _text(200)


class MandateIn(In):
    person: ClientIn
    items: list[Code] = Field(default=[], max_length=200, description="Matters it covers; empty: all.")
    valid_until: Day = Field(description="Its last day, within three years.")
    paper: _text(200) = Field("", description="What was seen; by a `manage` key only.")  # type: ignore[valid-type]
    end_user: EndUser = ""


class PaperIn(In):
    paper: _text(200) = Field("", description="What was seen; by a `manage` key.")  # type: ignore[valid-type]
    person: ClientIn | None = Field(None, description="The client agrees; by a vouching `channel` key.")


class EndMandateIn(In):
    end_user: EndUser = ""
    person: ClientIn | None = Field(None, description="The client ends it; by a vouching `channel` key.")


class WhoseIn(In):
    person: ClientIn


class MandateOut(Out):
    """Ended ones are not listed."""

    id: int
    agent: int
    name: str = Field(description="Of the client, masked.")
    id_last4: str
    items: list[str] = Field(description="Codes; empty: every matter.")
    valid_until: date
    state: Literal["proposed", "in_force", "run_out", "ended"]


class ActsForMeOut(Out):
    id: int
    agent: int
    agent_name: str
    hall: str
    items: list[str]
    valid_until: date
    state: Literal["proposed", "in_force"]
    resting: bool = Field(description="The agent is suspended: it acts for nobody now.")


class ActsForMeListOut(Out):
    data: list[ActsForMeOut]


# ---- tickets ----


Presented = Literal["read", "typed"]
PRESENTED: Presented = "typed"  # as how an ID number counts where it is not said: it proves and frees nothing


class CheckInIn(In):
    code: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=PRINTABLE)] | None = None
    id_number: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)] | None = None
    id_type: (
        Literal[
            "resident_id", "residence_permit", "permanent_residence", "home_return", "taiwan_pass", "passport", "uscc"
        ]
        | None
    ) = None  # every type that the number fits
    presented: Presented = PRESENTED
    name: _text(60) = ""  # type: ignore[valid-type]  # as the chip has it
    phone_last4: Annotated[str, StringConstraints(pattern=r"^([0-9]{4})?$")] = Field(
        "", description="Of a typed number: the last four digits of the telephone given with the booking."
    )
    appointment: Code | None = Field(None, description="After `which-appointment`: the one that the person chose.")

    @model_validator(mode="after")
    def _one(self) -> CheckInIn:
        if (self.code is None) == (self.id_number is None):
            raise PydanticCustomError(
                "one_of", "{en}", {"zh": "code 和 id_number 须填且只填一项", "en": "Give either code or id_number"}
            )
        return self


class TicketIn(In):
    item: Code | None = None
    category: Code | None = None
    person: WalkInPerson | None = None
    presented: Presented = PRESENTED
    lane: Literal["elderly", "disabled", "pregnant", "serviceman"] | None = None

    @model_validator(mode="after")
    def _one(self) -> TicketIn:
        if (self.item is None) == (self.category is None):
            raise PydanticCustomError(
                "one_of", "{en}", {"zh": "item 和 category 须填且只填一项", "en": "Give either item or category"}
            )
        return self


class EstimateOut(Out):
    likely: int = Field(description="Seconds: half of the people wait less.")
    at_most: int = Field(description="Seconds: nine in ten wait less.")


class ServedPerson(Out):
    name: str
    id_type: str
    id_number: str = Field(description="Never whole.")
    phone: str | None


class TicketOut(Grows):
    id: str
    number: str
    kind: Literal["booked", "walk_in"]
    lane: str | None = Field(None, description="Priority: elderly, disabled, pregnant, serviceman; null without.")
    state: str
    outcome: Literal["done", "paper_missing", "advice_only", "refused", "not_finished"] | None = Field(
        None,
        description="How a `finished` one ended; `not_finished`: put aside at a window until the hall closed – to be booked "
        "again. Null while it goes on, or where nobody said.",
    )
    hall: str
    category: Named
    item: Named | None
    ahead: int | None
    windows: list[str]
    floor: str | None
    later_on: list[str] = Field(description="Other floors to which it may be called after a long wait.")
    estimate: EstimateOut | None
    served_today: bool | None = Field(
        description="`false`: probably not called before `service_ends_at`; say so. `null`: not waiting, or unknown."
    )
    service_ends_at: datetime | None
    walk_off_until: datetime | None = Field(
        None, description="Until when there is time for a walk: the earliest likely call less the way back."
    )
    back_until: datetime | None = Field(
        None, description="Of a `missed` one: before when it may be put back. null: not missed, or not any more."
    )
    back_stands: bool = Field(
        False,
        description="Its line is closed now: no time runs, and `back_until` moves on until it goes on. Say that, no moment.",
    )
    back_way: Literal["reissue", "behind_all"] | None = Field(
        None,
        description="How, as its person was told: without queueing again, or behind all numbers given. null as before.",
    )
    called_to: str | None
    made_at: datetime
    situation: SituationOut | None = Field(
        None, description="Of its booking, as of an appointment. null: a walk-in, or another matter than was booked."
    )
    bring: list[BringOut] = Field([], description="What to have ready, as far as the booking's answers say.")
    person: ServedPerson | None = Field(None, description="Only for a desk key, while the person is at its window.")


class CheckInOut(TicketOut):
    contact: Literal["told", "to_confirm", "none"] = Field(
        description="`told`: messages about it go to a telephone. `to_confirm`: none do until its person, with the card at a "
        "machine of the hall, says that the booking's telephone may be told; say so. `none`: no telephone is known."
    )
    others: list[TicketOut] = Field(description="Numbers of the other matters of the visit, given at the same moment.")


class PauseIn(In):
    reason: _text(60, 1)  # type: ignore[valid-type]


class FinishIn(In):
    outcome: Literal["done", "paper_missing", "advice_only", "refused"] = "done"
    reason: _text(200) = Field(  # type: ignore[valid-type]
        "",
        description="Its holder reads it: what is missing, the advice, or why not. Needed where the outcome is `refused`.",
    )


class ReasonIn(In):
    reason: _text(200, 1)  # type: ignore[valid-type]


class TurnAwayIn(ReasonIn):
    others: bool = Field(
        False, description="Where the card does not fit: the other numbers of this visit that wait end with it."
    )


class TakeOverIn(ReasonIn):
    window: Code = Field(description="Where the number is now: of two leads one takes it over.")


class MatterIn(In):
    item: Code


class IdentityIn(In):
    """Either the number as read from the card, or what the clerk's eyes found."""

    id_number: _text(40, 1) | None = None  # type: ignore[valid-type]
    ok: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> IdentityIn:
        if (self.id_number is None) == (self.ok is None):
            raise PydanticCustomError(
                "one_of", "{en}", {"zh": "id_number 和 ok 须填且只填一项", "en": "Give either id_number or ok"}
            )
        return self


class TransferIn(In):
    window: Code | None = None
    category: Code | None = None
    why: _text(200) = ""  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _one(self) -> TransferIn:
        if (self.window is None) == (self.category is None):
            raise PydanticCustomError(
                "one_of", "{en}", {"zh": "window 和 category 须填且只填一项", "en": "Give either window or category"}
            )
        return self


class AtWindowOut(Out):
    window: str
    state: Literal["idle", "called", "serving", "paused", "closed", "emergency"]


class WindowNowOut(AtWindowOut):
    ticket: TicketOut | None


class RatingIn(In):
    stars: Annotated[int, Field(ge=1, le=5)]
    tags: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=PRINTABLE)]], Field(max_length=10)
    ] = []
    text: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\u0000-\u0008\u000b-\u001f\u007f]*$")] = ""


class Rated(Out):
    stars: int
    tags: list[str]
    text: str
    follow_up: bool
    at: datetime


class RatingOut(Rated):
    ticket: str


class CaseRatingOut(Rated):
    case: str


# ---- live, figures, demo ----


class LiveWindow(Grows):
    code: str
    name: str
    state: str


class LiveCategory(Grows):
    code: str
    name: str
    waiting: int
    longest_wait_s: int
    stopped: bool = Field(False, description="A closure has stopped its line; no wait is said then.")


class LiveOut(Grows):
    version: int
    waiting: int
    serving: int
    windows: list[LiveWindow]
    categories: list[LiveCategory]


class TimesOut(Out):
    """Seconds; null where nothing was measured. p50 and p90 are told in steps of at most a twentieth of the time, rounded up."""

    mean: int | None
    p50: int | None
    p90: int | None


class VisitsOut(Out):
    """One row of figures. Counts come from facts, so the rows add up to the total exactly."""

    code: str = Field(description="Code of the hall, category, item, window or channel; or the day.")
    name: str
    name_en: str
    visits: int
    persons: int = Field(description="Who came on these visits: as many as the booking was for, else one.")
    visits_served: int
    tickets: int
    booked: int
    walk_in: int
    served: int
    missed: int = Field(description="Tickets whose holder did not come when called.")
    done: int = Field(description="Served with the outcome `done`.")
    paper_missing: int
    advice_only: int
    refused: int
    held: int = Field(description="Served in part and put aside when the day ended; counted as served.")
    wasted: int = Field(description="Visits that were served and left with papers missing or refused.")
    one_stop: int = Field(description="Visits in which everything was done without being passed on.")
    left: int
    closed: int = Field(description="Tickets not served by the end of the day.")
    redirected: int = Field(description="Tickets sent on to another hall.")
    open: int
    appointments: int
    checked_in: int
    no_shows: int
    cancelled: int
    wait: TimesOut = Field(description="Present and waiting, from the number or the appointment's time to the call.")
    way_mean_s: int | None = Field(description="From the call to the start of the service.")
    handling: TimesOut
    ratings: int
    stars_1: int
    stars_2: int
    stars_3: int
    stars_4: int
    stars_5: int
    rating_mean: float | None
    satisfied_share: float | None = Field(description="Three stars and up, of the ratings given: 0 to 1.")
    rated_share: float | None = Field(description="Of the visits served: 0 to 1.")


class CasesOut(Out):
    """One row of figures of cases. Each thing counts on the day it happened; rows add up to the total exactly."""

    code: str = Field(description="Code of the hall, department, item or channel; or the day.")
    name: str
    name_en: str
    received: int
    second_notices: int = Field(
        description="Of those received: given a further notice of what is missing, until today."
    )
    accepted: int = Field(description="Also what counts as accepted, on the day of receipt.")
    decided: int
    granted: int
    due: int = Field(description="Decided, and had a promised day.")
    on_time: int = Field(description="Decided on the promised day or before; stops and an extension move that day.")
    completed: int = Field(
        description="Handed over or refused, and closed. Withdrawn, lapsed or terminated is not completed."
    )
    one_stop: int = Field(description="Completed without any notice of what is missing and with one trip at most.")
    trips: int = Field(description="Days on which somebody came for those completed.")
    ratings: int = Field(description="Stars given to those completed.")
    stars_1: int
    stars_2: int
    stars_3: int
    stars_4: int
    stars_5: int
    prepared: int = Field(description="Received at a window in a visit that was served, sent in beforehand.")
    prepared_s: int = Field(
        description="Seconds of those at the window; shared by all that were received in the same visit."
    )
    unprepared: int
    unprepared_s: int
    completion_share: float | None = Field(
        description="Completed by accepted of the same days: may be above 1, as what is completed may have been accepted before."
    )
    on_time_share: float | None = Field(description="On time, of those due: 0 to 1.")
    saved_p50: float | None = Field(
        description="Working days of the statutory limit that were not needed; half saved as many or more. Negative: took longer."
    )
    second_notice_share: float | None = Field(description="Of those received: 0 to 1.")
    one_stop_share: float | None = Field(description="Of those completed: 0 to 1.")
    trips_mean: float | None = Field(description="Trips of one completed.")
    rating_mean: float | None
    satisfied_share: float | None = Field(description="Three stars and up, of the ratings given: 0 to 1.")
    rated_share: float | None = Field(description="Ratings, of those completed: 0 to 1.")
    prepared_mean_s: int | None = Field(description="Seconds at the window of one that was sent in beforehand.")
    unprepared_mean_s: int | None
    seconds_saved: int | None = Field(description="By having sent it in beforehand: unprepared less prepared.")


class CasesFigures(Out):
    data: list[CasesOut]
    total: CasesOut
    next: str | None = Field(description="Cursor of the next page, or null.")


class VisitsPage(Out):
    data: list[VisitsOut]
    total: VisitsOut
    next: str | None = Field(description="Cursor of the next page, or null.")


class NoticeOut(Out):
    channel: str
    text: str
    at: datetime
    status: str


class ClockIn(In):
    now: Moment | None = None
    speed: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False, strict=False)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _number(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("speed"), (bool, str)):
            raise PydanticCustomError("float_type", "{en}", {"zh": "speed 应为数字", "en": "speed is a number"})
        return data


class ClockOut(Out):
    now: datetime
    speed: float


class CrowdIn(In):
    on: bool
    halls: Annotated[list[Code], Field(max_length=200)] | None = None


class CrowdOut(Out):
    on: bool
    halls: list[str] = Field(description="Halls that the crowd keeps alive.")
