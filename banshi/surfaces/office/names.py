"""Names for actors: `staff:12` as the trail keeps it, “王敏” as people read it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from banshi.foundation.said import named
from banshi.rooms.identity.models import Staff


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Actor → name, in one query. Citizens stay nameless."""
    wanted = set(actors)
    ids = {int(each.split(":", 1)[1]) for each in wanted if each.startswith("staff:") and each[6:].isdecimal()}
    staff = {row.pk: row for row in Staff.objects.filter(id__in=ids).order_by("id")} if ids else {}
    kinds = {
        "system": _("the system's rules"),
        "citizen": _("a citizen"),
        "channel": _("another system"),
        "kiosk": _("a kiosk"),
        "demo": _("the demo"),
    }
    found = {}
    for each in wanted:
        kind, _colon, key = each.partition(":")
        member = staff.get(int(key)) if kind == "staff" and key.isdecimal() else None
        found[each] = named(member) if member is not None else kinds.get(kind, each)
    return found
