"""What an agent of an organisation may do, as the letter says that a clerk has before them: in which matters, and how far."""

from __future__ import annotations

import re
from typing import Any

from banshi.foundation.doors import Asked
from banshi.frames.typed import clean
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Department
from banshi.rooms.identity.rules import UNLIMITED, Limits

MAY = ("send", "fill", "appoint")  # send as well as fill in; fill in alone; and let others act for it, too
MOST = 30  # matters that are typed at once
LIKE = 4  # of several that are meant so many are named
BETWEEN = re.compile("[,，、;；\n]+")


def limits_of(request: Asked) -> Limits:
    """Nothing typed: everything. The legal representative has no limits, whatever stands in the form.

    :raises Refused: invalid – words that are no matter here, or several; no such department.
    """
    if request.POST.get("role") == "legal":
        return UNLIMITED
    named = [each.strip() for each in BETWEEN.split(clean(request.POST.get("matters"), 600)) if each.strip()]
    if len(named) > MOST:
        raise _invalid(f"一次最多写 {MOST} 个事项", f"At most {MOST} matters at once")
    may = clean(request.POST.get("may"), 10)
    return Limits(
        tuple(sorted({_meant(each) for each in named})),
        _departments(request),
        sends=may != "fill",
        appoints=may == "appoint",
    )


def _departments(request: Asked) -> tuple[str, ...]:
    asked = clean(request.POST.get("department"), 60)
    if not asked:
        return ()
    if not Department.objects.filter(code=asked).exists():
        raise _invalid("没有这个部门", "There is no such department")
    return (asked,)


def _meant(text: str) -> str:
    """The code of the one matter that is called so."""
    found: list[Any] = catalogue.search(text, limit=LIKE + 1)
    exact = [each for each in found if text in (each.code, each.name_zh, each.name_en)]
    if len(exact) == 1 or len(found) == 1:
        return str((exact or found)[0].code)
    if not found:
        raise _invalid(f"没有叫“{text}”的事项", f"No matter is called “{text}”")
    zh, en = ("、".join(e.name_zh for e in found[:LIKE]), ", ".join(e.name_en for e in found[:LIKE]))
    raise _invalid(f"“{text}”可能是：{zh}。写全名。", f"“{text}” may be: {en}. Write it in full.")


def _invalid(zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": "matters", "reason": {"zh": zh, "en": en}})
