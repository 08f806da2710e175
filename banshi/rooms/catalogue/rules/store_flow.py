"""办理环节 of a record (AUDIT_ITEM_FLOWSHEET): its rows as stages, as far as their names tell which step of a case each is."""

from __future__ import annotations

from typing import Any

from banshi.rooms.catalogue.rules.store_answers import Parts
from banshi.rooms.catalogue.rules.store_text import Row

MOST = 20
_NAMES = ("step", "step_name", "flow_name", "link_name", "node_name", "name")
_WHO = ("who", "handle_person", "handler", "duty_person", "post")
_STANDARD = ("standard", "audit_standard", "review_standard")
_LIMIT = ("limit", "time_limit", "handle_limit", "link_limit")
# Words by which a stage is known, in the order in which they are looked for; of a kind there is one stage, the first.
_ACTS = (
    ("issue", ("送达", "颁证", "制证", "出证", "发证", "办结")),
    ("decide", ("决定", "审批", "核准", "审定")),
    ("review", ("审查", "审核", "初审", "复核")),
    ("receive", ("受理", "收件", "申请", "接件")),
)


def stages_of(parts: Parts) -> list[dict[str, Any]]:
    """In the store's order; a row without a name is none."""
    rows = sorted(parts.rows("AUDIT_ITEM_FLOWSHEET"), key=lambda row: row.whole("ordernum", 0))
    found: list[dict[str, Any]] = []
    acts: set[str] = set()
    for row in rows:
        name = row.text(*_NAMES, most=200, named=True)
        if not name or len(found) == MOST:
            continue
        act = next((act for act, words in _ACTS if act not in acts and any(each in name for each in words)), "other")
        acts.add(act)
        who, standard = row.text(*_WHO, most=200), row.text(*_STANDARD, most=2000)
        found.append(
            {
                "code": f"st-{len(found) + 1}", "name_zh": name, "name_en": name, "act": act, "days": _days(row),
                "who_zh": who, "who_en": who, "standard_zh": standard, "standard_en": standard,
            }
        )  # fmt: skip
    return found


def _days(row: Row) -> int | None:
    """Working days, where the store gives a number; 0 says nothing."""
    field = next((each for each in _LIMIT if row.plain(each)), None)
    days = row.whole(field, 0) if field is not None else 0
    return days if 0 < days <= 366 else None
