"""Shapes of what the review of a case came to; for staff who look at cases, and never for a channel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from banshi.surfaces.api.case_schemas.base import Value
from banshi.surfaces.api.schemas import Named, Out


class ChangedAnswerOut(Out):
    question: str
    text: str
    text_en: str
    was: str | None = Field(description="Which option; null: none.")
    now: str | None


class ChangedFieldOut(Out):
    field: str
    label: str
    label_en: str
    was: Value | None = Field(description="Masked where it is personal; null: nothing stood there.")
    now: Value | None = Field(description="Masked as `was`; `form` has it whole, as ever with a trace.")


class ChangedPaperOut(Out):
    requirement: str
    name: str
    name_en: str
    materials: list[int] = Field(description="What came of it since, by its ids; empty: what there was is gone.")


class CaseChangedOut(Out):
    since: datetime = Field(description="When it was examined last.")
    answers: list[ChangedAnswerOut]
    fields: list[ChangedFieldOut]
    papers: list[ChangedPaperOut]


class OpinionOut(Out):
    stage: Literal["review", "decide"]
    says: Literal["grant", "refuse", "note"]
    text: str
    by: str | None
    at: datetime


class StopProposedOut(Out):
    kind: str
    expected_days: int
    basis: str
    by: str | None


class ExtensionAskedOut(Out):
    days: int = Field(description="Working days.")
    reason: str
    by: str | None
    at: datetime


class StopOut(Out):
    kind: str
    basis: str
    expected_days: int
    started_at: datetime
    ended_at: datetime | None
    result: str = Field(description="What came of it; empty while it goes on.")
    proposed_by: str | None
    approved_by: str | None


class ConsultedOut(Out):
    id: int
    department: Named = Field(description="Which was asked.")
    question: str
    due_on: date
    asked_at: datetime
    says: Literal["grant", "refuse", "note", "pass"] | None = Field(description="null: no answer yet.")
    text: str
    answered_at: datetime | None
    late: bool


class HandoverOut(Out):
    state: Literal["waits", "signed", "refused"]
    pieces: int = Field(description="On paper.")
    given_by: str | None
    given_at: datetime
    answered_by: str | None = Field(description="Who signed for it, or refused to.")
    answered_at: datetime | None
    why: str = Field(description="Why it was refused.")


class PromiseCheckOut(Out):
    requirement: Named = Field(description="The paper in whose place the promise stands.")
    due_on: date = Field(description="By which it is to be checked.")
    finding: Literal["kept", "broken"] | None = Field(description="null: not checked yet.")
    ground: Literal["untrue", "not_met", "hidden", "no_check"] | None
    reason: str
    checked_at: datetime | None
    checked_by: str | None
    barred_until: date | None = Field(description="The last day on which whoever applied promises nothing.")
    lifted_at: datetime | None
    revoked_at: datetime | None


class CaseReviewOut(Out):
    opinions: list[OpinionOut] = Field(description="审查意见 and the decision, in order.")
    stop_proposed: StopProposedOut | None = Field(description="特殊程序 that waits for an approver.")
    extension_asked: ExtensionAskedOut | None = Field(description="延期 that waits for the head.")
    stops: list[StopOut]
    consultations: list[ConsultedOut] = Field(description="征求意见.")
    handovers: list[HandoverOut] = Field(description="物料流转单.")
    promise_checks: list[PromiseCheckOut] = Field(description="承诺核查.")
