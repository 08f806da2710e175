"""My matters at the machine: the card is read; what waits for its holder, what is ready or under way, what can be rated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext, pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from banshi.foundation.said import named
from banshi.journeys.case.drop_slip import to_leave
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import CaseLine
from banshi.rooms.cases.rules.lifecycle import CASE, OPEN_TO_APPLICANT
from banshi.rooms.catalogue.models import OneMatter
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.feedback import queries as feedbacks
from banshi.rooms.feedback.queries import ToRate
from banshi.rooms.identity import queries as people
from banshi.surfaces.kiosk import cabinet, card, offering, printed, sitting
from banshi.surfaces.kiosk.place import Place, at_kiosk, not_too_often, page
from banshi.surfaces.kiosk.refusing import refused_page

MOST = 12  # cases on the page


@dataclass(frozen=True)
class Thing:
    """A case of theirs, or several that are filled in as one: `title` and `no` are what it goes by. `says`: whose turn it is,
    or where its result lies; `href`: the page on which it goes on; `does`: what one does there, "" what its state says."""

    case: Case
    line: CaseLine
    title: str
    no: str
    says: str
    href: str
    does: str = ""


@sensitive_post_parameters("presented", "chip")
@at_kiosk
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest, place: Place) -> HttpResponse:
    """The card, then what is theirs – or what they came for (`together`: a 一件事 that was found before the card was asked for).
    A number that is only typed opens nothing."""
    together = _came_for(request)
    if request.method == "GET":
        person = sitting.person_at(request, place)
        if person is None:
            return page(request, place, "mine_card.html", {"together": together})
        sitting.begin(request, place, person)
        if together:
            return redirect("kiosk:together", place.hall.code, together)
        return sitting.shown(request, place, "mine.html", _things(place, person))
    sitting.end(request)
    try:
        not_too_often(place)
        person = card.person_read(request, place)
    except card.NotRead as no:
        wrong = {"wrong": no.wrong, "together": together}
        return page(request, place, "mine_card.html", wrong, status=SLUGS["identity-invalid"])
    except Refused as no:
        return refused_page(request, place, no, again=reverse("kiosk:mine", args=[place.hall.code]))
    sitting.begin(request, place, person)
    if together:
        return redirect("kiosk:together", place.hall.code, together)
    return redirect("kiosk:mine", place.hall.code)


def _came_for(request: HttpRequest) -> str:
    """A 一件事 of the catalogue by its code; "" for none."""
    asked = (request.POST if request.method == "POST" else request.GET).get("together", "")[:60].replace("\0", "")
    return asked if asked and OneMatter.objects.filter(code=asked).exists() else ""


def theirs(place: Place, person: int) -> list[Case]:
    """What goes on of theirs in this hall, the newest first."""
    return list(_all(place, person).filter(phase__in=CASE.goes_on)[:50])


def to_rate(place: Place, person: int) -> list[ToRate]:
    """What of theirs is over, and can be rated here and now."""
    days = place.policy.rating.within_days
    lately = _all(place, person).filter(phase__in=CASE.ends, closed_at__gt=place.now - timedelta(days=days + 1))
    over = list(lately.exclude(received_at=None).order_by("-closed_at", "-id")[:50])
    return feedbacks.to_rate(over, within_days=days, now=place.now)


def _all(place: Place, person: int) -> QuerySet[Case]:
    """Their own, and those of the organisations they act for, whoever opened them."""
    own = [row.pk for row in people.documents_of(person)]
    return cases.at_window_of(person, own=own, hall=place.hall.code, today=place.today)


def their_case(place: Place, person: int, no: str) -> Case:
    """:raises Refused: nothing-found – it is not theirs, or of another hall."""
    found = _all(place, person).filter(no=no[:50].replace("\0", "")).first()
    if found is None:
        raise Refused("nothing-found", facts={"case": no[:50]})
    return found


def together(case: Case) -> bool:
    """一件事: filled in on one form with others, and sent with them."""
    return case.bundle_id is not None and case.phase == "draft"


def title_of(found: Bundle) -> str:
    """By which name it was begun; where matters were picked one by one, or it is offered no longer, how many they are."""
    matter = OneMatter.objects.filter(code=found.matter).first() if found.matter else None
    if matter is not None:
        return named(matter)
    n = found.cases.count()
    return ngettext("%(n)s matter as one", "%(n)s matters as one", n) % {"n": n}


def _things(place: Place, person: int) -> dict[str, Any]:
    rows, over = _heads(theirs(place, person))[:MOST], to_rate(place, person)[:MOST]
    lines = cases.lines([*rows, *(each.case for each in over)], now=place.now)
    things = [_thing(place, case, line) for case, line in zip(rows, lines[: len(rows)], strict=True)]
    ready = [each for each in things if each.case.phase == "ready"]
    wanted = [each for each in things if each not in ready and _waits_for_them(each.case)]
    return {
        "who": people.person(person).name,
        "parts": [
            (pgettext("kiosk", "Waits for you"), wanted),
            (pgettext("kiosk", "Ready"), ready),
            (pgettext("kiosk", "Under way"), [each for each in things if each not in wanted and each not in ready]),
            (
                pgettext("kiosk", "Over: how did it go?"),
                [_rated(place, each, line) for each, line in zip(over, lines[len(rows) :], strict=True)],
            ),
        ],
        "nothing": not things and not over,
        "on_phone": f"{settings.BANSHI_PUBLIC_URL}{reverse('citizen:cases')}",
        "prints": printed.prints(place),
        "deeds": offering.deeds(place),
    }


def _heads(rows: Iterable[Case]) -> list[Case]:
    """Of what is filled in on one form the first alone."""
    found: dict[tuple[str, int], Case] = {}
    for case in rows:
        found.setdefault(("bundle", case.bundle_id or 0) if together(case) else ("case", case.pk), case)
    return list(found.values())


def _waits_for_them(case: Case) -> bool:
    return case.fee_due_on is not None or cases.with_of(case) == "applicant"


def _thing(place: Place, case: Case, line: CaseLine) -> Thing:
    code, found = place.hall.code, case.bundle
    if together(case) and found is not None:
        says = pgettext("kiosk", "One form for all of it")
        return Thing(case, line, title_of(found), found.no, says, reverse("kiosk:bundle-form", args=[code, found.no]))
    return Thing(case, line, named(line, "item"), line.no, *_goes_on(place, case))


def _rated(place: Place, over: ToRate, line: CaseLine) -> Thing:
    """What can be rated. Of several sent as one it goes by the name of all of it."""
    case, found = over.case, over.case.bundle
    first = over.step == "rate"
    says, does = "" if first else pgettext("kiosk", "Rated; something to add?"), pgettext("kiosk", "Add to it")
    title, no = (title_of(found), found.no) if found is not None else (named(line, "item"), line.no)
    href = reverse("kiosk:rate", args=[place.hall.code, case.no])
    return Thing(case, line, title, no, says, href, pgettext("kiosk", "Rate") if first else does)


def _goes_on(place: Place, case: Case) -> tuple[str, str]:
    """What is said of it, and where it goes on."""
    code = place.hall.code
    if case.fee_due_on is not None:
        return pgettext("kiosk", "A fee is due: pay it here"), reverse("kiosk:pay", args=[code, case.no])
    if case.phase == "ready":
        return _ready(place, case)
    if case.phase in OPEN_TO_APPLICANT:
        return _missing(place, case), reverse("kiosk:form", args=[code, case.no])
    return _whose(case), reverse("kiosk:sent", args=[code, case.no])


def _missing(place: Place, case: Case) -> str:
    """Of a supplement what may be done with its papers here."""
    if case.phase != "supplement":
        return ""
    if case.brought_on is not None:
        return pgettext("kiosk", "What you brought lies here. The hall looks at it.")
    if to_leave(cases.still_owed(case, now=place.now)) and cabinet.here(place):
        return pgettext("kiosk", "Papers can go into the cabinet here")
    return ""


def _whose(case: Case) -> str:
    if case.tolerant and case.brought_on is None and cases.with_of(case) == "department":
        return pgettext("kiosk", "A paper is still to follow")
    match cases.with_of(case):
        case "applicant" if case.phase not in ("pre_passed", "await_receipt") or cases.to_bring(case):
            return pgettext("kiosk", "Bring the originals to a window")
        case "department":
            return named(case.department)
    return named(case.hall)


def _ready(place: Place, case: Case) -> tuple[str, str]:
    """Where the result lies; its code came with a message, and is shown nowhere else."""
    code = place.hall.code
    if deliveries.stay_of(case, "result") is not None and cabinet.here(place):
        return pgettext("kiosk", "In the cabinet: fetch it with the code"), reverse("kiosk:cabinet-fetch", args=[code])
    if printed.prints(place) and cases.handling_of_case(case).result.printable:
        return pgettext("kiosk", "Print it here with the code of the message"), reverse(
            "kiosk:print-result", args=[code]
        )
    row = deliveries.delivery_of(case)
    says = pgettext("kiosk", "At the issue window, place %(place)s") % {"place": row.place} if row is not None else ""
    return says, reverse("kiosk:sent", args=[code, case.no])
