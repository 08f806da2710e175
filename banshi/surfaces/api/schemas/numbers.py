"""Shapes of tickets: arriving, being called, served, rated."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from banshi.surfaces.api.schemas.base import PRINTABLE, Code, Grows, In, Named, Out, _text
from banshi.surfaces.api.schemas.halls import SituationOut
from banshi.surfaces.api.schemas.people import BringOut, WalkInPerson

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
