"""Why matters that somebody chose are not begun as one, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import pgettext_lazy

from banshi.foundation.said import english, named
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.rules.together import Hindrance

BETWEEN = "+"  # items in an address
WHY = {
    "retired": pgettext_lazy("bundle", "No longer handled: %(items)s"),
    "season": pgettext_lazy("bundle", "Not received at this time of the year: %(items)s"),
    "nowhere": pgettext_lazy("bundle", "Handled in no hall: %(items)s"),
    "apart": pgettext_lazy("bundle", "No one hall handles all of them; not together with the others: %(items)s"),
    "audience": pgettext_lazy("bundle", "Some are for people alone, others for organisations alone: %(items)s"),
}


def said_of(found: Sequence[Hindrance], items: Sequence[Item]) -> list[str]:
    names = {item.code: named(item) for item in items}
    between = ", " if english() else "、"
    return [str(WHY[each.why]) % {"items": between.join(names[code] for code in each.items)} for each in found]
