"""Rows as JSON-ready parts, the same in every answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from banshi.foundation.problem import rfc3339
from banshi.rooms.catalogue.rules.remedy import Remedy
from banshi.rooms.places.models import Hall


def named(code: str, name_zh: str, name_en: str) -> dict[str, str]:
    """`name` is Chinese, `name_en` English; where one is missing the other stands in."""
    return {"code": code, "name": name_zh or name_en, "name_en": name_en or name_zh}


def remedy_part(remedy: Remedy) -> dict[str, str]:
    return {
        "reconsideration": remedy.reconsider_zh, "reconsideration_en": remedy.reconsider_en,
        "court": remedy.court_zh, "court_en": remedy.court_en,
    }  # fmt: skip


def zone_of(hall: Hall) -> ZoneInfo:
    return ZoneInfo(hall.timezone)


def moment(value: datetime | None, zone: ZoneInfo) -> str | None:
    return rfc3339(value, zone) if value is not None else None


def hall_name(hall: Hall) -> dict[str, Any]:
    return named(hall.code, hall.name_zh, hall.name_en)
