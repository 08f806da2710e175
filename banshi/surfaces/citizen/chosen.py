"""办多件事: the matters that somebody picks out to begin in one go. They stay with the browser; nobody signs in for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.frames.bundle_words import BETWEEN, said_of
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import ItemLine, retiring
from banshi.rooms.catalogue.queries.together import chosen_of
from banshi.rooms.catalogue.rules.one_form import MOST_ITEMS
from banshi.rooms.catalogue.rules.together import Chosen, hindrances
from banshi.surfaces.citizen.doors import asked, page, public_page

KEY = "chosen"  # in the session: codes of items, in the order of the form
FOUND = 12
# Of one that is found: what stands between it and those that are chosen.
WHY_NOT = {
    "retired": pgettext_lazy("bundle", "No longer handled"),
    "season": pgettext_lazy("bundle", "Not received at this time of the year"),
    "nowhere": pgettext_lazy("bundle", "Handled in no hall"),
    "apart": pgettext_lazy("bundle", "No one hall handles it and those you chose"),
    "audience": pgettext_lazy("bundle", "Not for the same applicant as those you chose"),
}


@dataclass(frozen=True)
class Offered:
    """A matter that was found. `why`: what would stand in the way, "" where it goes with what is chosen."""

    line: ItemLine
    why: str


def codes_chosen(request: Any) -> list[str]:
    kept = request.session.get(KEY)
    return [str(each) for each in kept][:MOST_ITEMS] if isinstance(kept, list) else []


def forget(request: Any, codes: Sequence[str]) -> None:
    """What was begun is not chosen any more."""
    left = [each for each in codes_chosen(request) if each not in codes]
    if KEY in request.session:
        request.session[KEY] = left


@public_page
@require_GET
def chosen(request: Any) -> HttpResponseBase:
    """What is chosen, in its order; whether it goes together; and what else there is."""
    items = _items(codes_chosen(request))
    here = chosen_of(items, day=retiring.today(clock.now()))
    hindered = hindrances(here)
    q = asked(request, "q")
    context = {
        "items": items,
        "hindrances": said_of(hindered, items),
        "go": reverse("citizen:chosen-matter", args=[BETWEEN.join(each.code for each in items)])
        if len(items) > 1 and not hindered
        else "",
        "q": q,
        "offered": _offered(q, here) if q else [],
        "full": len(items) >= MOST_ITEMS,
        "most": MOST_ITEMS,
        "matters": catalogue.one_matters() if not items else [],
    }
    return page(request, "citizen/chosen.html", context)


def _items(codes: Sequence[str]) -> list[Item]:
    """Those there are, in this order."""
    rows = {row.code: row for row in Item.objects.filter(code__in=codes).select_related("department")}
    return [rows[code] for code in codes if code in rows]


def _offered(q: str, here: Sequence[Chosen]) -> list[Offered]:
    have = {each.code for each in here}
    found = [line for line in catalogue.search(q, limit=FOUND) if line.code not in have]
    rows = chosen_of(_items([line.code for line in found]), day=retiring.today(clock.now()))
    known, stands = {each.code: each for each in rows}, set(hindrances(here))
    offered = []
    for line in found:
        if line.code in known:
            more = [each for each in hindrances([*here, known[line.code]]) if each not in stands]
            offered.append(Offered(line, " · ".join(str(WHY_NOT[each.why]) for each in more)))
    return offered


@public_page
@require_POST
def change(request: Any) -> HttpResponseBase:
    """One more, one less, or one up: by the button that was pressed."""
    codes = codes_chosen(request)
    add, drop, up = (str(request.POST.get(name) or "")[:80] for name in ("add", "drop", "up"))
    if add and add not in codes:
        item = catalogue.item_by_code(add)
        if len(codes) < MOST_ITEMS:
            codes.append(item.code)
        else:
            messages.error(request, pgettext("bundle", "At most %(n)s matters in one go.") % {"n": MOST_ITEMS})
    if drop in codes:
        codes.remove(drop)
    if up in codes[1:]:
        at = codes.index(up)
        codes[at - 1], codes[at] = codes[at], codes[at - 1]
    request.session[KEY] = codes
    return redirect("citizen:chosen")
