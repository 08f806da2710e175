"""征求意见: another department is asked about a case, and says what it thinks of it; the limits run on. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from banshi.kernel.refusals import Refusal

SAYS = ("grant", "refuse", "note", "pass")  # pass: it is none of this department's
LONGEST_QUESTION = 500
LONGEST_DAYS = 30  # where no day is promised
MOST_AT_ONCE = 5  # departments that are asked about one case


def day_refusal(due_on: date, *, today: date, promised: date | None) -> Refusal | None:
    """Why nothing is asked by this day, or None: an opinion that comes after the promised day helps nobody."""
    last = max(promised or today + timedelta(days=LONGEST_DAYS), today)
    if today <= due_on <= last:
        return None
    said = last.isoformat()
    reason = {"zh": f"从今天到 {said} 之间选一天", "en": f"A day from today to {said}"}
    return Refusal("invalid", {"field": "due_on", "reason": reason})


def light(due_on: date, *, today: date) -> str:
    """red: the day has gone by; yellow: it is today or tomorrow; green."""
    if today > due_on:
        return "red"
    return "yellow" if due_on - today <= timedelta(days=1) else "green"
