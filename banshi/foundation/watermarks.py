"""Up to which day something that goes day by day has got: what is done is not looked at again, and nothing is left out."""

from __future__ import annotations

from datetime import date

from banshi.foundation.models import Watermark


def reached(name: str) -> date | None:
    """The last day that is done; None where it has not begun."""
    return Watermark.objects.filter(name=name).values_list("day", flat=True).first()


def reach(name: str, day: date) -> None:
    """This day is done, and all before it, and none after. In the transaction that does it."""
    Watermark.objects.update_or_create(name=name, defaults={"day": day})
