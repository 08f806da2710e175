"""Figures of the video service: orders closed, people helped, scores, and the seconds a folder saves at the window."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Avg, Count, F, Q, QuerySet

from banshi.rooms.remote.models import RemoteSession
from banshi.rooms.remote.rules.saving import LEAST, Mean, saved
from banshi.rooms.tickets.models import Ticket

BY: Final = {
    "hall": ("hall__code", "hall__name_zh", "hall__name_en"),
    "item": ("item__code", "item__name_zh", "item__name_en"),
    "channel": ("origin", "origin", "origin"),
    "seat": ("seat__staff__login", "seat__staff__name_zh", "seat__staff__name_en"),
}


@dataclass(frozen=True)
class Figures:
    """`asked` on these days; of them `booked` – for a time booked by video –, `answered` and `closed` – ended after a talk –,
    `left` before one; `users`: people helped, as far as they are known; `score_mean` of the `rated`, 0 to 10; seconds from
    asking to the answer, and from it to the end."""

    code: str
    name_zh: str
    name_en: str
    asked: int
    booked: int
    answered: int
    closed: int
    left: int
    users: int
    rated: int
    score_mean: float | None
    wait_mean_s: float | None
    talk_mean_s: float | None


def stats(*, halls: Collection[int], first: date, last: date, by: str | None = None) -> list[Figures]:
    """A row for each hall, item, channel or seat; at the end the total, code "".

    :param halls: ids. :param first, last: days of the halls, both included. :param by: one of `BY`.
    """
    rows = _asked(halls, first, last)
    total = Figures("", "", "", **_made(rows.aggregate(**_SUMS)))
    if by is None:
        return [total]
    code, zh, en = BY[by]
    names = {"code_": F(code), "zh_": F(zh), "en_": F(en)}
    named: Any = rows  # names of our own, which the stubs do not know
    found = named.exclude(**{code: None}).annotate(**names).values("code_", "zh_", "en_").annotate(**_SUMS)
    each = [Figures(r["code_"], r["zh_"], r["en_"], **_made(r)) for r in found.order_by("code_")]
    return [*each, total]


_SUMS: Final = {
    "asked_": Count("pk"),
    "booked_": Count("pk", filter=~Q(appointment="")),
    "answered_": Count("pk", filter=Q(answered_at__isnull=False)),
    "closed_": Count("pk", filter=Q(answered_at__isnull=False, ended_at__isnull=False)),
    "left_": Count("pk", filter=Q(answered_at=None, ended_at__isnull=False)),
    "users_": Count("person", filter=Q(answered_at__isnull=False), distinct=True),
    "rated_": Count("score"),
    "score_": Avg("score"),
    "wait_": Avg(F("answered_at") - F("asked_at")),
    "talk_": Avg(F("ended_at") - F("answered_at")),
}


def _made(row: dict[str, Any]) -> dict[str, Any]:
    counts = {name: row[f"{name}_"] for name in ("asked", "booked", "answered", "closed", "left", "users", "rated")}
    return counts | {
        "score_mean": None if row["score_"] is None else round(float(row["score_"]), 2),
        "wait_mean_s": _seconds(row["wait_"]),
        "talk_mean_s": _seconds(row["talk_"]),
    }


def _seconds(value: Any) -> float | None:
    return None if value is None else round(value.total_seconds(), 1)


def _asked(halls: Collection[int], first: date, last: date) -> QuerySet[RemoteSession]:
    return RemoteSession.objects.filter(hall_id__in=halls, day__range=(first, last))


@dataclass(frozen=True)
class Saved:
    """Handling at the windows of visits with a folder from a call, against the same matters in the same halls without one.
    Means in seconds; `saved_s` a visit. None where there are fewer than `LEAST` of either: a few say nothing."""

    with_folder: int
    without: int
    with_mean_s: float | None
    without_mean_s: float | None
    saved_s: float | None


def saving(*, halls: Collection[int], first: date, last: date) -> Saved:
    """:param halls: ids. :param first, last: days of the visits, both included."""
    folders = RemoteSession.objects.filter(case__isnull=False).exclude(booking="").values("booking")
    done = Ticket.objects.filter(
        hall_id__in=halls, day__range=(first, last), state="finished", handling_s__isnull=False, item__isnull=False
    )
    having = done.filter(appointment__code__in=folders)
    lacking = done.exclude(appointment__code__in=folders)
    return Saved(**vars(saved(_means(having), _means(lacking))))


def _means(rows: QuerySet[Ticket]) -> Sequence[tuple[tuple[int, int], Mean]]:
    found = rows.values("hall_id", "item_id").annotate(n=Count("pk"), mean=Avg("handling_s"))
    return [
        ((each["hall_id"], each["item_id"]), Mean(each["n"], float(each["mean"])))
        for each in found.order_by("hall_id", "item_id")
    ]


__all__ = ["BY", "LEAST", "Figures", "Saved", "saving", "stats"]
