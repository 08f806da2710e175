"""Simulated parts that do something: printers, doors, a LED screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from banshi.agent.drivers import Health, Trouble
from banshi.agent.simulated.world import SLOW_S, PowerCut, World


class Moving:
    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name

    def health(self) -> Health:
        return self.world.health(self.name)

    def come_out(self, text: str) -> None:
        """:raises Trouble: nothing came out. :raises PowerCut: in the middle, half of it is out."""
        moods = self.world.moods(self.name)
        for why in ("broken", "paper_out", "jam", "stuck"):
            if why in moods:
                raise Trouble(why)
        if "slow" in moods:
            self.world.sleep(SLOW_S)
        if "power_cut" in moods:
            self.world.comes_out(self.name, text[: len(text) // 2])
            raise PowerCut
        self.world.comes_out(self.name, text)


class ReceiptPrinter(Moving):
    def print_slip(self, slip: Mapping[str, Any]) -> None:
        lines = [
            slip["hall"],
            slip["kind"],
            slip["number"],
            *(f"{a} {b}" for a, b in slip["lines"]),
            slip["qr"],
            *slip["foot"],
        ]
        self.come_out("\n".join(lines) + "\n---\n")


class PagePrinter(Moving):
    def print_pages(self, pdf: bytes) -> None:
        self.come_out(f"{len(pdf)} bytes of PDF\n---\n")


class Cabinet(Moving):
    def open_cell(self, cell: int) -> None:
        self.come_out(f"{cell}\n")


class Door(Moving):
    def open_door(self) -> None:
        self.come_out("open\n")


class Screen(Moving):
    def show(self, lines: Sequence[str]) -> None:
        self.come_out("\n".join(lines) + "\n---\n")
