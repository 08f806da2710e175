"""What every action on a zone stands on: the area's row, held, and how a wrong value is refused."""

from __future__ import annotations

from banshi.kernel.refusals import Refused
from banshi.rooms.places.models import SelfServiceArea


def locked(area: SelfServiceArea) -> SelfServiceArea:
    """The area's row, held: one after the other counts."""
    rows = SelfServiceArea.objects.select_for_update(no_key=True, of=("self",)).select_related("hall__region")
    return rows.get(pk=area.pk)


def invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
