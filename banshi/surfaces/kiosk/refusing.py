"""A no, as a page of its own: what cannot be, why, and what can be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import pgettext

from banshi.foundation import states
from banshi.foundation.closed import excused_words
from banshi.foundation.said import named
from banshi.foundation.times import day_words
from banshi.foundation.times import when as spoken_time
from banshi.foundation.words import words
from banshi.journeys.visit.when import when
from banshi.kernel.refusals import SLUGS, Alternative, Refusal, Refused
from banshi.rooms.calendars.rules import ClosedSlug
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import TicketView
from banshi.surfaces.kiosk import slips
from banshi.surfaces.kiosk.place import Place, page

NOT_NOW = ("out-of-season", "item-retired")


@dataclass(frozen=True)
class Way:
    """Something that is possible instead."""

    label: str
    href: str
    icon: str
    hint: str = ""


@dataclass(frozen=True)
class Early:
    """A matter booked for later today. `token`: whose appointment it is, and by what it was shown (`early.of`)."""

    item: str
    name: str
    token: str
    starts_at: datetime


def is_over(refused: Refused) -> bool:
    """Whether what is shown was checked in, and its number was given up or came to nothing."""
    return refused.slug == "already-checked-in" and bool({"left", "over"} & set(refused.facts))


def _spoken(refusal: Refusal, place: Place) -> Refusal:
    """Its times as people say them: 今天 9:15."""
    today = place.now.astimezone(ZoneInfo(place.hall.timezone)).date()
    return replace(refusal, facts={name: _as_said(value, today) for name, value in refusal.facts.items()})


def _as_said(fact: object, today: date) -> object:
    if isinstance(fact, datetime):
        return spoken_time(fact, today)
    return day_words(fact, today) if isinstance(fact, date) else fact


def refused_page(
    request: HttpRequest,
    place: Place,
    refused: Refused,
    *,
    again: str,
    category: str = "",
    item: str = "",
    early: Sequence[Early] = (),
    mine: Sequence[TicketView] = (),
    card: str = "",
    first: Sequence[Way] = (),
) -> HttpResponse:
    """The page of a refusal.

    :param again: where the person was; offered where trying again helps.
    :param item: the matter asked for.
    :param early: of somebody too early, what a walk-in number can be had for now.
    :param mine: numbers with which the person stands in line meanwhile.
    :param card: where numbers were taken by typing the document of the card: whose card it is (`typed.token_of`).
    :param first: what helps before everything else; nothing else is offered then.
    """
    title, detail = words(_spoken(refused.refusal, place), ZoneInfo(place.hall.timezone))
    if refused.slug == "too-early" and isinstance(refused.next, datetime):
        detail = ""  # the page says from when, in large type
    own = _of_a_matter(refused) if refused.slug in NOT_NOW else _own_words(refused)
    number, ref = _number(place, refused)
    slips.let(request, *(each.ref for each in mine), *([ref] if ref else []))
    context = {
        "title": own[0] or title,
        "detail": own[1] if own[0] else detail,
        "slug": refused.slug,
        "number": number,
        "opens": refused.next if isinstance(refused.next, datetime) else None,
        "slots": [] if isinstance(refused.next, datetime) else _slots(refused.next),
        "ways": list(first)
        or _to_numbers(place, mine) + _to_typed(place, card) + _ways(place, refused, again=again, ref=ref, early=early),
        "elsewhere": _elsewhere(place, item) if refused.slug in ("closed", "walk-ins-closed", "daily-limit") else [],
        "book_at": _book_at(refused, item),
        "steps": _instead_of_typing(refused),
    }
    return page(request, place, "refused.html", context, status=SLUGS[refused.slug])


def _slots(offered: object) -> list[Alternative]:
    return [each for each in offered if isinstance(each, Alternative)][:3] if isinstance(offered, (list, tuple)) else []


def _own_words(refused: Refused) -> tuple[str, str]:
    """Words that fit somebody who stands before a machine; ("", "") where the general ones do."""
    if refused.slug == "nothing-found" and "typed" in refused.facts:
        return pgettext("kiosk", "A typed number alone shows and prints nothing"), pgettext(
            "kiosk", "Anybody can type it."
        )
    if refused.slug == "code-wrong" and "print" in refused.facts:
        return pgettext("kiosk", "Code and card do not go together"), pgettext(
            "kiosk", "Check the digits, and lay the card of the person it is for on the reader."
        )
    if "cabinet" in refused.facts:
        return _of_the_cabinet(refused)
    if refused.slug == "nothing-found" and "case" in refused.facts:
        return pgettext("kiosk", "This case is not of this card"), pgettext(
            "kiosk", "Lay the card there of whoever it is for, or ask at the service desk."
        )
    if refused.slug == "nothing-found" and "renewed" not in refused.facts:
        if "reason" in refused.facts:
            return pgettext("kiosk", "No appointment found for today"), _reason(refused)
        return pgettext("kiosk", "No appointment found for today"), pgettext(
            "kiosk", "Check the number, or take a walk-in number."
        )
    if refused.slug == "already-checked-in" and "number" in refused.facts and not is_over(refused):
        return pgettext("kiosk", "You already have a number"), pgettext("kiosk", "It was given when you checked in.")
    if refused.slug == "not-allowed" and "slip" in refused.facts:
        words = refused.facts["permission"]
        return pgettext("kiosk", "Show it again"), named({"said_zh": words["zh"], "said_en": words["en"]}, "said")
    if refused.slug == "already-waiting":
        return pgettext("kiosk", "You already have a number"), pgettext("kiosk", "It is still waiting in this line.")
    if refused.slug == "rate-limited":
        return pgettext("kiosk", "Too many tries on this machine"), pgettext(
            "kiosk", "Wait a minute, or ask at the service desk."
        )
    if refused.slug == "closed" and "until" in refused.facts:  # by a closure: the hall itself may well be open
        return pgettext("kiosk", "Not served now"), excused_words() if "excused" in refused.facts else _reason(refused)
    if refused.slug == "closed":
        return states.word("hall", "closed"), _reason(refused)
    if refused.slug == "daily-limit":
        return pgettext("kiosk", "Today's numbers are all given"), pgettext(
            "kiosk", "Book a time for another day instead."
        )
    return "", ""


def _of_a_matter(refused: Refused) -> tuple[str, str]:
    """Out of season, or retired: which matter that is, and from when it is received again or what is applied for instead."""
    title, _detail = words(refused.refusal)
    item = catalogue.item_by_code(str(refused.facts["item"]))
    return named(item), f"{title}{pgettext('after a title', ': ')}{_reason(refused)}"


def _of_the_cabinet(refused: Refused) -> tuple[str, str]:
    if refused.slug == "code-wrong":
        return pgettext("kiosk", "This code opens nothing here"), pgettext(
            "kiosk",
            "Check the digits, and at which cabinet it lies. Once its time is over it lies at the issue window.",
        )
    if refused.slug == "nothing-found":
        return pgettext("kiosk", "No case of that number and phone here"), pgettext(
            "kiosk", "Check the number, the last four digits of its phone, and at which hall it is. Five tries an hour."
        )
    if refused.slug == "wrong-state":
        return pgettext("kiosk", "This case takes no papers here now"), pgettext(
            "kiosk",
            "Only papers that were checked online beforehand go in here. The page of the case says what comes next.",
        )
    if refused.slug == "door-stuck" and "papers" in refused.facts:  # nobody could put them in
        return pgettext("kiosk", "No door opens now"), pgettext("kiosk", "Keep the papers: hand them in at a window.")
    return "", ""


@dataclass(frozen=True)
class Step:
    """What somebody can do, in words."""

    said: str
    icon: str


def _instead_of_typing(refused: Refused) -> list[Step]:
    """How whoever typed a number comes to a slip: the same whatever there is, since a typed number tells nothing."""
    if refused.slug != "nothing-found" or "typed" not in refused.facts:
        return []
    booked = pgettext(
        "kiosk",
        "Booked: from %(minutes)s minutes before its time type the number and the last four digits of the phone given with it.",
    )
    return [
        Step(
            pgettext("kiosk", "Lay the ID card on the reader: today's number is shown, and can be printed again."),
            "id-card",
        ),
        Step(pgettext("kiosk", "Or scan the code on the slip, or that of the booking."), "scan-qr-code"),
        Step(booked % {"minutes": refused.facts["minutes"]}, "smartphone"),
        Step(
            pgettext(
                "kiosk", "Neither card nor slip: a guide or the service desk finds the number and prints it again."
            ),
            "printer",
        ),
    ]


def _reason(refused: Refused) -> str:
    """Why it is closed, unless it is only before or after hours: the page says from when, in large type."""
    reason = refused.facts.get("reason")
    if not isinstance(reason, Mapping) or refused.facts.get("slug") == ClosedSlug.OUTSIDE_HOURS:
        return ""
    return named({"reason_zh": reason.get("zh", ""), "reason_en": reason.get("en", "")}, "reason")


def _number(place: Place, refused: Refused) -> tuple[str, str]:
    """The number the person has already, and its ref."""
    if refused.slug not in ("already-waiting", "already-checked-in") or is_over(refused):
        return "", ""
    number = str(refused.facts.get("number", ""))
    if refused.facts.get("declared"):
        return number, ""  # whoever typed the document opens nothing by it
    day = place.now.astimezone(ZoneInfo(place.hall.timezone)).date()
    ref = Ticket.objects.filter(hall=place.hall, day=day, number=number).order_by("-id").values_list("ref", flat=True)
    return number, ref.first() or ""


def _to_numbers(place: Place, mine: Sequence[TicketView]) -> list[Way]:
    label = pgettext("kiosk", "Show number %(number)s")
    return [
        Way(label % {"number": each.number}, reverse("kiosk:slip", args=[place.hall.code, each.ref]), "ticket")
        for each in mine
    ]


def _to_typed(place: Place, card: str) -> list[Way]:
    if not card:
        return []
    label = pgettext("kiosk", "Numbers taken by typing this ID number")
    return [Way(label, f"{reverse('kiosk:claim', args=[place.hall.code])}?{urlencode({'card': card})}", "ticket")]


def _ways(place: Place, refused: Refused, *, again: str, ref: str, early: Sequence[Early]) -> list[Way]:
    ways = []
    code = place.hall.code
    if ref:
        ways.append(Way(pgettext("kiosk", "Show this number"), reverse("kiosk:slip", args=[code, ref]), "ticket"))
    if refused.slug == "nothing-found" and "typed" in refused.facts:
        ways.append(Way(pgettext("kiosk", "Lay the card or scan the code"), again, "id-card"))
    elif refused.slug in (
        "nothing-found",
        "identity-invalid",
        "identity-mismatch",
        "invalid",
        "code-wrong",
        "not-allowed",
    ):
        ways.append(Way(pgettext("kiosk", "Enter it again"), again, "rotate-ccw"))
    if refused.slug == "door-stuck" and "papers" not in refused.facts:
        ways.append(Way(pgettext("kiosk", "Try the door again"), again, "rotate-ccw"))
    renewed = "renewed" in refused.facts  # a number of one's own: no other is needed
    nothing_there = (
        "cabinet" not in refused.facts
        and refused.slug in ("nothing-found", "too-late", "wrong-state", "not-your-hall")
        and not renewed
    )
    over_elsewhere = refused.slug == "other-hall" and "state" in refused.facts
    if nothing_there or over_elsewhere or is_over(refused):
        ways.append(Way(pgettext("kiosk", "Take a walk-in number"), reverse("kiosk:walk-in", args=[code]), "ticket"))
    for each in early if refused.slug == "too-early" else ():
        label = pgettext("kiosk", "Take a walk-in number now")
        if len(early) > 1:
            label = pgettext("kiosk", "A walk-in number now: %(matter)s") % {"matter": each.name}
        query = urlencode({"item": each.item, "early": each.token})
        ways.append(Way(label, f"{reverse('kiosk:confirm', args=[code])}?{query}", "ticket"))
    if refused.slug == "item-retired" and "successor" in refused.facts:
        query = urlencode({"item": str(refused.facts["successor"])})
        label = pgettext("kiosk", "Apply for what takes its place")
        ways.append(Way(label, f"{reverse('kiosk:confirm', args=[code])}?{query}", "ticket"))
    if refused.slug in ("walk-ins-closed", "item-not-here", "daily-limit", *NOT_NOW):
        ways.append(Way(pgettext("kiosk", "Other business"), reverse("kiosk:walk-in", args=[code]), "layout-grid"))
    if refused.slug in ("closed", "walk-ins-closed", "daily-limit"):
        ways.append(Way(pgettext("kiosk", "I have booked"), reverse("kiosk:check-in", args=[code]), "scan-qr-code"))
    return ways


def _elsewhere(place: Place, item: str) -> list[dict[str, str | int | None]]:
    """Up to two halls of the same city that do this now."""
    if not item:
        return []
    city = place.hall.region.code[:4]
    chances = when(item_code=item, now=place.now)
    return [
        {"name": named(c), "waiting": c.waiting, "likely_s": c.likely_s, "at_most_s": c.at_most_s}
        for c in chances
        if c.open_now and c.hall != place.hall.code and c.region[:4] == city
    ][:2]


def _book_at(refused: Refused, item: str) -> str:
    """Address to book at with a phone, where booking is what helps."""
    if refused.slug not in ("closed", "walk-ins-closed", "daily-limit"):
        return ""
    return f"{settings.BANSHI_PUBLIC_URL}/book/{item}/" if item else f"{settings.BANSHI_PUBLIC_URL}/"
