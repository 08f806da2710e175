"""Two people change the same hours at once: what the first published is carried into what the second has typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from banshi.journeys.hall.change_rules import carry


def hours_carried(*, old: Mapping[str, Any], new: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, Any]:
    """A draft with what changed from `old` to `new`, session by session; what the draft itself changed stays.

    Both began from `old`. A session that both added under one code is two sessions.
    """
    was, is_, will = (_by_code(each) for each in (old, new, mine))
    rules = []
    for code, rule in will.items():
        untouched = rule == was.get(code)
        if untouched and code not in is_:
            continue  # ended meanwhile
        twice = code not in was and code in is_ and is_[code] != rule
        rules.append(is_[code] if untouched else {**rule, "code": _free(code, {*is_, *will})} if twice else rule)
    there = {rule["code"] for rule in rules}
    rules += [rule for code, rule in is_.items() if code not in was and code not in there]
    return {**carry(old=_rest(old), new=_rest(new), plan=_rest(mine)), "rules": rules}


def _free(code: str, taken: set[str]) -> str:
    n = 2
    while f"{code}-{n}" in taken:
        n += 1
    return f"{code}-{n}"


def _by_code(document: Mapping[str, Any]) -> dict[str, Any]:
    return {rule["code"]: rule for rule in document.get("rules", ())}


def _rest(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "rules"}
