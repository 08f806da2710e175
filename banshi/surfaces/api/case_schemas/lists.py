"""Shapes of lists of cases, and of what is on record of a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from banshi.surfaces.api.case_schemas.base import IdKind, Phase, Short
from banshi.surfaces.api.schemas import (
    PRINTABLE,
    Asked,
    Code,
    Day,
    In,
    Named,
    Out,
    Paged,
)

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
    trust: Literal["A", "B"] | None = Field(
        None,
        description="A: made by its issuer, as whom the key speaks; B: seen by a window. Null: A as an authority, else B.",
    )
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


class EarlierPaperOut(Out):
    requirement: Code = Field(description="Code of the paper of the case for which it stands.")
    earlier: int = Field(description="By which `add_material` uses it.")
    item: Named = Field(description="For which it was handed in.")
    handed_in_on: date
    usable_until: date = Field(description="The last day.")
    trust: Literal["A", "B", "C", "D"]
    files: int


class RecordOut(Out):
    name: str = Field(description="Masked.")
    facts: list[FactOut]
    certificates: list[CertificateOut]
    earlier_papers: list[EarlierPaperOut] = Field(
        description="Where a `case` is named: what was handed in before and stands for a paper of it that has not come."
    )


class RecordAsked(Asked):
    person: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PRINTABLE)] | None = Field(
        None, description="Number of a document."
    )
    id_type: IdKind | None = None
    organisation: Short | None = Field(None, description="Instead: unified social credit code of an organisation.")
    case: Code | None = Field(
        None,
        description="Instead: who holds a case: the person, or the organisation it is for; no number stands in an address then.",
    )
    purpose: Short | None = Field(
        None, description="What `person` or `organisation` is looked at for; it is kept with the look. No names in it."
    )

    @model_validator(mode="after")
    def _one(self) -> RecordAsked:
        if sum(each is not None for each in (self.person, self.organisation, self.case)) != 1:
            raise PydanticCustomError(
                "one_of",
                "{en}",
                {
                    "zh": "person、organisation 和 case 须填且只填一项",
                    "en": "Give one of person, organisation and case",
                },
            )
        if self.case is not None and self.purpose is not None:
            raise PydanticCustomError(
                "one_of", "{en}", {"zh": "填了 case 就不填 purpose", "en": "A case is its own purpose"}
            )
        return self
