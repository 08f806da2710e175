"""What all shapes are made of: days, moments, codes; strict coming in, growing going out."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from banshi.kernel.working_days import A_DAY, YEARS, can_be_asked_for

T = TypeVar("T")

# ---- building blocks ----

PRINTABLE = r"^[^\u0000-\u001f\u007f]*$"
Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


def _text(most: int, least: int = 0) -> Any:
    return Annotated[str, StringConstraints(min_length=least, max_length=most, pattern=PRINTABLE)]


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})")


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        day = date.fromisoformat(value)
        if day.year not in YEARS:
            raise ValueError
        return day
    except ValueError as wrong:
        raise PydanticCustomError("day", "{en}", dict(A_DAY)) from wrong


def _moment(value: Any) -> Any:
    try:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise ValueError
        moment = datetime.fromisoformat(value.upper())
        if not can_be_asked_for(moment):
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise PydanticCustomError(
            "moment",
            "{en}",
            {
                "zh": "应为带时区的时间，形如 2026-03-10T09:00:00+08:00",
                "en": "A time with its offset like 2026-03-10T09:00:00+08:00",
            },
        ) from wrong


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[
    datetime, BeforeValidator(_moment), Field(strict=False), WithJsonSchema({"type": "string", "format": "date-time"})
]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class In(BaseModel):
    """A request body: types as written, nothing unknown."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """Query parameters: text turned into types, nothing unknown."""

    model_config = ConfigDict(extra="forbid")


class Paged(Asked):
    limit: int = Field(50, ge=1, le=200, description="At most so many entries.")
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before.")


class Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Grows(BaseModel):
    """An answer with more fields than are promised here."""

    model_config = ConfigDict(extra="allow")


class Page(Out, Generic[T]):
    data: list[T]
    next: str | None = Field(description="Cursor of the next page, or null.")


class Problem(BaseModel):
    """RFC 9457. `type` is a stable slug; `next` is a time, or slots to offer, or null."""

    type: str
    title: str
    detail: str
    status: int
    rule: str
    facts: dict[str, Any] = {}
    next: Any = None


class Named(Out):
    code: str
    name: str
    name_en: str
