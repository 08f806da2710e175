"""Shapes of a machine's own program: what lets it in, its orders, how they ended."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

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
