"""Simulated parts that see something: card reader, scanner, cameras, evaluator."""

from __future__ import annotations

import json

from banshi.agent.drivers import Card, Health, Trouble
from banshi.agent.simulated.world import SLOW_S, World


class Seeing:
    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name

    def health(self) -> Health:
        return self.world.health(self.name)

    def looks(self) -> tuple[str, ...]:
        """:raises Trouble: broken."""
        moods = self.world.moods(self.name)
        if "broken" in moods:
            raise Trouble("broken")
        if "slow" in moods:
            self.world.sleep(SLOW_S)
        return moods


class CardReader(Seeing):
    def read(self) -> Card | None:
        moods = self.looks()
        lies = self.world.before("card.json")
        if lies is None:
            return None
        if "half_read" in moods:
            raise Trouble("half_read")  # half a number is no number
        said = json.loads(lies)
        return Card(said["number"], said["name"], said["kind"])

    def lies(self) -> bool:
        return self.world.before("card.json") is not None


class Scanner(Seeing):
    def read(self) -> str | None:
        self.looks()
        code = self.world.before("code.txt")
        return code.decode().strip() if code is not None else None


class Camera(Seeing):
    def picture(self) -> bytes:
        self.looks()
        picture = self.world.before(f"{self.name}.jpg")
        if picture is None:
            raise Trouble("broken")  # a lens that sees nothing
        return picture


class Evaluator(Seeing):
    def stars(self) -> int | None:
        self.looks()
        pressed = self.world.before("stars.txt")
        return int(pressed) if pressed is not None else None
