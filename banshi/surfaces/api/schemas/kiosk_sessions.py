"""Somebody at a machine, with their card: how far they have shown who they are, and what they do there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from banshi.surfaces.api.schemas.base import Code, In, Out
from banshi.surfaces.api.schemas.people import WalkInPerson


class KioskSessionIn(In):
    device: Code
    card: WalkInPerson = Field(description="As the machine's reader read it.")


class KioskSessionOut(Out):
    id: str
    level: Literal["card", "shown"]
    ways: list[Literal["code", "clerk", "face"]] = Field(
        description="That lead on, in the order to offer them; a face never first."
    )
    phone: str = Field(description="Masked; where a code goes to, empty where none does.")
    until: datetime = Field(description="Machine time: it ends by itself then, every step puts it off.")


class KioskFaceIn(In):
    consent: bool = Field(description="They were asked on the screen, and agreed.")
    matched: bool | None = Field(
        None, description="What the machine compared; nothing where it could not. No picture comes here."
    )


class KioskCodeIn(In):
    code: Annotated[str, Field(min_length=1, max_length=10, pattern=r"^[0-9]+$")] | None = Field(
        None, description="Without it a code is sent."
    )


class KioskVouchIn(In):
    number: Annotated[str, Field(pattern=r"^[0-9]{4}$")] = Field(description="Four digits on the machine's screen.")


class KioskPrintIn(In):
    document: Annotated[str, Field(min_length=1, max_length=60)] = Field(description="The number on it.")


class KioskPrintOut(Out):
    document: str
    pages: int


class KioskCaseIn(In):
    item: Code
    answers: Annotated[dict[Code, Code], Field(max_length=60)] = Field(default_factory=dict)
    anyway: bool = Field(False, description="Although one is under way.")


class KioskCaseOut(Out):
    case: str = Field(description="Goes on by the operations of cases.")
    phase: str
