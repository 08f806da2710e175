"""Shapes of parts of a case as they are shown: clocks, forms, papers, parcels, cells."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from banshi.surfaces.api.case_schemas.base import CaseChannel, Outcome, Phase, Way
from banshi.surfaces.api.schemas import (
    PRINTABLE,
    Code,
    In,
    Named,
    OptionOut,
    Out,
    QuestionOut,
)
from banshi.surfaces.api.schemas import PaperOut as NeededOut

# ---- what is shown ----


class CaseItemOut(Named):
    version: int = Field(description="The version that was in force when the case was opened; it stays.")


class DueOut(Out):
    promised: date | None
    statutory: date | None
    provisional: bool = Field(description="A calendar not published yet may move the day that is waited for.")
    statutory_provisional: bool = Field(description="It may move the day that the law sets.")


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
        description="clock_stopped, tolerant, overdue, deemed, fee_due, provisional; to staff locked, on_hold, "
        "extension_asked, too."
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
    archived_at: datetime | None = Field(description="归档; null: not filed away. Its phase stays.")
    next: list[NextOut]
    proposed: Literal["grant", "refuse", "stop"] | None = Field(
        description="`stop`: a special procedure, which an approver agrees to; for staff alone."
    )
    held_by: str | None = Field(description="Who works on it now; for staff alone.")


class CertificateUsedOut(Named):
    ended_at: datetime | None = Field(description="Since when it holds no more.")


class UsedAgainOut(Out):
    item: Named = Field(description="For which it was handed in the first time.")
    handed_in_on: date


class CaseMaterialOut(Out):
    id: int
    requirement: str
    channel: Way
    copies: int
    trust: Literal["A", "B", "C", "D"]
    certificate: CertificateUsedOut | None = Field(
        description="Of the library, which stands for the paper: its content is a copy that says what it is for."
    )
    earlier: UsedAgainOut | None = Field(description="Of what was handed in before and is used again: whence it is.")
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
    by_promise: bool = Field(description="Whether a promise may stand for it (告知承诺): the guide has its words.")
    reuse_days: int | None = Field(description="Days for which one handed in before stands for it; null: never.")
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


class FolderGoesOut(Out):
    to: Literal["department", "issue", "applicant", "archive"] = Field(
        description="issue: the window that hands results out. applicant: original papers are among them."
    )
    name: str = Field(description="Of the place, as people call it: a department by its own name.")
    name_en: str


class FolderSheetOut(Out):
    requirement: str = Field(description="Of the paper, as in `materials`.")
    originals: int = Field(description="That lie in it now.")
    copies: int
    given_back: int = Field(description="Originals that went back.")
    given_back_at: datetime | None = Field(description="The last of them; null: none, or not known.")
    folder: str = Field(
        description="In which folder. Another than `number` of this one or of `follower`: it was handed in once for several"
        " cases of a bundle, and lies with another of them."
    )


class FolderFollowsOut(Out):
    number: str
    place: Literal["tray", "shelf", "person", "sent", "archive"]
    spot: str
    since: datetime


class CaseFolderOut(Out):
    number: str = Field(description="As its label bears it.")
    place: Literal["tray", "shelf", "person", "sent", "archive"]
    spot: str = Field(description="Which tray, shelf or box; empty where somebody has it.")
    since: datetime
    goes_to: FolderGoesOut | None = Field(description="Whom it goes to next; null: it stays.")
    follower: FolderFollowsOut | None = Field(
        description="随后袋: papers that came where this one was not, until somebody has both; null: none."
    )


class MoveFolderIn(In):
    place: Literal["shelf", "person", "archive"] = Field(description="person: who the key belongs to.")
    spot: Annotated[str, StringConstraints(max_length=40)] = Field("", description="Which shelf or box.")
    follower: bool = Field(False, description="The one that follows it, instead; at the same place they are one.")


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
