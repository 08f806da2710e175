"""Booking in three screens: hall and time, who and confirm, and the appointment (appointments.py)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock, once, phones
from banshi.foundation.said import english
from banshi.frames.typed import int_or_none, key_or_none
from banshi.journeys.case import expecting
from banshi.journeys.hours.stops import stop_of
from banshi.kernel.policy import BookingPolicy
from banshi.kernel.refusals import Alternative, Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment, Hold, Slot
from banshi.rooms.booking.queries import SlotView, WaitView
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.catalogue.rules.guided import guided
from banshi.rooms.catalogue.rules.handling import Paper
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Mine
from banshi.rooms.insight import queries as insight
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen import choosing, credit, sent, turning
from banshi.surfaces.citizen.case_doors import answer_pairs
from banshi.surfaces.citizen.doors import ask_to_sign_in, asked, citizen_page, elder, language, near, page, public_page
from banshi.surfaces.citizen.forms import NewPerson, Waiting, WhoComes
from banshi.surfaces.citizen.matter import answers_of
from banshi.surfaces.citizen.proving import costs, day_of_form, slot_of_form, slot_of_path
from banshi.surfaces.citizen.refusals import NOBODY_CHOSEN, NOT_FILLED, Option, Panel, panel, unfilled, ways_on
from banshi.surfaces.citizen.retired import led_away
from banshi.surfaces.citizen.to_call import remember
from banshi.surfaces.citizen.which_hall import HallChoice, best_first

MOST_MATTERS = 10
NOTHING_SAID: Mapping[str, str] = {}
SLUG = re.compile(r"[A-Za-z0-9_-]{1,80}")


def _bookable_halls(item: Item) -> list[Hall]:
    rows = (
        HallItem.objects.filter(item=item, bookable=True)
        .select_related("hall__region")
        .order_by("hall__order", "hall__code")
    )
    return [row.hall for row in rows]


# --- 1: hall and time ---------------------------------------------------------------------------------------------


@public_page
@require_GET
def choose(request: Any, item: str) -> HttpResponseBase:
    """Which hall, which day, which period. A fragment for HTMX, the same part of the page otherwise."""
    found = catalogue.item_by_code(item)
    if (away := led_away(found, now=clock.now())) is not None:
        return away
    return choose_page(request, found, hall_code=request.GET.get("hall"), day=request.GET.get("day"), now=clock.now())


def choose_page(
    request: Any,
    item: Item,
    *,
    hall_code: str | None,
    day: str | None,
    now: datetime,
    refused: Refused | None = None,
    person_form: NewPerson | None = None,
    place: str = "window",
) -> HttpResponseBase:
    """:param person_form: who is to wait, as typed. :param place: where one is helped, unless the address says it."""
    halls, position = _bookable_halls(item), near(request)
    hall = next((h for h in halls if h.code == hall_code), halls[0] if len(halls) == 1 else None)
    asked_for = hall is not None
    choices: list[HallChoice] = []
    if len(halls) > 1 and not (request.htmx and asked_for):
        choices = best_first(halls, item_code=item.code, now=now, near=position)
        hall = hall or choices[0].hall
    near_query = [("near", request.GET["near"])] if position else []
    said = answers_of(request)
    near_query += answer_pairs(said)
    context: dict[str, Any] = {
        "item": item,
        "choices": choices,
        "chosen_hall": next((each for each in choices if each.hall == hall), None),
        "asked_for": asked_for,
        "near": position is not None,
        "near_query": urlencode(near_query),
        "hall": hall,
        "with_codes": _with_codes(request),
        "answers": said.items(),
    }
    if hall is None:
        return page(request, "citizen/choose.html", context | {"choice": None})
    withheld = _withheld(request, hall, now=now)
    one_matter = not context["with_codes"]  # several are done at the windows
    place = choosing.place_asked(hall, request.GET.get("place"), otherwise=place, now=now) if one_matter else "window"
    choice = choosing.choose(hall=hall, item_code=item.code, day=day, now=now, withheld=withheld, place=place)
    all_waits = _waits(request, hall, item, now=now)
    here = reverse("citizen:book", args=[item.code])
    base = f"{here}?{urlencode([('hall', hall.code), *near_query])}"
    context |= {
        "choice": choice,
        "ways": choosing.ways(hall, base, place, now=now) if one_matter else [],
        "closed": stop_of(hall, now, item=item.code),
        "base": f"{base}&place=video" if place == "video" else base,
        "take_url": reverse("citizen:take", args=[item.code]),
        "waits": [each for each in all_waits if each.day == choice.chosen.day],
        "kept_days": (kept_days := {each.day for each in all_waits if each.slot_id is not None}),
        "shut_days": choice.shut_but(kept_days),
        "offered_slots": set(),
    }
    names = {each.pk: each.name for each in people.people_of(request.who.account_id)} if context["waits"] else {}
    context |= {
        "kept_slots": {each.slot_id for each in context["waits"]},
        "account_people": names,
        "waiting_people": _waiting_people(request, item, choice, context["waits"], now=now),
        "person_form": person_form or sent.again(request, NewPerson, reverse("citizen:join-waiting", args=[item.code])),
    }
    context["all_wait"] = bool(names) and not context["waiting_people"]
    if refused is not None:
        context |= {"came_by": f"{context['base']}&{urlencode({'day': choice.chosen.day.isoformat()})}"}
        if sent.field_of(refused) == "who" and context["waiting_people"]:
            context["who_wrong"] = NOBODY_CHOSEN["en" if english() else "zh"]
        elif person_form is not None and sent.beside(person_form, refused):
            context["panel"] = _panel(unfilled(NOT_FILLED), item, hall, now=now)
        else:
            context["panel"] = _panel(refused, item, hall, now=now, said=answers_of(request))
    elif (bar := credit.barred(request.who.account_id, hall, now=now)) is not None:
        context["panel"] = _panel(Refused(bar), item, hall, now=now)  # before a time is chosen in vain
    template = "citizen/_choose.html" if request.htmx else "citizen/choose.html"
    turns = [*choosing.turns(choice, now=now), *turning.of_halls(each.now for each in choices)]
    answer = page(request, template, context, hall=hall, refused=refused, turns=turns)
    return remember(answer, hall) if asked_for else answer


def _waits(request: Any, hall: Hall, item: Item, *, now: datetime) -> list[WaitView]:
    """What this account waits for here, on any day."""
    if request.who.account_id is None:
        return []
    return bookings.waits_for(request.who.account_id, hall=hall, item_code=item.code, now=now)


def _waiting_people(
    request: Any, item: Item, choice: choosing.Choice, waits: Sequence[WaitView], *, now: datetime
) -> list[Mine]:
    """Whom the account may put on the list: its people who do not wait yet."""
    if not choice.can_wait or request.who.account_id is None:
        return []
    there = {each.person_id for each in waits}
    those = _people_for(request, [item.code], choice.chosen.day, now=now)
    return [each for each in those if each.pk not in there]


def _people_for(request: Any, items: Sequence[str], day: date, *, now: datetime) -> list[Mine]:
    """Whom the account may book these matters for on a day: of an agent's clients those whose mandate covers them."""
    mine = people.people_of(request.who.account_id)
    today = timezone.localtime(now).date()
    only = people.clients_for(request.who.account_id, items=items, until=day, today=today)
    return mine if only is None else [each for each in mine if each.pk in only]


def _with_codes(request: Any) -> list[str]:
    """Further matters for the same visit, as chosen so far."""
    listed = request.POST.getlist("with") if request.method == "POST" else request.GET.getlist("with")
    return list(dict.fromkeys(code for code in listed if SLUG.fullmatch(code)))[:MOST_MATTERS]


def _confirm_url(item: str, slot_id: int, also: Sequence[str] = (), said: Mapping[str, str] = NOTHING_SAID) -> str:
    return reverse("citizen:confirm", args=[item, slot_id]) + _along(also, said)


def _along(also: Sequence[str], said: Mapping[str, str]) -> str:
    """What goes along from page to page: further matters, and what was said to the questions of the first."""
    parts = [*(("with", code) for code in also), *answer_pairs(said)]
    return f"?{urlencode(parts)}" if parts else ""


def _with_chances(refused: Refused, item: Item, slot: Slot, *, now: datetime) -> Refused:
    """The same refusal with the nearest quiet periods, where it is about the time and names none itself."""
    if refused.next or refused.slug not in TIME_IS_THE_TROUBLE:
        return refused
    near = bookings.alternatives(hall=slot.hall, item_code=item.code, near=slot.starts_at, now=now, place=slot.place)
    return Refused(refused.slug, facts=refused.facts, next=near)


def _choose_url(item: str, slot: Slot, said: Mapping[str, str] = NOTHING_SAID) -> str:
    where = [("place", "video")] if slot.place == "video" else []
    query = urlencode([("hall", slot.hall.code), ("day", slot.day.isoformat()), *where, *answer_pairs(said)])
    return f"{reverse('citizen:book', args=[item])}?{query}"


def _panel(
    refused: Refused,
    item: Item,
    hall: Hall,
    *,
    now: datetime,
    also: Sequence[str] = (),
    said: Mapping[str, str] = NOTHING_SAID,
) -> Panel:
    zone = ZoneInfo(hall.timezone)
    choose_again = Option(
        gettext("Other times"), f"{reverse('citizen:book', args=[item.code])}?{urlencode({'hall': hall.code})}"
    )

    def href(slot: Alternative) -> str:
        return _confirm_url(item.code, slot.slot_id, also, said)

    about_time = refused.slug in TIME_IS_THE_TROUBLE
    return panel(
        refused,
        today=now.astimezone(zone).date(),
        zone=zone,
        href=href,
        more=(*ways_on(refused), *((choose_again,) if about_time else ())),
    )


TIME_IS_THE_TROUBLE = frozenset(
    {
        "slot-full",
        "not-open-yet",
        "past",
        "same-day",
        "cut-off",
        "closed",
        "limit-half-day",
        "hold-expired",
        "same-time",
    }
)


@public_page
@require_POST
@costs("hold", slot_of_form)
def take(request: Any, item: str) -> HttpResponseBase:
    """A period was tapped: keep a place for whoever is signed in, and go on. Others sign in first, without a hold."""
    now = clock.now()
    sent.spare(request)  # another period is chosen for the same form
    slot = _slot(request.POST.get("slot"))
    found = catalogue.item_by_code(item)
    onward = _confirm_url(found.code, slot.pk, _with_codes(request), answers_of(request))
    if request.who.account_id is None:
        return ask_to_sign_in(onward)
    try:
        _hold(request, slot, now=now)
    except Refused as refused:
        shown = _with_chances(refused, found, slot, now=now)
        return choose_page(
            request, found, hall_code=slot.hall.code, day=slot.day.isoformat(), now=now, refused=shown, place=slot.place
        )
    return redirect(onward)


def _slot(given: Any) -> Slot:
    """:raises Http404: no such slot."""
    key = key_or_none(str(given or ""))
    slot = Slot.objects.select_related("hall").filter(id=key).first() if key is not None else None
    if slot is None:
        raise Http404
    return slot


def _withheld(request: Any, hall: Hall, *, now: datetime) -> dict[int, Hold]:
    """The places that are kept, after a cancellation, for whom this account books; by slot."""
    if request.who.account_id is None:
        return {}
    return bookings.withheld_for(request.who.account_id, hall=hall, now=now)


def _hold(request: Any, slot: Slot, *, now: datetime) -> None:
    """Keep a place and remember it in the session; none for whoever could not book with it."""
    kept = _kept(request, slot, now=now)
    if kept is not None:
        return
    bar = credit.barred(request.who.account_id, slot.hall, now=now)
    if bar is not None:
        raise Refused(bar)
    hold = _withheld(request, slot.hall, now=now).get(slot.pk)
    if hold is None:
        hold = booking.hold(slot_id=slot.pk, account_id=request.who.account_id, now=now)
    request.session["hold"] = {"id": hold.pk, "slot": slot.pk, "until": hold.expires_at.isoformat()}


@dataclass(frozen=True)
class Kept:
    """A place kept for this session. `left_s` in hall seconds."""

    id: int
    until: datetime
    left_s: int


def _kept(request: Any, slot: Slot, *, now: datetime) -> Kept | None:
    kept = request.session.get("hold")
    if not isinstance(kept, dict) or kept.get("slot") != slot.pk:
        return None
    until = datetime.fromisoformat(kept["until"])
    if until <= now:
        return None
    # The same account may have given it up, or taken another place, in another window.
    if not Hold.objects.filter(id=int(kept["id"]), ended_at=None).exists():
        return None
    return Kept(int(kept["id"]), until, int((until - now).total_seconds()))


def _keep_on(request: Any, slot: Slot, kept: Kept | None, *, now: datetime) -> Kept | None:
    """In large type nothing is in a hurry: the place is kept as long as the page is open, and again after the phone slept."""
    hold = booking.keep_on(hold_id=kept.id, account_id=request.who.account_id, now=now) if kept else None
    if hold is not None:
        request.session["hold"] = {"id": hold.pk, "slot": slot.pk, "until": hold.expires_at.isoformat()}
    elif Hold.objects.filter(id=_held_once(request, slot) or 0, outcome__in=["", "expired"]).exists():
        # Not where another window has booked with it, given it back, or taken another place.
        with suppress(Refused):
            _hold(request, slot, now=now)
    return _kept(request, slot, now=now)


def _held_once(request: Any, slot: Slot) -> int | None:
    """The hold this window was told of for the slot, whatever became of it: booking says so if it is gone."""
    kept = request.session.get("hold")
    return int(kept["id"]) if isinstance(kept, dict) and kept.get("slot") == slot.pk else None


# --- 2: who, and confirm ------------------------------------------------------------------------------------------


def _given_up(request: Any, item: str, slot: int) -> str:
    account = request.session.get("account")  # of the citizen, whoever else this browser is signed in as
    return bookings.gone_from(slot, account_id=int(account)) if account else ""


@once.until(_given_up)
@citizen_page
@require_http_methods(["GET", "POST"])
@costs("book", slot_of_path)
def confirm(request: Any, item: str, slot: int) -> HttpResponseBase:
    """Who comes, what to bring; confirming books."""
    now = clock.now()
    found = catalogue.item_by_code(item)
    row = _slot(slot)
    if request.method == "POST":
        return _place(request, found, row, now=now)
    within = reverse("citizen:book", args=[found.code])  # at another time of the same matter, too
    return _confirm_page(request, found, row, form=sent.again(request, WhoComes, within=within), now=now)


def _confirm_page(
    request: Any,
    item: Item,
    slot: Slot,
    *,
    form: WhoComes,
    now: datetime,
    refused: Refused | None = None,
) -> HttpResponseBase:
    hall = slot.hall
    also = [catalogue.item_by_code(code) for code in _with_codes(request)]
    mine = _people_for(request, [item.code, *(each.code for each in also)], slot.day, now=now)
    view = _slot_view(request, item, slot, now=now)
    policy = places.policy_of(hall.pk, now=now)
    bar = credit.barred(request.who.account_id, hall, now=now)
    kept = _kept(request, slot, now=now) if bar is None else None
    answers = answers_of(request)
    most = catalogue.hall_item(hall.pk, item.code).most_persons
    chosen = _number(form["persons"].value())
    context = {
        "most_persons": 1 if also else most,
        "persons_choices": range(1, most + 1),
        "persons_chosen": chosen,
        "persons_kept": chosen if also and 1 < chosen <= most else 0,
        "item": item,
        "also": also,
        "slot": slot,
        "view": view,
        "hall": hall,
        "people": mine,
        "who_chosen": form["who"].value() or (str(mine[0].pk) if mine else "new"),
        "form": form,
        "guide": catalogue.guide(item),
        "papers": _situation_papers(item, answers),
        "answers": answers.items(),
        "also_guides": [catalogue.guide(each) for each in also],
        "policy": policy.booking,
        "kept": kept,
        "can_add": slot.place == "window" and len(also) + 1 < policy.booking.matters_per_visit,
    }
    if bar is not None:
        context |= {"panel": _panel(Refused(bar), item, hall, now=now), "shut": True}
    elif refused is not None:
        said = unfilled(NOT_FILLED) if sent.beside(form, refused) else refused
        context["panel"] = _panel(said, item, hall, now=now, also=[each.code for each in also], said=answers)
    elif view is not None and view.refusal is not None and kept is None:
        # A page left open, or a link that came too late: say so before anything is typed.
        refused = _with_chances(Refused(view.refusal), item, slot, now=now)
        context |= {
            "panel": _panel(refused, item, hall, now=now, also=[each.code for each in also], said=answers),
            "shut": True,
        }
        refused = None
    return page(request, "citizen/confirm.html", context, hall=hall, refused=refused)


def _situation_papers(item: Item, said: Mapping[str, str]) -> list[Paper] | None:
    """What the situation takes that was told on the way here; None: nothing was, or not all."""
    found = guided(catalogue.handling_of(item), said) if said else None
    return list(found.materials) if found is not None and found.complete else None


def _slot_view(request: Any, item: Item, slot: Slot, *, now: datetime) -> SlotView | None:
    kept = _withheld(request, slot.hall, now=now)
    views = bookings.slots(
        hall=slot.hall, item_code=item.code, first=slot.day, last=slot.day, now=now, kept=kept, place=slot.place
    )
    return next((each for each in views if each.id == slot.pk), None)


def _place(request: Any, item: Item, slot: Slot, *, now: datetime) -> HttpResponseBase:
    form = WhoComes(request.POST)
    if not form.is_valid():
        return _confirm_page(request, item, slot, form=form, now=now, refused=unfilled(NOT_FILLED))
    held = _held_once(request, slot)
    codes = [item.code, *[code for code in _with_codes(request) if code != item.code]]
    try:
        with transaction.atomic():
            person = _person(request, form, places.policy_of(slot.hall_id, now=now).booking, now=now)
            said = _answers(request, item, slot, person)
            placed = _place_all(request, slot, codes, person, held, said, now=now)
    except Refused as refused:
        return _confirm_page(request, item, slot, form=form, now=now, refused=refused)
    request.session.pop("hold", None)
    expecting.brings(appointment=placed.code, by=request.who.by, now=now)
    return redirect(f"{reverse('citizen:appointment', args=[placed.code])}?new=1")


def _person(request: Any, form: WhoComes, policy: BookingPolicy, *, now: datetime) -> identity.Enrolled:
    """The chosen one of the account's people, or the person typed in, who is remembered with the account.

    :raises Refused: identity-invalid, phone-invalid, too-many-people; invalid where nobody was chosen or the name cannot be one.
    """
    account_id, who = request.who.account_id, form.cleaned_data["who"]
    if who != "new":
        mine = {str(each.pk): each for each in people.people_of(account_id)}
        if who not in mine:
            raise unfilled(NOBODY_CHOSEN, field="who")
        return identity.Enrolled(mine[who].pk, mine[who].name, None)
    given = form.cleaned_data
    phone = phones.reachable(given["phone"]) if given["phone"] else None
    return replace(_typed(request, form, policy, now=now), phone=phone)


def _typed(request: Any, form: NewPerson, policy: BookingPolicy, *, now: datetime) -> identity.Enrolled:
    """Somebody typed in, who is remembered with the account.

    :raises Refused: identity-invalid, too-many-people; invalid (name).
    """
    given = form.cleaned_data
    return identity.add_typed(
        account_id=request.who.account_id,
        name=given["name"],
        id_type=given["id_type"],
        id_number=given["id_number"],
        now=now,
        policy=policy,
    )


def _number(said: Any) -> int:
    """How many come together; one where nothing is said."""
    found = int_or_none(str(said or ""), 0, 999)
    return 1 if found is None else found


def _answers(request: Any, item: Item, slot: Slot, person: identity.Enrolled) -> Mapping[str, str]:
    """What is known of the situation: what was said on the way here, else in the case whose papers the booking brings. What
    are no answers to this item's questions any more are none."""
    said = answers_of(request) or expecting.answers(
        account_id=request.who.account_id, person_id=person.id, item_id=item.pk, hall=slot.hall, now=clock.now()
    )
    return guided(catalogue.handling_of(item), said).answers


def _place_all(
    request: Any, slot: Slot, codes: list[str], person: identity.Enrolled, hold_id: int | None,
    said: Mapping[str, str], *, now: datetime,
) -> Appointment:  # fmt: skip
    if Hold.objects.filter(id=hold_id or 0, kind="withheld").exclude(person_id=person.id).exists():
        hold_id = None  # somebody else comes in that period
    shared: dict[str, Any] = {
        "slot_id": slot.pk, "person_id": person.id, "name": person.name, "contact": person.phone, "source": "web",
        "by": request.who.by, "now": now, "account_id": request.who.account_id, "language": language(),
        "hold_id": hold_id, "answers": said,
    }  # fmt: skip
    if len(codes) == 1:
        return booking.place(item_code=codes[0], persons=_number(request.POST.get("persons")), **shared)
    return booking.place_several(item_codes=codes, **shared)[0]


@citizen_page
@require_POST
@costs("hold", slot_of_path)
def hold(request: Any, item: str, slot: int) -> HttpResponseBase:
    """Keep the place of a confirm page that was reached without a hold (after signing in): the countdown."""
    now = clock.now()
    found = catalogue.item_by_code(item)
    row = _slot(slot)
    try:
        _hold(request, row, now=now)
    except Refused as refused:
        shown = _with_chances(refused, found, row, now=now)
        context = {"panel": _panel(shown, found, row.hall, now=now)}
        return page(request, "citizen/_kept.html", context, hall=row.hall, refused=refused)
    shown_kept = {"kept": _kept(request, row, now=now), "slot": row, "item": found}
    return page(request, "citizen/_kept.html", shown_kept, hall=row.hall)


@citizen_page
@require_GET
def kept(request: Any, item: str, slot: int) -> HttpResponseBase:
    """Whether the place of an open confirm page is still kept; asked again and again while it is open."""
    now = clock.now()
    row = _slot(slot)
    still = _kept(request, row, now=now)
    if elder(request):
        still = _keep_on(request, row, still, now=now)
    context = {"kept": still, "slot": row, "item": catalogue.item_by_code(item), "gone": still is None}
    return page(request, "citizen/_kept.html", context, hall=row.hall)


@citizen_page
@require_POST
def give_back(request: Any, item: str, slot: int) -> HttpResponseBase:
    """Leave the confirm page: the kept place is free again at once."""
    row = _slot(slot)
    now = clock.now()
    kept = _kept(request, row, now=now)
    if kept is not None:
        request.session.pop("hold", None)
        with suppress(Refused):  # a place kept after a cancellation stays until its time
            booking.give_back(hold_id=kept.id, now=now)
    return redirect(_choose_url(item, row))


@citizen_page
@require_POST
def typed(request: Any, item: str, slot: int) -> HttpResponseBase:
    """On to another matter, without one, or to other times, and back: what was typed stays."""
    found, row, also = catalogue.item_by_code(item), _slot(slot), _with_codes(request)
    sent.keep(request)
    go, _, code = str(request.POST.get("go", "")).partition(":")
    said = answers_of(request)
    if go == "times":
        return redirect(_choose_url(found.code, row, said))
    if go == "without":
        return redirect(_confirm_url(found.code, row.pk, [each for each in also if each != code], said))
    return redirect(reverse("citizen:more-matters", args=[found.code, row.pk]) + _along(also, said))


@citizen_page
@require_GET
def more_matters(request: Any, item: str, slot: int) -> HttpResponseBase:
    """Search for another matter of the same hall, to be done in the same visit."""
    row = _slot(slot)
    found = catalogue.item_by_code(item)
    also, said = _with_codes(request), answers_of(request)
    q = asked(request, "q")
    lines = catalogue.search(q, hall=row.hall.code, limit=8) if q else insight.popular(row.hall.code, now=clock.now())
    offered = [
        (line, _confirm_url(found.code, row.pk, [*also, line.code], said))
        for line in lines
        if line.bookable and line.code != found.code and line.code not in also
    ]
    context = {"item": found, "slot": row, "q": q, "offered": offered, "also": also, "answers": said.items()}
    template = "citizen/_more_matters.html" if request.htmx else "citizen/more_matters.html"
    return page(request, template, context, hall=row.hall)


# --- waiting list (候补) ------------------------------------------------------------------------------------------


@public_page
@require_POST
@costs("wait", day_of_form)
def join_waiting(request: Any, item: str) -> HttpResponseBase:
    """Wait for a place on a full day; the place is offered by message when one comes free."""
    now = clock.now()
    found = catalogue.item_by_code(item)
    form = Waiting(request.POST)
    form.is_valid()
    day = form.cleaned_data["day"].isoformat() if "day" in form.cleaned_data else None
    hall_code = form.cleaned_data.get("hall")
    if request.who.account_id is None:
        query = urlencode({k: v for k, v in {"hall": hall_code, "day": day}.items() if v})
        return ask_to_sign_in(f"{reverse('citizen:book', args=[found.code])}?{query}")
    mine = {each.pk for each in people.people_of(request.who.account_id)}
    typed = None if mine or "id_number" not in request.POST else NewPerson(request.POST)
    if typed is not None and not typed.is_valid():
        wrong = unfilled(NOT_FILLED, field=next(iter(typed.errors)))
        return choose_page(request, found, hall_code=hall_code, day=day, now=now, refused=wrong, person_form=typed)
    if not form.is_valid() or (typed is None and form.cleaned_data["who"] not in mine):
        wrong = unfilled(NOBODY_CHOSEN, field="who")
        return choose_page(request, found, hall_code=hall_code, day=day, now=now, refused=wrong)
    hall = places.hall_by_code(form.cleaned_data["hall"])
    try:
        with transaction.atomic():
            person_id = form.cleaned_data["who"]
            if typed is not None:
                person_id = _typed(request, typed, places.policy_of(hall.pk, now=now).booking, now=now).id
            booking.join_waiting(
                hall=hall, item_code=found.code, day=form.cleaned_data["day"], person_id=person_id,
                account_id=request.who.account_id, by=request.who.by, now=now, language=language(),
            )  # fmt: skip
    except Refused as refused:
        return choose_page(request, found, hall_code=hall.code, day=day, now=now, refused=refused, person_form=typed)
    return redirect(f"{reverse('citizen:appointments')}#waiting")
