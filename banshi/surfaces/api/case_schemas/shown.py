"""Shapes of a case as it is shown whole, of fees, bundles, documents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from banshi.surfaces.api.case_schemas.applying import CaseAgentOut
from banshi.surfaces.api.case_schemas.base import Value
from banshi.surfaces.api.case_schemas.parts import (
    CaseClockOut,
    CaseDeliveryOut,
    CaseFolderOut,
    CaseLineOut,
    FolderSheetOut,
    RequirementOut,
    TellOut,
)
from banshi.surfaces.api.case_schemas.reviewed import CaseChangedOut, CaseReviewOut
from banshi.surfaces.api.schemas import (
    FeeOut,
    LimitOut,
    Named,
    Out,
    StageOut,
)


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


class CaseRemedyOut(Out):
    """To whom one turns against how it ended, as its paper says; "" where the hall names none."""

    reconsideration: str
    reconsideration_en: str
    court: str
    court_en: str


class CaseNewerOut(Out):
    """What the version of today asks otherwise of a draft."""

    version: int
    papers_more: list[Named] = Field(description="Asked for now; also one that might follow, and may not any more.")
    papers_less: list[Named]
    fields: list[Named] = Field(description="Fields that came, with their labels.")
    to_answer: bool = Field(description="A question of the situation is to be answered anew.")
    promised: LimitOut | None = Field(description="The promised limit of today; null: it stays.")
    fee_differs: bool
    fee: FeeOut | None = Field(description="What it costs today, where that differs; null: nothing, or it stays.")


class CaseQuotaOut(Out):
    """名额: where the case stands in its round."""

    round_id: int
    year: int
    round_number: int
    state: Literal["waits", "drawn", "missed", "holds", "out"] = Field(
        description="waits for a decision or the draw; drawn or missed by lot; holds a place; out: it let its place go."
    )
    places: int
    left: int
    waiting: int
    ahead: int = Field(description="How many wait that were accepted earlier, where it goes by order.")
    number: int | None = Field(description="On the list of the draw, once it is closed.")
    rank: int | None = Field(description="In which it was drawn.")
    draw_on: date | None


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
    missing: list[TellOut] = Field(
        description="What the last notice asked for, or the pre-review sent back, while it is waited for."
    )
    form: dict[str, Value] | None = Field(
        description="For staff who look at cases here, and leave a trace; of a draft, masked, for the channel that wrote it."
        " What is sent back as it was masked changes nothing."
    )
    delivery: CaseDeliveryOut | None
    agent: CaseAgentOut | None = Field(description="Who acts for the applicant; null: nobody does.")
    remedy: CaseRemedyOut | None = Field(description="救济途径; null: it did not end against what was asked for.")
    folder: CaseFolderOut | None = Field(description="材料袋: where its paper is; for staff.")
    sheets: list[FolderSheetOut] = Field(
        description="What the hall has of it on paper, or had, also in the folder of another case of its bundle; for staff."
    )
    changed: CaseChangedOut | None = Field(
        description="For staff: what was changed since somebody examined it – sent it back, or gave a notice; null: nobody did."
    )
    by_rule: ByRuleOut | None = Field(description="What the rules of its item made of it; null: it has none.")
    review: CaseReviewOut | None = Field(
        description="For staff whose pages of a case show it (`cases.look`); else null."
    )
    quota: CaseQuotaOut | None = Field(description="null: its places are not counted.")
    newer: CaseNewerOut | None = Field(
        description="Of a draft: what is asked otherwise since it was begun, by its answers; null: nothing."
        " Sent as it is, it goes by the version it is pinned to."
    )


class PrefilledOut(Out):
    field: str
    source: Literal["sent", "record", "library"] = Field(
        description="Said of who applies or acts in the same request, on record of a mandate or an organisation, or known of "
        "whoever agreed to its use."
    )


class OpenedCaseOut(CaseOut):
    prefilled: list[PrefilledOut] = Field(
        description="Fields that ask what the request says already, and were filled in with it: nothing is asked twice."
    )


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


class OpenedBundleOut(BundleOut):
    prefilled: list[PrefilledOut] = Field(description="As of one case, by shared names.")


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
