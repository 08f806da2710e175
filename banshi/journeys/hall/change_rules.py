"""A hall changes its rules: checked against the hall, counted, published, and in force at once where it is meant so.

A planned version is a promise for later, not a start for the next small change: who changes something meanwhile starts
from the rules in force, and the change is carried into what is planned, except where the plan says otherwise itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.foundation.memory import forgettable
from banshi.journeys.hours.consequences import Consequences, consequences
from banshi.kernel.actors import Actor
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import UNSEEN, is_legible
from banshi.rooms.booking import actions as booking
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places import actions as places
from banshi.rooms.places.models import Category, Hall, PolicyVersion

_NOTHING_LEFT = {"zh": "发布后全厅没有可预约的号", "en": "After this nothing in the hall could be booked"}


def in_force(hall: Hall, now: datetime) -> PolicyVersion | None:
    """The version that rules now; None where the hall has none (the defaults rule)."""
    return PolicyVersion.objects.filter(hall=hall, valid_from__lte=now).order_by("-version").first()


def planned(hall: Hall, now: datetime) -> list[PolicyVersion]:
    """Versions that will come into force, by when; those that a later one replaces on its day are left out."""
    rows = list(PolicyVersion.objects.filter(hall=hall, valid_from__gt=now).order_by("-version"))
    now_ruling = in_force(hall, now)
    newest = now_ruling.version if now_ruling else 0
    kept: list[PolicyVersion] = []
    for row in rows:
        # From its day on the highest number rules: a lower one comes only if it begins before every higher one.
        if row.version > newest and all(row.valid_from < later.valid_from for later in kept):
            kept.append(row)
    return sorted(kept, key=lambda row: row.valid_from)


def ruled_when_made(row: PolicyVersion) -> PolicyVersion | None:
    """What a version is compared with: the one in force when it was made, never a plan that was not."""
    rows = PolicyVersion.objects.filter(hall_id=row.hall_id, version__lt=row.version, valid_from__lte=row.made_at)
    return rows.order_by("-version").first()


def replacing(row: PolicyVersion) -> PolicyVersion | None:
    """The version that took the place of a plan before its day came; None where it came into force, or will."""
    if row.valid_from <= row.made_at:
        return None
    rows = PolicyVersion.objects.filter(hall_id=row.hall_id, version__gt=row.version)
    same_day = rows.filter(valid_from=row.valid_from).order_by("-version").first()
    return same_day or rows.filter(valid_from__lte=row.valid_from).order_by("-version").first()


def faults(*, hall: Hall, policy: HallPolicy) -> dict[str, dict[str, str]]:
    """Codes that the hall does not have and notices that hold what is not seen, by field path, with the reason in both
    languages."""
    categories = set(Category.objects.filter(hall=hall).values_list("code", flat=True))
    items = set(HallItem.objects.filter(hall=hall).values_list("item__code", flat=True))
    found: dict[str, dict[str, str]] = {}
    for quota in policy.booking.quotas:
        known = {"category": categories, "item": items}.get(quota.target, {"*"}) | {"*"}
        if quota.code not in known:
            found["booking.quotas"] = _unknown(quota.code)
    for path, codes in (
        ("tickets.daily_limits", policy.tickets.daily_limits),
        ("tickets.weights", policy.tickets.weights),
    ):
        wrong = next((code for code in codes if code not in categories), None)
        if wrong is not None:
            found[path] = _unknown(wrong)
    for path, notices in (
        ("screens.notices_zh", policy.screens.notices_zh),
        ("screens.notices_en", policy.screens.notices_en),
    ):
        if not all(is_legible(each) for each in notices):
            found[path] = UNSEEN
    return found


def _unknown(code: str) -> dict[str, str]:
    return {"zh": f"本大厅没有“{code[:40]}”", "en": f"This hall has no “{code[:40]}”"}


def publish(
    *,
    hall: Hall,
    document: Mapping[str, Any],
    by: Actor,
    now: datetime,
    note: str = "",
    valid_from: datetime | None = None,
    expected_version: int | None = None,
    confirmed: bool = False,
) -> PolicyVersion:
    """Publish rules. Those in force at once change the places at once; free ones go to who waits.

    :param confirmed: whoever publishes knows that nothing can be booked any more.
    :raises Refused: invalid – also a code the hall does not have, or nothing left to book without confirmation;
        changed-meanwhile.
    """
    checked = places.check_policy(document)
    wrong = faults(hall=hall, policy=checked)
    if wrong:
        field, reason = next(iter(wrong.items()))
        raise Refused("invalid", facts={"field": field, "reason": reason})
    if not confirmed and foresee(hall=hall, policy=checked, now=now, valid_from=valid_from).nothing_left:
        raise Refused("invalid", facts={"field": "confirmed", "reason": _NOTHING_LEFT})
    with transaction.atomic():
        before = in_force(hall, now)
        coming = planned(hall, now) if valid_from is None else []
        version = places.publish_policy(
            hall=hall,
            document=checked.model_dump(mode="json"),
            by=by,
            now=now,
            note=note,
            valid_from=valid_from,
            expected_version=expected_version,
        )
        old = before.document if before else HallPolicy().model_dump(mode="json")
        for plan in coming:
            carried = carry(old=old, new=version.document, plan=plan.document)
            places.publish_policy(
                hall=hall, document=carried, by=by, now=now, note=plan.note, valid_from=plan.valid_from
            )
        booking.materialise(hall=hall, now=now)  # a plan's places are given on its days from now on
    booking.end_waiting_in_vain(hall=hall, now=now)
    return version


def foresee(*, hall: Hall, policy: HallPolicy, now: datetime, valid_from: datetime | None = None) -> Consequences:
    """Counted from the moment the rules are in force: who is booked before that is not touched by them."""
    if valid_from is not None:
        return consequences(hall=hall, now=max(now, valid_from), policy=policy)
    ruling = in_force(hall, now)
    old, new = ruling.document if ruling else HallPolicy().model_dump(mode="json"), policy.model_dump(mode="json")

    def carried(plan: HallPolicy) -> HallPolicy:
        return HallPolicy.model_validate(carry(old=old, new=new, plan=plan.model_dump(mode="json")))

    return consequences(hall=hall, now=now, policy=policy, carried=carried)


def carry(*, old: Mapping[str, Any], new: Mapping[str, Any], plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan with what changed from `old` to `new`, except where the plan itself already differs from `old`."""
    found: dict[str, Any] = {}
    for key in plan:
        was, is_, will = old.get(key), new.get(key), plan[key]
        if isinstance(was, Mapping) and isinstance(is_, Mapping) and isinstance(will, Mapping) and _section(will, was):
            found[key] = carry(old=was, new=is_, plan=will)
        else:
            found[key] = will if will != was else is_
    return found


def _section(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Sections have the same fields; tables by code (daily limits, weights) are one value each."""
    return bool(one) and set(one) == set(other)


_seen: dict[int, int] = {}
forgettable(_seen.clear)


def begin_due(*, now: datetime) -> list[str]:
    """Make the places anew in halls whose rules in force have changed since this process looked last.

    :returns: codes of these halls.
    """
    changed = []
    for hall in Hall.objects.order_by("id"):
        row = in_force(hall, now)
        version = row.version if row else 0
        if hall.pk in _seen and _seen[hall.pk] != version:
            booking.materialise(hall=hall, now=now)
            booking.end_waiting_in_vain(hall=hall, now=now)
            changed.append(hall.code)
        _seen[hall.pk] = version
    return changed
