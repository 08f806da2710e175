"""Shapes of halls, hours, items and what they ask for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from banshi.surfaces.api.schemas.base import Code, Grows, In, Named, Out

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


class OnlineLevelOut(Out):
    level: Literal["declared", "vouched", "window"]
    name: str
    name_en: str


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


class RoundOut(Out):
    """期次: so many places for what is applied for from `opens_on` to `closes_on`."""

    id: int
    year: int
    number: int = Field(description="In the year: 2026, 2 is round 2 of 2026.")
    state: Literal["ahead", "open", "closed", "listed", "drawn"]
    places: int
    left: int
    waiting: int
    opens_on: date
    closes_on: date = Field(description="That day included.")
    draw_on: date | None = Field(description="Of a draw: the limits of its cases run from that day.")


class ItemQuotaOut(Out):
    by: Literal["order", "draw"] = Field(description="order: of acceptance; draw: by lot.")
    carried: bool = Field(description="Whoever is not drawn takes part in the next round.")
    round: RoundOut | None = Field(
        description="The one that is open, else the next, else the last. null: none was published."
    )


class DrawLineOut(Out):
    number: int
    case: str = Field(description="Masked.")
    rank: int | None = Field(description="In which it was drawn.")
    drawn: bool | None = Field(description="null: not drawn yet, or it left the round.")


class DrawnRoundOut(RoundOut):
    commitment: str | None = Field(description="SHA-256 of the seed, from the day on which the list was closed.")
    list_hash: str | None = Field(description="SHA-256 of lines `number,case`, each ended by a line feed.")
    seed: str | None = Field(description="Once it is drawn.")
    entries: list[DrawLineOut] = Field(description="The list, by number; empty until it is closed.")


class QuotaOut(Named):
    by: Literal["order", "draw"] | None = Field(description="null: its places are not counted.")
    carried: bool
    rounds: list[DrawnRoundOut]


class ElementOut(Named):
    """An element of the national list (GB/T 39046-2020), in words; what is not stated is left out."""

    value: str
    value_en: str


class FaqOut(Out):
    question: str
    question_en: str
    answer: str
    answer_en: str


class HallRemedyOut(Out):
    """To whom one turns against what is decided (行政复议, 行政诉讼), by name; "" where the hall names none."""

    hall: str
    reconsideration: str
    reconsideration_en: str
    court: str
    court_en: str


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
    remedies: list[HallRemedyOut] = Field(description="救济途径, of each hall that handles it and names somebody.")
    seasons: SeasonsOut | None = Field(description="When it is received (受理时段). null: all year.")
    quota: ItemQuotaOut | None = Field(description="数量限制 that is counted. null: none.")
    handling_items: list[Named] = Field(description="业务办理项 below it; none: it is handled as itself.")
    online_level: OnlineLevelOut = Field(description="How who sends it online has to be known (实名等级).")
    faq: list[FaqOut] = Field(
        description="常见问题 that stand in the item; what people asked is under `/items/{item}/answers`."
    )


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


class PromiseOut(Out):
    """告知承诺: what is signed in place of a paper."""

    duty: str = Field(description="What whoever promises is told.")
    duty_en: str
    untrue: str = Field(description="What follows where it is not so.")
    untrue_en: str
    promise: str
    promise_en: str


class PaperOut(Named):
    necessity: Literal["required", "optional", "deferrable"]
    originals: int
    copies: int
    channels: list[Literal["paper", "usb", "scan", "upload", "library"]]
    satisfied_by: list[str] = Field(description="Types of certificates in the library that stand for it.")
    by_promise: PromiseOut | None = Field(description="What may be signed in its place; null: nothing.")
    reuse_days: int | None = Field(description="Days for which one handed in before stands for it; null: never.")
    accept: str = Field(description="What is looked at.")
    accept_en: str
    source: Literal["applicant", "government", "other"] | None = Field(
        description="来源渠道: who it comes from. null: nobody said."
    )
    issuer: str = Field(description="出具机构: who issues it; empty: nobody said.")
    issuer_en: str
    fill: str = Field(description="填报须知: how it is filled in.")
    fill_en: str
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
    online_level: OnlineLevelOut = Field(description="How who sends it online has to be known: else `identity-level`.")
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


BookedPlace = Literal["window", "video"]


class SlotOut(Out):
    id: int
    place: BookedPlace
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
