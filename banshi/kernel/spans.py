"""Half-open spans: from `start` up to, and not including, `end`.

A span holds two datetimes (both aware, or both of one local zone) or two times of one day. 9:00–10:00 and
10:00–11:00 therefore touch without overlapping. A time span cannot reach midnight: a day ends at 23:59:59.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar

T = TypeVar("T", datetime, time)

_ANY_DAY = date(2001, 1, 1)


@dataclass(frozen=True, slots=True, order=True)
class Span(Generic[T]):
    """A stretch of time, `start` included, `end` not.

    :raises ValueError: when it would be empty or run backwards.
    """

    start: T
    end: T

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError(f"a span must end after it starts: {self.start} – {self.end}")

    def __contains__(self, moment: T) -> bool:
        return self.start <= moment < self.end


def overlap(one: Span[T], other: Span[T]) -> bool:
    """Whether the two share any moment; touching ends do not."""
    return one.start < other.end and other.start < one.end


def intersection(one: Span[T], other: Span[T]) -> Span[T] | None:
    """The stretch both share, or None."""
    start = max(one.start, other.start)
    end = min(one.end, other.end)
    return Span(start, end) if start < end else None


def covers(outer: Span[T], inner: Span[T]) -> bool:
    """Whether every moment of `inner` is in `outer`."""
    return outer.start <= inner.start and inner.end <= outer.end


def merge(spans: Iterable[Span[T]]) -> list[Span[T]]:
    """The same moments in the fewest spans, in order; spans that touch become one."""
    merged: list[Span[T]] = []
    for span in sorted(spans, key=lambda each: each.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def subtract(spans: Iterable[Span[T]], holes: Iterable[Span[T]]) -> list[Span[T]]:
    """What is left of `spans` outside all `holes`, in order; spans are merged first."""
    gaps = merge(holes)
    left: list[Span[T]] = []
    for span in merge(spans):
        start = span.start
        for gap in gaps:
            if gap.end <= start or gap.start >= span.end:
                continue
            if start < gap.start:
                left.append(Span(start, gap.start))
            start = gap.end
            if start >= span.end:
                break
        if start < span.end:
            left.append(Span(start, span.end))
    return left


def split(span: Span[T], step: timedelta) -> list[Span[T]]:
    """Periods of exactly `step`, one after the other from the start; a shorter rest is left out.

    :raises ValueError: when `step` is not positive.
    """
    if step <= timedelta(0):
        raise ValueError(f"periods must be longer than nothing, not {step}")
    periods: list[Span[T]] = []
    start = span.start
    while _distance(start, span.end) >= step:
        end = _later(start, step)
        periods.append(Span(start, end))
        start = end
    return periods


def _distance(start: T, end: T) -> timedelta:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return end - start
    assert isinstance(start, time)
    assert isinstance(end, time)
    return datetime.combine(_ANY_DAY, end) - datetime.combine(_ANY_DAY, start)


def _later(moment: T, step: timedelta) -> T:
    if isinstance(moment, datetime):
        return moment + step
    return (datetime.combine(_ANY_DAY, moment) + step).time()
