"""Shapes of a machine's own program: what lets it in, its orders, how they ended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from banshi.surfaces.api.schemas import Asked, In, Out, _text

MOST_WAIT_S = 25  # proxies cut what says nothing for half a minute


class EnrolIn(In):
    code: _text(40, 1) = Field(description="The pairing code, as the office shows it.")  # type: ignore[valid-type]


class EnrolledOut(Out):
    key: str = Field(description="Shown this once.")


class OrdersAsked(Asked):
    wait: int = Field(0, ge=0, le=MOST_WAIT_S, description="Seconds to wait where there is none.")


class MachineOrderOut(Out):
    id: int
    key: str
    kind: Literal["print_slip", "print_pages", "open_cell", "open_door", "show", "call"]
    body: dict[str, Any] = Field(description="By its kind.")
    takes_s: int = Field(description="Seconds from now in which it may be begun and is to be answered.")


class OrdersOut(Out):
    data: list[MachineOrderOut]
    version: str = Field(description="The server's; a machine of another says so and goes on.")


OrderWhy = Literal[
    "", "paper_out", "jam", "stuck", "offline", "broken", "no_part", "bad_order", "late", "restarted", "not_answered",
]  # fmt: skip


class OrderEndedIn(In):
    state: Literal["done", "failed", "unsure"]
    why: OrderWhy = Field("", description="With `failed` and `unsure`, and with them alone.")


class EndedOrderOut(Out):
    id: int
    state: Literal["done", "failed", "unsure"]
    why: OrderWhy


class AheadIn(In):
    anew: bool = Field(
        False, description="The machine does not know what it gave: it gives nothing more of what it had."
    )


class GivenSpan(Out):
    starts_at: datetime
    ends_at: datetime


class NumbersAhead(Out):
    category: str
    name: str
    name_en: str
    letter: str
    first: int
    last: int
    spans: list[GivenSpan] = Field(description="When they may be given today.")


class NumbersAheadOut(Out):
    hall: str
    hall_name: str
    hall_name_en: str
    timezone: str
    now: datetime = Field(description="Hall time.")
    data: list[NumbersAhead]


class OfflineNumberIn(In):
    letter: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,2}$")]
    seq: int = Field(ge=1, le=99_999)
    ago_s: int = Field(
        ge=0, le=30 * 24 * 3600, description="How long ago it was given, in seconds of the machine's clock."
    )
    language: Literal["zh-hans", "en"] = "zh-hans"


class OfflineNumbersIn(In):
    given: list[OfflineNumberIn] = Field(min_length=1, max_length=200)


class OfflineTaken(Out):
    id: str
    number: str
    state: str


class OfflineNumbersOut(Out):
    data: list[OfflineTaken] = Field(description="Those that are new, by the time at which they were given.")
