"""What waits for a second person who may: drafts of matters to publish, rules to switch on, rounds to publish and to draw.

Nobody is shown their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from banshi.foundation.doors import Who
from banshi.foundation.said import english, named
from banshi.frames.staff.names import names_of
from banshi.kernel.rights import holds
from banshi.rooms.cases.models import QuotaRound, RuleProposal
from banshi.rooms.catalogue.models import HallItem, Item, ItemDraft
from banshi.rooms.catalogue.queries import matter_drafts
from banshi.rooms.catalogue.queries.retiring import today
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.need import Need

RIGHT = "items.publish"
MOST = 5  # each by its name; how many more there are is one line
LOOKED_AT = 200


def to_publish(who: Who, halls: list[Hall], *, now: datetime) -> list[Need]:
    """In as many queries for thirty halls as for one; said once, in the first hall of theirs that handles the matter."""
    mine = [hall for hall in halls if who.may(RIGHT, hall.code)]
    if not mine:
        return []
    by = str(who.by)
    finished = Q(kind="store") | Q(kind="office", ready_at__isnull=False)
    rows = ItemDraft.objects.filter(finished, state="draft").exclude(Q(entered_by=by) | Q(editors__contains=f" {by} "))
    drafts = list(rows.select_related("item").defer("raw", "document", "notes").order_by("-id")[:LOOKED_AT])
    asked = RuleProposal.objects.filter(ended_at=None).exclude(asked_by=by).select_related("item").order_by("id")
    proposals = list(asked[:LOOKED_AT])
    rounds = _rounds(by, today(now))
    asked_of: list[RuleProposal | QuotaRound] = [*proposals, *rounds]
    where = _handled({*(row.item_id for row in drafts if row.item_id), *(row.item_id for row in asked_of)})
    names = names_of({row.ready_by or row.entered_by for row in drafts} | {row.asked_by for row in asked_of})
    found = []
    for draft in drafts:
        if (hall := _hall(who, mine, where.get(draft.item_id or 0, ()))) is not None:
            href = reverse("office:item_draft", kwargs={"hall": hall.code, "draft_id": draft.pk})
            text = _("Publish: %(name)s") % {"name": named(draft.item) if draft.item else draft.name_zh}
            found.append(Need(hall, "files", "wait", text, href, names.get(draft.ready_by or draft.entered_by, "")))
    lines = [*_shortened(found), *_matters(who, mine, today(now))]
    for row in proposals:
        if (hall := _hall(who, mine, where.get(row.item_id, ()))) is not None:
            href = reverse("review:rules", kwargs={"hall": hall.code})
            text = _("Let rules decide: %(name)s") % {"name": named(row.item)}
            lines.append(Need(hall, "zap", "wait", text, href, names.get(row.asked_by, "")))
    for each in rounds:
        if (hall := _hall(who, mine, where.get(each.item_id, ()))) is not None:
            href = reverse("review:rounds", kwargs={"hall": hall.code})
            said = {"name": named(each.item), "places": each.places}
            text = (
                _("Draw by lot: %(name)s") if each.published_at else _("Publish a round of %(places)s places: %(name)s")
            )
            lines.append(Need(hall, "users", "wait", text % said, href, names.get(each.asked_by, "")))
    return lines


def _rounds(by: str, day: date) -> list[QuotaRound]:
    """Proposed and not published; or listed, and to be drawn from this day on."""
    proposed = Q(published_at=None) & ~Q(asked_by=by)
    to_draw = Q(closed_at__isnull=False, drawn_at=None, draw_on__lte=day) & ~Q(closed_by=by)
    rows = QuotaRound.objects.filter(proposed | to_draw, dropped_at=None).select_related("item")
    return list(rows.order_by("id")[:LOOKED_AT])


def _matters(who: Who, mine: list[Hall], day: date) -> list[Need]:
    """Drafts of 一件事 that nothing keeps from being published any more."""
    by = str(who.by)
    drafts = [row for row in matter_drafts.open_drafts() if by not in (row.entered_by, *row.editors.split())]
    if not drafts:
        return []
    changed = matter_drafts.items_changed(drafts)
    where = _handled(item.pk for both in changed.values() for items in both for item in items)
    names = names_of({row.entered_by for row in drafts})
    found = []
    for draft in drafts[:LOOKED_AT]:
        hall = _hall(who, mine, {code for items in changed[draft.pk] for code in _handle_all(items, where)})
        if hall is not None and (draft.retires or not matter_drafts.faults_of(draft.document, day=day)):
            text = _("Publish: %(name)s") % {"name": draft.document["name_en" if english() else "name_zh"]}
            href = reverse("office:matter", kwargs={"hall": hall.code, "matter_draft": draft.pk})
            found.append(Need(hall, "folder", "wait", text, href, names.get(draft.entered_by, "")))
    return found


def _handle_all(items: Iterable[Item], where: Mapping[int, list[str]]) -> set[str]:
    """Codes of the halls that handle all of these."""
    handled = [set(where.get(item.pk, ())) for item in items]
    return set.intersection(*handled) if handled else set()


def _handled(items: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = HallItem.objects.filter(item_id__in=list(items)).order_by("hall__order", "hall__code")
    for item_id, code in rows.values_list("item_id", "hall__code"):
        found.setdefault(item_id, []).append(code)
    return found


def _hall(who: Who, mine: list[Hall], handled: Iterable[str]) -> Hall | None:
    """Where they would do it; None where a hall that handles it lacks their right, or none of these does."""
    codes = list(handled)
    if not all(holds(who.grants, RIGHT, code) for code in codes):
        return None
    return next((hall for hall in mine if not codes or hall.code in codes), None)


def _shortened(found: list[Need]) -> list[Need]:
    if len(found) <= MOST:
        return found
    hall, n = found[0].hall, len(found) - MOST
    text = ngettext("%(n)s more draft to publish", "%(n)s more drafts to publish", n) % {"n": n}
    return [*found[:MOST], Need(hall, "files", "wait", text, reverse("office:item_drafts", kwargs={"hall": hall.code}))]
