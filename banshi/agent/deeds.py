"""From an order to the part that does it. Pure but for what the driver does."""

from __future__ import annotations

from typing import Any

from banshi.agent.drivers import Parts, Trouble
from banshi.kernel.machine_orders import KINDS, fault, pages_of


def do(kind: str, body: dict[str, Any], parts: Parts) -> None:
    """:raises Trouble: bad_order, no_part, and what the driver says. :raises Unsure: the driver's."""
    if fault(kind, body) is not None:
        raise Trouble("bad_order")  # a server of a newer version, say
    part = parts.get(KINDS[kind].part)
    if part is None:
        raise Trouble("no_part")
    if kind == "print_slip":
        part.print_slip(body)
    elif kind == "print_pages":
        part.print_pages(pages_of(body["pdf"]))
    elif kind == "open_cell":
        part.open_cell(body["cell"])
    elif kind == "open_door":
        part.open_door()
    elif kind == "show":
        part.show(body["lines"])
    else:
        part.show([body["number"], body["window"]])
