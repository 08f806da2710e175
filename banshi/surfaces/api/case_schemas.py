"""Shapes of cases (办件): what comes in is strict, what goes out only grows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from banshi.surfaces.api.schemas import (
    PRINTABLE,
    Asked,
    ClientIn,
    Code,
    Day,
    FeeOut,
    Id,
    In,
    Moment,
    Named,
    OptionOut,
    Out,
    Paged,
    Presented,
    QuestionOut,
    StageOut,
    WalkInPerson,
)
from banshi.surfaces.api.schemas import PaperOut as NeededOut

# As the tables of the room have them (a test compares).
Phase = Literal[
    "draft", "pre_review", "pre_returned", "pre_passed", "await_receipt", "received", "supplement", "accepted",
    "in_review", "decided", "issuing", "ready", "delivered", "closed", "not_accepted", "withdrawn", "terminated",
]  # fmt: skip
Outcome = Literal["granted", "refused", "not_accepted", "withdrawn", "terminated", "lapsed"]
Worklist = Literal["pre-review", "acceptance", "review", "approval", "issue", "supervision"]
Way = Literal["paper", "usb", "scan", "upload", "library"]
Procedure = Literal[
    "hearing", "inspection", "testing", "quarantine", "appraisal", "expert_review", "site_visit", "publication"
]
CaseChannel = Literal["web", "window", "video", "kiosk", "api", "phone"]
IdKind = Literal[
    "resident_id", "residence_permit", "permanent_residence", "home_return", "taiwan_pass", "passport", "uscc"
]
Text = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\u0000]*$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PRINTABLE)]
Copies = Annotated[int, Field(ge=1, le=99)]
# A field's value as it is written; whether it will do is asked when the case is sent.
Value = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\u0000]*$")] | bool | int | float | None
Answers = Annotated[dict[Short, Short], Field(max_length=100)]
Form = Annotated[dict[Short, Value], Field(max_length=200)]


# ---- the applicant's part ----


class OrganisationIn(In):
    uscc: Short = Field(description="Its unified social credit code; the person is known to act for it.")


class LetterIn(In):
    kind: Literal["written", "notarised"] = Field(
        description="授权委托书: signed by hand, or certified by a notary (公证)."
    )
    number: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] = Field(
        "", description="Of the letter; a notarised one has one."
    )
    items: Annotated[list[Code], Field(max_length=20)] = Field([], description="Matters it covers; empty: all of them.")
    fetches: bool = Field(False, description="It lets the agent fetch the result, too (代领).")
    valid_until: Day = Field(description="Its last day.")


class CaseAgentIn(In):
    """Who acts for `person`: by a mandate on record, or – keys of `staff` – by a letter that is seen now."""

    mandate: Annotated[str, StringConstraints(pattern=r"^[mp][0-9]{1,15}$")] | None = Field(
        None, description="Its reference, `m12` of a registered agent, `p12` a letter: keys of `staff`."
    )
    person: ClientIn | None = Field(
        None, description="The agent; of a vouching `channel` its signed-in user. A mandate on record is looked up."
    )
    letter: LetterIn | None = None
    phone: Annotated[str, StringConstraints(max_length=30, pattern=PRINTABLE)] = Field(
        "", description="Where the agent is told how it goes."
    )

    @model_validator(mode="after")
    def _one(self) -> CaseAgentIn:
        if (self.mandate is None) == (self.person is None) or (self.letter is not None and self.person is None):
            said = {"zh": "mandate 和 person 须填且只填一项", "en": "Give either mandate or person"}
            raise PydanticCustomError("one_of", "{en}", said)
        return self


class CaseAgentOut(Out):
    name: str = Field(description="Masked.")
    mandate: str
    items: list[str] = Field(description="Matters it covers; empty: all of them.")
    valid_until: date
    how: Literal["account", "paper"] = Field(description="The client agreed in their account, or a paper was seen.")
    kind: Literal["written", "notarised"] | None
    fetches: bool
    stands: bool = Field(description="Whether it gives a right today.")


class FetchIn(In):
    person: ClientIn = Field(description="Whose document was compared.")
    letter: LetterIn | None = Field(None, description="Seen now; without it the mandate is on record.")


class CaseIn(In):
    item: Code | None = None
    items: Annotated[list[Code], Field(min_length=1, max_length=12)] | None = Field(
        None, description="Instead: several at once, as a bundle; answers and form by the names of `POST /forms`."
    )
    hall: Code
    person: WalkInPerson
    presented: Presented = Field(
        "typed",
        description="`read`: a machine read the card's chip, or the key's member of staff compared card and person.",
    )
    organisation: OrganisationIn | None = None
    guardian: ClientIn | None = Field(
        None,
        description="Who acts for `person`, a minor, as guardian in force: by keys of `staff`, and of a vouching `channel`.",
    )
    agent: CaseAgentIn | None = Field(
        None, description="Who acts for `person` by a mandate (代理人); never beside a guardian."
    )
    answers: Answers = Field({}, description="Question → option of the item's guide.")
    form: Form = Field({}, description="Field → value. It may be half filled: that is asked when the case is sent.")
    channel: CaseChannel | None = Field(
        None,
        description="By which way the person comes. Usual: `api`; `kiosk` and `window` for keys of machines and staff.",
    )
    anyway: bool = Field(False, description="Though the same matter is under way already (`duplicate-case`).")

    @model_validator(mode="after")
    def _one(self) -> CaseIn:
        if (self.item is None) == (self.items is None):
            said = {"zh": "item 和 items 须填且只填一项", "en": "Give either item or items"}
            raise PydanticCustomError("one_of", "{en}", said)
        return self


class FormIn(In):
    items: Annotated[list[Code], Field(min_length=1, max_length=12)] = Field(description="Each once.")
    answers: Answers = Field({}, description="Question → option, by the names that the form gives them.")
    person: WalkInPerson | None = None
    presented: Presented = Field("typed", description="As of `POST /cases`: what is on record is for who is there.")
    organisation: OrganisationIn | None = None

    @model_validator(mode="after")
    def _once(self) -> FormIn:
        if len(set(self.items)) < len(self.items):
            raise PydanticCustomError("once", "{en}", {"zh": "每个事项只写一次", "en": "Name each item once"})
        if self.organisation is not None and self.person is None:
            said = {"zh": "单位由谁来办，填 person", "en": "Say in `person` who acts for the organisation"}
            raise PydanticCustomError("acts", "{en}", said)
        return self


class CaseChange(In):
    answers: Answers | None = None
    form: Form | None = Field(None, description="Replaces these fields alone.")
    revision: int | None = Field(
        None, ge=0, le=2**31 - 1, description="Of the case this change was made from; an older one is refused."
    )


class WhyIn(In):
    reason: Text = ""


class MaterialIn(In):
    requirement: Short = Field(description="Code of the paper, as the case lists it.")
    channel: Way
    copies: Copies = 1
    certificate: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] = Field(
        "", description="With `library`: its reference; without one, whichever the library holds."
    )
    consent: bool = Field(False, description="Its holder agrees that the certificate is used for this case.")
    further: bool = Field(
        False, description="A further page of what was told to be wrong: what is there stays. Else it goes."
    )


# ---- what staff do ----


class VerdictIn(In):
    material: Short | Id = Field(description="Code of the paper, or id of what came for it.")
    ok: bool
    reason: Text = ""


class VerdictsIn(In):
    verdicts: list[VerdictIn] = Field(max_length=60)


class PassIn(In):
    verdicts: list[VerdictIn] = Field([], max_length=60)


class CountedIn(In):
    requirement: Short
    channel: Way = "paper"
    copies: Copies = 1


class ReceiveIn(In):
    materials: list[CountedIn | Short] = Field([], max_length=60, description="Papers counted at the window.")
    window: Code | None = None


class BundleReceiveIn(In):
    materials: list[CountedIn] = Field([], max_length=60, description="By shared codes, each once.")


class MissingIn(In):
    requirement: Short | None = None
    field: Short | None = None
    reason: Text

    @model_validator(mode="after")
    def _one(self) -> MissingIn:
        if (self.requirement is None) == (self.field is None):
            raise PydanticCustomError(
                "one_of",
                "{en}",
                {"zh": "requirement 和 field 须填且只填一项", "en": "Give either requirement or field"},
            )
        return self


class NoticeIn(In):
    missing: list[MissingIn] = Field(min_length=1, max_length=60)
    second_by: Short | None = Field(
        None, description="Login of who agreed to a further notice, by `agree`, in the last half hour."
    )


class DeferredIn(In):
    requirement: Short
    due_on: Day


class AcceptIn(In):
    deferred: list[DeferredIn] = Field([], max_length=60, description="Papers that follow (容缺受理).")
    verdicts: list[VerdictIn] = Field(
        [], max_length=60, description="On papers nobody has looked at, as after a supplement."
    )
    materials: list[CountedIn | Short] = Field([], max_length=60, description="Papers counted only now.")


class RefuseIn(In):
    reason: Text
    body: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE)] = Field(
        "", description="Whom to turn to instead."
    )


class TakeIn(In):
    over: bool = Field(False, description="From whoever has it: for who supervises.")


class UrgeIn(In):
    note: Text = Field(description="It stands on the work list of whoever has the case.")


class HandOnIn(In):
    """Exactly one of `to` and `department`."""

    to: Code | None = Field(None, description="Login of a colleague who may take its next step.")
    department: Code | None = Field(None, description="Another department that reviews cases in its hall.")
    why: Text

    @model_validator(mode="after")
    def _one(self) -> HandOnIn:
        if (self.to is None) == (self.department is None):
            said = {"zh": "to 和 department 须填且只填一项", "en": "Give either to or department"}
            raise PydanticCustomError("one_of", "{en}", said)
        return self


class StopIn(In):
    kind: Procedure
    basis: Text
    expected_days: int = Field(ge=1, le=365)


class RefuseStopIn(In):
    why: Text = Field(description="In up to 300 characters.")


class ResumeIn(In):
    result: Text


class ExtendIn(In):
    days: int = Field(ge=1, le=15)
    reason: Text


class RefusePapersIn(In):
    why: Text = Field(description="What lacks, in up to 300 characters.")


class OpineIn(In):
    says: Literal["grant", "refuse", "note"]
    text: Text = ""


class DecideIn(In):
    grant: bool
    reason: Text = ""
    granted: Annotated[dict[Code, Annotated[str, StringConstraints(max_length=200)]], Field(max_length=12)] = Field(
        {}, description="核定内容: what is granted, by the codes of the guide's `grants`; left out: as it is proposed."
    )
    seen: Literal["", "card", "passport", "electronic", "other"] = Field(
        "",
        description="Granted on the spot: which document was compared with the person, where nothing else proves them.",
    )


class SettleIn(In):
    material: Short | Id = Field(description="Code of the paper that was to follow, or id of what came for it.")


class ShelveIn(In):
    place: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)]


class DeliverIn(In):
    channel: Literal["counter", "electronic"] = Field(
        "counter", description="`electronic`: by the key that opened the case, for its applicant."
    )
    code: Annotated[str, StringConstraints(max_length=20, pattern=PRINTABLE)] = Field(
        "", description="As it was sent to the applicant."
    )
    identity: bool | Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)] = Field(
        False, description="`true`: card and person were compared; or the number on the card, which is compared here."
    )
    agent: FetchIn | None = Field(
        None, description="代领: who fetches it for the applicant, with `code`: keys of `staff`."
    )


class TerminateIn(In):
    reason: Text
    second_by: Short = Field(description="Login of who agreed to it, by `agree`, in the last half hour.")


class PayIn(In):
    way: Literal["window", "qr", "kiosk"]
    means: Literal["cash", "card", "qr"] | None = Field(None, description="At a window: how it was paid.")


class WaiveIn(In):
    reason: Text
    second_by: Short = Field(description="Login of who agreed to it, by `agree`, in the last half hour.")


class RefundIn(In):
    refund: Annotated[int, Field(ge=1, le=2**53)] = Field(description="The `id` of one of `refunds`.")


class TillIn(In):
    reference: Short
    state: Literal["open", "paid", "failed"]
    fen: Annotated[int, Field(ge=0, le=10**9)] = Field(0, description="What came.")
    number: Annotated[str, StringConstraints(max_length=64, pattern=r"^[!-~]*$")] = Field(
        "", description="The till's own, of the payment."
    )


class ReceiverIn(In):
    name: Short
    phone: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PRINTABLE)]
    address: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=PRINTABLE)] = Field(
        description="Province, city, district, street and number."
    )


class WayIn(In):
    how: Literal["counter", "cabinet", "courier"]
    receiver: ReceiverIn | None = Field(None, description="Of `courier`.")
    originals: bool = Field(False, description="Papers that the hall has go back with it.")


class SentPapersIn(In):
    carrier: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PRINTABLE)]
    waybill: Annotated[str, StringConstraints(min_length=6, max_length=40, pattern=r"^[A-Za-z0-9]+$")]


class CarrierIn(In):
    waybill: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[!-~]+$")]
    event: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")] = Field(
        description="The carrier's own id of what happened."
    )
    status: Literal["accepted", "moving", "out", "delivered", "refused", "returning"]
    at: Moment = Field(description="When it happened.")
    signer: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE)] = Field(
        "", description="Of `delivered`."
    )


class AgreeIn(In):
    verb: Literal["notice", "terminate", "waive", "reassess"]


# ---- what is shown ----


class CaseItemOut(Named):
    version: int = Field(description="The version that was in force when the case was opened; it stays.")


class DueOut(Out):
    promised: date | None
    statutory: date | None
    provisional: bool = Field(description="A calendar not published yet may move it.")


class CaseClockOut(Out):
    counted: int
    stopped: int = Field(description="What did not count.")
    left: int = Field(description="Negative when it has gone by.")
    unit: str = Field(description="working_day, day, or minute – in which the hall is open, of limits in hours, too.")


class NextOut(Out):
    verb: str
    who: str = Field(description="applicant, hall, department, supervisor")


class SourceOut(Out):
    kind: Literal["sent", "library"]
    name: str = Field(description="Who said it to the library.")
    at: datetime | None
    trust: Literal["A", "B", "C", "D"]


class CheckOut(Out):
    check: str = Field(description="The validator of the data dictionary, with its parameter: `past`, `length:2..60`.")
    hint: str
    hint_en: str
    pattern: str | None = Field(description="A regular expression of the whole value as it is kept, where one says it.")


class FormFieldOut(Out):
    code: str = Field(
        description="The data element's where it has one, `<item>.<field>` where not; of one item its own."
    )
    label: str
    label_en: str
    type: str
    required: bool
    options: list[OptionOut]
    items: list[str] = Field(description="Which of them ask for it.")
    checks: list[CheckOut] = Field(description="What its value has to be beyond its type.")
    show_if: dict[str, object] | None = Field(None, description="A condition on answers and fields by these names.")
    value: str | bool | int | float | None = Field(None, description="Carried over; numbers of documents masked.")
    source: SourceOut | None = None


class FormItemOut(Out):
    code: str
    version: int


class FormOut(Out):
    id: str = Field(description="The same items, versions and answers have the same one. Nothing is kept.")
    items: list[FormItemOut]
    complete: bool = Field(description="Every question is answered.")
    next_question: QuestionOut | None
    answers: dict[str, str]
    fields: list[FormFieldOut]
    materials: list[NeededOut]
    asked: int
    carried_over: int


class CaseLineOut(Out):
    bundle_no: str | None = Field(description="Of the bundle (一件事) it belongs to.")
    case_no: str
    item: CaseItemOut
    hall: Named
    department: Named
    applicant: str = Field(description="Masked.")
    channel: CaseChannel
    phase: Phase
    outcome: Outcome | None
    flags: list[str] = Field(
        description="clock_stopped, tolerant, overdue, deemed, fee_due, provisional; to staff locked, on_hold, too."
    )
    due: DueOut
    due_on: date | None = Field(description="The day that is waited for in this phase.")
    light: str = Field(description="green, yellow, red; empty where nothing runs.")
    opened_at: datetime
    submitted_at: datetime | None
    received_at: datetime | None
    accepted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    next: list[NextOut]
    proposed: Literal["grant", "refuse", "stop"] | None = Field(
        description="`stop`: a special procedure, which an approver agrees to; for staff alone."
    )
    held_by: str | None = Field(description="Who works on it now; for staff alone.")


class CertificateUsedOut(Named):
    ended_at: datetime | None = Field(description="Since when it holds no more.")


class CaseMaterialOut(Out):
    id: int
    requirement: str
    channel: Way
    copies: int
    trust: Literal["A", "B", "C", "D"]
    certificate: CertificateUsedOut | None = Field(
        description="Of the library, which stands for the paper: its content is a copy that says what it is for."
    )
    scan: Literal["pending", "clean", "rejected", "unavailable"] | None = Field(description="Of a file.")
    sha256: str | None = Field(description="Of what is kept: a photo is drawn anew.")
    pages: int | None
    verdict: Literal["ok", "bad"] | None
    reason: str = Field(description="What is wrong with it.")
    at: datetime


class RequirementOut(Named):
    necessity: Literal["required", "optional", "deferrable"]
    originals: int
    copies: int
    channels: list[Way]
    satisfied_by: list[str] = Field(description="Types of certificates that do as well.")
    state: Literal["missing", "came", "ok", "bad"]
    due_on: date | None = Field(description="Where it may follow: until when.")
    materials: list[CaseMaterialOut]


class TellOut(Out):
    requirement: str | None
    field: str | None
    reason: str


class ParcelStepOut(Out):
    status: Literal["accepted", "moving", "out", "delivered", "refused", "returning"]
    at: datetime


class ParcelPart(Out):
    waybill: str | None = Field(description="The carrier's number; null: it did not answer yet.")
    state: Literal["made", "posted", "accepted", "moving", "out", "refused", "returning", "delivered", "back", "void"]
    payer: Literal["receiver", "hall"]
    originals: bool = Field(description="Papers that the hall had go along with it.")
    posted_at: datetime | None
    place: str | None = Field(description="Where it lies since it came back.")
    steps: list[ParcelStepOut] = Field(description="What the carrier said, in the order in which it happened.")


class ParcelOut(ParcelPart):
    case: str
    receiver: str = Field(description="Masked.")


class WayOut(Out):
    case: str
    how: Literal["counter", "cabinet", "courier"]
    originals: bool


class SentPapersOut(Out):
    case: str
    waybill: str
    counts_from: date | None = Field(description="Once they came.")


class CarrierOut(Out):
    waybill: str
    state: str


class CaseDeliveryOut(Out):
    state: Literal["ready", "posted", "delivered", "ended"]
    place: str
    ready_at: datetime
    delivered_at: datetime | None
    channel: str | None
    code: str | None = Field(description="What opens it; for the key that opened the case alone.")
    parcel: ParcelPart | None = Field(description="The one under way, or the last.")


class CaseFolderOut(Out):
    number: str = Field(description="As its label bears it.")
    place: Literal["tray", "shelf", "person", "sent", "archive"]
    spot: str = Field(description="Which tray, shelf or box; empty where somebody has it.")
    since: datetime


class MoveFolderIn(In):
    place: Literal["shelf", "person", "archive"] = Field(description="person: who the key belongs to.")
    spot: Annotated[str, StringConstraints(max_length=40)] = Field("", description="Which shelf or box.")


class DropIn(In):
    case: Code = Field(description="Of the hall of the cabinet, looked over beforehand.")
    phone_last4: Annotated[str, StringConstraints(pattern=r"^([0-9]{4})?$")] = Field(
        "", description="The last four digits of the telephone given with the case."
    )


class PickUpIn(In):
    code: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=PRINTABLE)] = Field(
        description="As it was sent to the applicant."
    )


class TakeOutIn(In):
    place: Annotated[str, StringConstraints(max_length=40, pattern=PRINTABLE)] = Field(
        "", description="Of a result: where it lies from now on."
    )


class CabinetOut(Named):
    hall: str
    place: str
    place_en: str
    cells: int
    free: int = Field(description="Empty, with a door that opens.")
    broken: int = Field(description="A door that stayed shut; somebody has to look at it.")


class DroppedOut(Out):
    cabinet: str
    cell: int
    case: str
    counts_from: date


class PickedUpOut(Out):
    cabinet: str
    cell: int
    case: str


class RuleTriedOut(Named):
    held: bool | None = Field(description="null: it could not be told.")


class ByRuleOut(Out):
    mode: Literal["off", "shadow", "live"]
    outcome: Literal["grant", "person"]
    sampled: bool = Field(description="A person looks at it as a sample.")
    at: datetime
    version: int = Field(description="Of the item, whose rules these are.")
    trace: list[RuleTriedOut] = Field(description="For whoever applied: where the rules granted it. For staff: always.")


class CaseStageOut(StageOut):
    state: Literal["done", "now", "ahead"]
    on: date | None = Field(description="The day on which it was done.")
    due_on: date | None = Field(description="Of one that is under way and has a limit of its own.")
    asked: bool = Field(description="The department was asked, the procedure is under way.")


class CaseOut(CaseLineOut):
    revision: int
    answers: dict[str, str]
    situation: str | None
    handling_item: Named | None = Field(description="业务办理项, of the pinned version: what it is handled as.")
    question: str | None = Field(description="The next one to be answered.")
    clock: CaseClockOut | None = Field(description="Of the promised limit, once it runs.")
    requirements: list[RequirementOut]
    stages: list[CaseStageOut] = Field(description="办理流程 of the pinned version, in order.")
    fee: FeeOut | None = Field(
        description="What it costs by its answers and form; null: nothing. `how` for those who read the form."
    )
    missing: list[TellOut] = Field(description="What the last notice asked for, while it is waited for.")
    form: dict[str, Value] | None = Field(description="For staff who look at cases here, and leave a trace.")
    delivery: CaseDeliveryOut | None
    agent: CaseAgentOut | None = Field(description="Who acts for the applicant; null: nobody does.")
    folder: CaseFolderOut | None = Field(description="材料袋: where its paper is; for staff.")
    by_rule: ByRuleOut | None = Field(description="What the rules of its item made of it; null: it has none.")


class FeeLineOut(Out):
    name: str
    name_en: str
    fen: int
    basis: str = Field(description="The document that sets it; empty where none is named.")
    basis_en: str
    how: str = Field(description="How it was computed; empty: a sum that was set.")
    how_en: str


class PaymentOut(Out):
    reference: str
    way: Literal["window", "qr", "kiosk"]
    means: Literal["cash", "card", "qr"] | None
    state: Literal["started", "paid", "failed", "closed"]
    fen: int = Field(description="What came; before, what is to come.")
    counts: bool = Field(description="It settles the charge. Of what does not count, the money goes back.")
    receipt: str | None
    pay_at: str | None = Field(description="Where a person pays, while it is under way; also a QR code.")
    until: datetime
    at: datetime


class RefundOut(Out):
    id: int
    payment: str
    fen: int
    why: Literal["double", "wrong", "ended", "less"]
    asked_at: datetime
    done_at: datetime | None


class FeesOut(Out):
    case_no: str
    state: Literal["due", "paid", "waived", "released"] | None = Field(description="null: it owes nothing.")
    fen: int
    pay_by: date | None = Field(description="While it is due.")
    lines: list[FeeLineOut]
    payments: list[PaymentOut]
    refunds: list[RefundOut]


class TillOut(Out):
    reference: str
    state: Literal["started", "paid", "failed", "closed"]


class BundleOut(Out):
    bundle_no: str
    matter: str | None
    hall: Named
    state: Literal["draft", "under_way", "over"]
    due_on: date | None = Field(description="Of the whole; null while one of its cases has no day.")
    revision: int
    answers: dict[str, str] = Field(description="By shared names.")
    form: dict[str, Value] | None = Field(description="For staff who see all of it.")
    cases: list[CaseLineOut]


class StatedOut(Out):
    label: str
    value: str


class DocumentOut(Out):
    number: str = Field(description="For addresses.")
    printed: str = Field(description="文号: the number as it stands on the paper.")
    kind: str
    name: str
    name_en: str
    made_at: datetime
    in_force: bool
    code: str = Field(description="For `/verify/{code}`.")
    seal: Literal["none", "waiting", "sealed"] = Field(
        description="waiting: what is fetched now has no seal yet; fetch it again in a moment."
    )
    granted: list[StatedOut] = Field(
        [], description="Of the decision and the result: what is granted, in the words that stand on it."
    )


class MomentOut(Out):
    seq: int
    verb: str
    at: datetime
    who: Literal["applicant", "hall", "department", "supervisor", "time"]
    office: Named | None
    by: str | None = Field(description="For staff alone.")
    before: str | None
    after: str
    facts: dict[str, object] = Field(description="Codes, days, counts.")
    reason: str
    documents: list[DocumentOut]


class SealOut(Out):
    state: Literal["none", "waiting", "sealed"] = Field(
        description="none: nobody seals here, or nobody did then; waiting: the file has no seal yet."
    )
    words: str = Field(description="What stands on the seal.")
    sealed_at: datetime | None
    certificate: str = Field(description="Its serial number, in hexadecimal.")
    sha256: str = Field(description="Of the sealed file.")


class VerifiedOut(Out):
    valid: bool
    kind: str
    name: str
    name_en: str
    number: str = Field(description="As it stands on the paper.")
    issued_on: date
    holder: str = Field(description="Masked.")
    hall: str
    hall_en: str
    item: str
    item_en: str
    status: Literal["in_force", "ended"]
    seal: SealOut


class CheckedOut(Out):
    verdict: Literal["sealed", "unknown", "replaced", "expired", "stranger", "added", "changed", "unsigned"] = Field(
        description="sealed: as it was sealed here, and nothing was added; unknown: a good signature by a seal of ours, on no "
        "record; replaced, expired: by a seal or certificate that was over then; stranger: by nobody known here; added, changed: "
        "since it was signed; unsigned: no signature."
    )
    words: str = Field(description="What stands on the seal; of a stranger's, whom the certificate names.")
    signed_at: datetime | None = Field(description="As the signature states.")
    paper: VerifiedOut | None = Field(description="The paper that these bytes are, sealed or not yet.")


# ---- lists ----


class CasesAsked(Paged):
    phase: Phase | None = None
    item: Code | None = None
    hall: Code | None = None
    department: Code | None = None
    due_before: Day | None = Field(None, description="The day that is waited for comes before this one.")
    q: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE)] = Field(
        "", description="The case's number, its beginning or end, or words of its matter."
    )


class WorklistAsked(Paged):
    hall: Code | None = None
    item: Code | None = None
    q: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE)] = ""


# ---- what is on record ----


class HolderIn(In):
    name: Short
    id_type: IdKind = "resident_id"
    id_number: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)]


class FirmIn(In):
    uscc: Short
    name: Short


class CertificateIn(In):
    person: HolderIn | None = None
    organisation: FirmIn | None = None
    type: Code = Field(description="Code of its type, as items name it in `satisfied_by`.")
    number: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PRINTABLE)]
    name: Short
    name_en: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE)] = ""
    issuer: Short
    issuer_en: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE)] = ""
    issued_on: Day
    valid_until: Day | None = Field(None, description="Its last day; null: without end.")
    trust: Literal["A", "B"] = Field("A", description="A: made by its issuer; B: seen by a window.")
    authority: Code | None = Field(None, description="As whom the key says so, where it speaks for an authority.")

    @model_validator(mode="after")
    def _one(self) -> CertificateIn:
        if (self.person is None) == (self.organisation is None):
            raise PydanticCustomError(
                "one_of",
                "{en}",
                {"zh": "person 和 organisation 须填且只填一项", "en": "Give either person or organisation"},
            )
        return self


class CertificateOut(Out):
    certificate: str = Field(description="Its reference.")
    type: str
    number: str = Field(description="Masked.")
    name: str
    name_en: str
    issuer: str
    issuer_en: str
    issued_on: date
    valid_until: date | None
    status: Literal["valid", "ended"]
    trust: Literal["A", "B", "C", "D"]
    source: str


class FactOut(Out):
    element: str
    value: str = Field(description="Masked.")
    trust: Literal["A", "B", "C", "D"]
    source: str
    at: datetime


class RecordOut(Out):
    name: str = Field(description="Masked.")
    facts: list[FactOut]
    certificates: list[CertificateOut]


class RecordAsked(Asked):
    person: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)] | None = Field(
        None, description="Number of a document."
    )
    id_type: IdKind | None = None
    case: Code | None = Field(None, description="Instead: the person of a case; no number stands in an address then.")

    @model_validator(mode="after")
    def _one(self) -> RecordAsked:
        if (self.person is None) == (self.case is None):
            raise PydanticCustomError(
                "one_of", "{en}", {"zh": "person 和 case 须填且只填一项", "en": "Give either person or case"}
            )
        return self
