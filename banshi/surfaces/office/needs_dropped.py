"""What somebody wrote or proposed and another dropped: told to whoever wrote it, for some days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from banshi.foundation.doors import Who
from banshi.foundation.said import english, named
from banshi.foundation.times import day_words
from banshi.frames.staff.frame import local
from banshi.frames.staff.names import names_of
from banshi.rooms.audit import queries as audit
from banshi.rooms.cases.models import RuleProposal
from banshi.rooms.catalogue.models import OneMatterDraft
from banshi.rooms.catalogue.rules.drafts import DRAFT
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.need import Need

TOLD_FOR = timedelta(days=14)
MOST = 5


def dropped(who: Who, halls: list[Hall], *, now: datetime) -> list[Need]:
    """Said once, in their first hall where they may write such things."""
    return [*_matters(who, halls, now), *_rules(who, halls, now)]


def _matters(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    hall, by = _first(who, halls, "items.edit"), str(who.by)
    if hall is None:
        return []
    mine = Q(entered_by=by) | Q(editors__contains=f" {by} ")
    rows = {row.pk: row for row in OneMatterDraft.objects.filter(mine, state=DRAFT.to("drop")).order_by("-id")[:50]}
    subjects = {f"matter:{row.code}" for row in rows.values()}
    acts = audit.done_to(subjects, action="dropped-matter", since=now - TOLD_FOR) if rows else []
    told = [each for each in acts if each.facts.get("draft") in rows and each.actor != by][:MOST]
    names = names_of({each.actor for each in told})
    found = []
    for each in told:
        draft = rows[each.facts["draft"]]
        name = draft.document["name_en" if english() else "name_zh"] or draft.code
        href = reverse("office:matter", kwargs={"hall": hall.code, "matter_draft": draft.pk})
        text = _("Dropped by another: your draft of %(name)s") % {"name": name}
        found.append(
            Need(hall, "ban", "info", text, href, _who_and_when(hall, names.get(each.actor, ""), each.at, now))
        )
    return found


def _rules(who: Who, halls: list[Hall], now: datetime) -> list[Need]:
    hall, by = _first(who, halls, "cases.supervise"), str(who.by)
    if hall is None:
        return []
    rows = RuleProposal.objects.filter(asked_by=by, agreed=False, ended_at__gte=now - TOLD_FOR)
    told = list(rows.exclude(ended_by=F("asked_by")).select_related("item").order_by("-ended_at")[:MOST])
    names = names_of({row.ended_by for row in told})
    href = reverse("review:rules", kwargs={"hall": hall.code})
    return [
        Need(
            hall, "ban", "info", _("Dropped by another: your proposal that rules decide %(name)s") % {"name": named(row.item)},
            href, _who_and_when(hall, names.get(row.ended_by, ""), row.ended_at, now),
        )
        for row in told
        if row.ended_at is not None
    ]  # fmt: skip


def _first(who: Who, halls: list[Hall], permission: str) -> Hall | None:
    return next((hall for hall in halls if who.may(permission, hall.code)), None)


def _who_and_when(hall: Hall, name: str, at: datetime, now: datetime) -> str:
    day = day_words(local(hall, at).date(), local(hall, now).date())
    return f"{name} · {day}" if name else day
