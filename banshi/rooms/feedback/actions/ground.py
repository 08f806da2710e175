"""What the actions share: a task under lock, words typed, and their refusals."""

from __future__ import annotations

import unicodedata

from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.feedback import rules
from banshi.rooms.feedback.models import Task


def invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})


def clean(text: str) -> str:
    """Without control characters (which the database or a screen would trip over), line breaks kept."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def words(text: str) -> str:
    """What staff write to a person, or about them. :raises Refused: invalid – nothing, or too much."""
    kept = legible(clean(text), field="text")
    if not kept or len(kept) > rules.LONGEST_TEXT:
        raise invalid("text", f"写 1 到 {rules.LONGEST_TEXT} 个字", f"1 to {rules.LONGEST_TEXT} characters")
    return kept


def need(task: Task, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if (no := rules.TASK.refusal(task.state, verb)) is not None:
        raise Refused(no)


def held(task_id: int) -> Task:
    tasks = Task.objects.select_for_update(no_key=True, of=("self",))
    named = ("hall", "rating__hall", "rating__ticket", "rating__visit__person", "rating__case")
    task = tasks.select_related(*named).filter(id=task_id).first()
    if task is None:
        raise Refused("nothing-found", facts={"task": task_id})
    return task
