"""One of each part, simulated."""

from __future__ import annotations

from typing import Any

from banshi.agent.simulated import moving, seeing
from banshi.agent.simulated.world import World


def parts(world: World) -> dict[str, Any]:
    """One of each."""
    return {
        "receipt_printer": moving.ReceiptPrinter(world, "receipt_printer"),
        "page_printer": moving.PagePrinter(world, "page_printer"),
        "reader": seeing.CardReader(world, "reader"),
        "scanner": seeing.Scanner(world, "scanner"),
        "camera": seeing.Camera(world, "camera"),
        "document_camera": seeing.Camera(world, "document_camera"),
        "cabinet": moving.Cabinet(world, "cabinet"),
        "door": moving.Door(world, "door"),
        "evaluator": seeing.Evaluator(world, "evaluator"),
        "screen": moving.Screen(world, "screen"),
    }
