"""Signers for tests, behind the port of the seals: certificates are real, what is “signed” is plain bytes, at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from banshi.gateways.seals import DemoAuthority
from banshi.rooms.seals.models import Seal
from banshi.rooms.seals.ports import CannotSeal, SealOf, Seen, SignerDown
from tests.town import TUESDAY_NINE

PLAIN, EMPTY, DOWN, MOODY = (f"tests.signers.{name}" for name in ("Plain", "Empty", "Down", "Moody"))
MARK = b"\n% sealed with "


def sealing(settings: Any, folder: Path, signer: str = PLAIN) -> None:
    """From now on papers are sealed."""
    settings.BANSHI_SEALS_FOLDER, settings.BANSHI_SIGNER = folder / "seals", signer


class Plain(DemoAuthority):
    def sign(self, content: bytes, *, seal: SealOf, beside: Sequence[str], at: datetime) -> bytes:
        return content + MARK + seal.key.encode()


class Empty(Plain):
    """No key was laid there."""

    def enrol(self, seal: SealOf, *, at: datetime) -> str:
        raise CannotSeal("no certificate in the folder of seals")


class Down(Plain):
    """It does not answer."""

    def sign(self, content: bytes, *, seal: SealOf, beside: Sequence[str], at: datetime) -> bytes:
        raise SignerDown("down, ring 13800138000")


class Moody(Plain):
    """It seals nothing of the hall's own."""

    def sign(self, content: bytes, *, seal: SealOf, beside: Sequence[str], at: datetime) -> bytes:
        if seal.key == "town-1":
            raise CannotSeal("not this one")
        return super().sign(content, seal=seal, beside=beside, at=at)


def looked(**said: Any) -> Any:
    """What is seen of every file (the port `Signatures`): a sound signature, but for what is said otherwise."""
    good = {"signatures": 1, "intact": True, "whole": True, "trusted": True, "in_time": True}
    return lambda content, *, roots: Seen(**{**good, **said})


def a_seal(hall: Any) -> Seal:
    """The hall's own; nobody signs with it."""
    return Seal.objects.create(
        hall=hall, no=1, key=f"{hall.code}-1", words=hall.name_zh, chain="", certificate=hall.code, serial="1",
        valid_from=TUESDAY_NINE, valid_until=TUESDAY_NINE + timedelta(days=1), starts_at=TUESDAY_NINE, made_at=TUESDAY_NINE,
        made_by="system",
    )  # fmt: skip
