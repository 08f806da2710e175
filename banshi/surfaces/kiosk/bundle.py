"""一件事 at the machine: its one form, its papers each once, checked and sent as one; then how each of its cases goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from banshi.foundation.said import named
from banshi.frames.bundle_fields import known_by_card, lines_of, merged, typed_in, write
from banshi.frames.case_fields import Line, card_for
from banshi.frames.facts_offered import NOTHING, FactsOffered, offer_jointly
from banshi.journeys.case import at_machine, bundles, consenting, from_library, renewing
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.ports import PrinterTrouble, Slip
from banshi.surfaces.kiosk import handing_in, papers, sitting
from banshi.surfaces.kiosk.handing_in import Wanted
from banshi.surfaces.kiosk.mine import their_case, title_of
from banshi.surfaces.kiosk.place import Place
from banshi.surfaces.kiosk.screens import filled_in, screens_of


def theirs(place: Place, person: int, no: str) -> tuple[Bundle, list[Case]]:
    """:raises Refused: nothing-found – also where one case of it alone is not theirs, or it is another hall's."""
    found = cases.bundle_by_no(no[:50].replace("\0", ""))
    return found, [their_case(place, person, case.no) for case in cases.cases_of(found)]


def is_draft(rows: Sequence[Case]) -> bool:
    return any(case.phase == "draft" for case in rows)


def lines_at(
    place: Place,
    found: Bundle,
    rows: Sequence[Case],
    *,
    all_faults: bool = False,
    typed: Mapping[str, str] | None = None,
) -> list[Line]:
    known = known_by_card(rows, today=place.today)
    return lines_of(found, rows, known=known, today=place.today, all_faults=all_faults, typed=typed)


def on_phone(found: Bundle, page: str = "bundle") -> str:
    return f"{settings.BANSHI_PUBLIC_URL}{reverse(f'citizen:{page}', args=[found.no])}"


# --- The one form -----------------------------------------------------------------------------------------------


class OneFormOfAll:
    """As `screens.Filling`: each field once, written in every case that asks for it."""

    def __init__(self, place: Place, found: Bundle, rows: Sequence[Case]) -> None:
        self.place, self.found, self.rows = place, found, rows
        args = [place.hall.code, found.no]
        self.title, self.on_phone = title_of(found), on_phone(found, "bundle-form")
        self.here, self.done = reverse("kiosk:bundle-form", args=args), reverse("kiosk:bundle-papers", args=args)
        self.back = reverse("kiosk:mine", args=args[:1])

    def lines(self, *, all_faults: bool = False, typed: Mapping[str, str] | None = None) -> list[Line]:
        return lines_at(self.place, self.found, self.rows, all_faults=all_faults, typed=typed)

    def save(self, post: Mapping[str, str]) -> tuple[Mapping[str, str], Refused | None]:
        place = self.place
        values, marks = typed_in(post, self.rows, known_by_card(self.rows, today=place.today))
        try:
            known = card_for(self.rows[0], today=place.today)
            _, merge = write(self.found, values, marks, known=known, by=place.by, now=place.now)
        except Refused as refused:
            self._read()  # what was typed stays on the page, whatever kept it from being kept
            if not is_draft(self.rows):
                raise
            unkept = merged(self.found, self.rows, values, marks)
            return unkept.changes | unkept.clashes, refused
        self._read()
        clash = Refused("changed-meanwhile", facts={"bundle": self.found.no}) if merge.clashes else None
        return merge.clashes, clash

    def facts(self) -> FactsOffered:
        if self.found.organisation_id is not None:
            return NOTHING
        return offer_jointly(self.rows, by=self.place.by, today=self.place.today)

    def consent(self, *, agree: bool) -> None:
        if self.found.organisation_id is not None:  # the card opens what is its holder's
            raise Refused("consent-missing")
        if agree:
            consenting.agree_jointly(bundle_no=self.found.no, consent=True, by=self.place.by, now=self.place.now)
            return
        draft = next((case for case in self.rows if case.phase == "draft"), self.rows[0])
        consenting.take_back(case_no=draft.no, by=self.place.by, now=self.place.now)

    def _read(self) -> None:
        self.found = cases.bundle_by_no(self.found.no)
        self.rows = cases.cases_of(self.found)


@sitting.by_card
def form(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """One screen of it, as the form of one case."""
    found, rows = theirs(place, person, no)
    if not is_draft(rows):
        return redirect("kiosk:bundle-sent", place.hall.code, no)
    return filled_in(request, place, OneFormOfAll(place, found, rows))


# --- Its papers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shared:
    """A paper by its shared name: as it stands in the case it is sent through, and for how many it counts."""

    wanted: Wanted
    case: Case
    serves: int = 1

    @property
    def lacks(self) -> bool:
        return bool(handing_in.lacking([self.wanted]))


def shared_papers(place: Place, rows: Sequence[Case]) -> list[Shared]:
    """Each once, in the order of the cases; of a paper that did not come for one of them, that one's."""
    names = {part.item: part.papers for part in cases.one_of(rows).parts}
    found: dict[str, Shared] = {}
    for case in rows:
        for each in handing_in.wanted(place, case) if case.phase == "draft" else ():
            name, mine = names[case.item.code][each.row.code], Shared(each, case)
            there = found.get(name)
            if there is not None:
                lead = mine if there.wanted.there and not each.there else there
                mine = replace(lead, serves=there.serves + 1)
            found[name] = mine
    return list(found.values())


@sitting.by_card
def papers_of_all(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """What has to come, and how; POST takes what the authorities hold for all of it, with consent.

    :raises Refused: as `from_library.use`.
    """
    found, rows = theirs(place, person, no)
    if not is_draft(rows):
        return redirect("kiosk:bundle-sent", place.hall.code, no)
    if request.method == "POST":
        if "promise" in request.POST:
            return _promised(request, place, found, rows)
        return _take_held(request, place, found, rows)
    shown = shared_papers(place, rows)
    lacks = any(each.lacks for each in shown)
    context = {
        "bundle": found,
        "title": title_of(found),
        "papers": shown,
        "held": [each for each in shown if each.wanted.held is not None],
        "unsigned": request.GET.get("unsigned", "")[:60],
        "by_file": any(each.wanted.by_file and not each.wanted.there for each in shown),
        "first": "held" if any(each.wanted.held for each in shown) else "files" if lacks else "check",
        "stick": papers.Step(place.hall.code, person, (place.now + papers.LASTS).isoformat()).sealed(),
        "on_phone": on_phone(found, "bundle-papers"),
        "back": f"{reverse('kiosk:bundle-form', args=[place.hall.code, no])}?at=0",
    }
    return sitting.shown(request, place, "bundle_papers.html", context)


def _promised(request: Any, place: Place, found: Bundle, rows: Sequence[Case]) -> HttpResponse:
    """告知承诺 in one of its cases, which counts in all that ask for the paper. :raises Refused: nothing-found."""
    case = next((each for each in rows if each.no == request.POST.get("case") and each.phase == "draft"), None)
    if case is None:
        raise Refused("nothing-found")
    here = reverse("kiosk:bundle-papers", args=[place.hall.code, found.no])
    return handing_in.promised(request, place, case, here=here)


def _take_held(request: Any, place: Place, found: Bundle, rows: Sequence[Case]) -> HttpResponse:
    if found.organisation_id is not None:  # the card opens what is its holder's
        raise Refused("consent-missing")
    if "earlier" in request.POST:
        case = next((each for each in rows if each.no == request.POST.get("case")), None)
        if case is None:
            raise Refused("nothing-found")
        handing_in.take_again(request, place, case)
        return redirect("kiosk:bundle-papers", place.hall.code, found.no)
    with transaction.atomic():
        for case in rows:
            if case.phase == "draft":
                consent = request.POST.get("consent") == "1"
                from_library.use(case_no=case.no, consent=consent, by=place.by, now=place.now)
    return redirect("kiosk:bundle-papers", place.hall.code, found.no)


# --- Check and send ---------------------------------------------------------------------------------------------


@sitting.by_card
def check(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """All of it once more; POST sends it all, or nothing. Pressed twice it is sent once."""
    found, rows = theirs(place, person, no)
    if not is_draft(rows):
        return redirect("kiosk:bundle-sent", place.hall.code, no)
    if request.method == "GET":
        context = {**_checked(place, found, rows), **handing_in.how_decided(request, place, rows)}
        return sitting.shown(request, place, "bundle_check.html", context)
    if request.GET.get("renew") == "1":
        return _renewed(place, found, rows)
    if at_machine.decides_at_once(rows) and not handing_in.may_send(request, place):
        return sitting.show_first(place, f"{request.path}?shown=1")
    try:
        at_machine.card_read([each.no for each in rows], by=place.by, now=place.now)
        bundles.submit_bundle(bundle_no=found.no, by=place.by, now=place.now)
    except Refused as refused:
        if refused.slug == "wrong-state":  # sent on the telephone meanwhile
            return redirect("kiosk:bundle-sent", place.hall.code, no)
        return _not_sent(request, place, found, refused)
    return redirect(f"{reverse('kiosk:bundle-sent', args=[place.hall.code, no])}?new=1")


def _checked(place: Place, found: Bundle, rows: Sequence[Case]) -> dict[str, Any]:
    items = {case.item.code: case.item for case in rows}
    shown = shared_papers(place, rows)
    return {
        "bundle": found,
        "title": title_of(found),
        "screens": screens_of(lines_at(place, found, rows, all_faults=True)),
        "papers": shown,
        "lacking": [each for each in shown if each.lacks],
        "items": list(items.values()),
        "fees": [(case.item, fee) for case in rows if (fee := cases.cost_of(case)) is not None],
        "replaced": cases.replaced_of(rows),
        "renew": reverse("kiosk:bundle-check", args=[place.hall.code, found.no]) + "?renew=1",
    }


def _renewed(place: Place, found: Bundle, rows: Sequence[Case]) -> HttpResponse:
    first = next(case for case in rows if case.phase == "draft")
    renewing.renew(case_no=first.no, known=card_for(first, today=place.today), by=place.by, now=place.now)
    return redirect("kiosk:bundle-check", place.hall.code, found.no)


def _not_sent(request: Any, place: Place, found: Bundle, refused: Refused) -> HttpResponse:
    form, papers, again = (
        reverse(f"kiosk:bundle-{page}", args=[place.hall.code, found.no]) for page in ("form", "papers", "check")
    )
    return handing_in.not_sent(request, place, refused, form=form, papers=papers, again=again)


# --- Sent -------------------------------------------------------------------------------------------------------


@sitting.by_card
def sent(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """Each of its cases with its number and what comes next; POST prints that. `?new=1`: it has just been sent."""
    found, rows = theirs(place, person, no)
    if is_draft(rows):
        return redirect("kiosk:bundle-form", place.hall.code, no)
    if request.method == "POST":
        return _print(request, place, found, rows)
    context = {
        "bundle": found,
        "title": title_of(found),
        "new": request.GET.get("new") == "1",
        "parts": [(case, handing_in.next_of(place, case)) for case in rows],
        "due": [case for case in rows if case.fee_due_on is not None],
        "has_printer": bool(place.device and place.device.printer),
        "on_phone": on_phone(found),
        "told": all(case.contact for case in rows),
    }
    return sitting.shown(request, place, "bundle_sent.html", context)


def _print(request: Any, place: Place, found: Bundle, rows: Sequence[Case]) -> HttpResponse:
    """Number, day, and each of its cases; it names nobody. The cases stand whatever the printer says."""
    trouble = ""
    try:
        devices.print_slip(device=place.device, slip=slip_of(place, found, rows))
    except PrinterTrouble as wrong:
        trouble = wrong.why
    return render(request, "kiosk/part_drop_printed.html", {"trouble": trouble})


def slip_of(place: Place, found: Bundle, rows: Sequence[Case]) -> Slip:
    """The words on the slip, in the active language."""
    at = timezone.localtime(place.now).strftime("%Y-%m-%d %H:%M")
    lines = [(pgettext("kiosk", "For"), title_of(found)), (pgettext("kiosk", "Printed at"), at)]
    lines += [(named(case.item_then), case.no) for case in rows]
    foot = dict.fromkeys(said for case in rows for said in handing_in.next_of(place, case))
    return Slip(
        hall=named(place.hall), kind=pgettext("kiosk", "Sent as one: number"), number=found.no, lines=tuple(lines),
        qr=on_phone(found), qr_says=pgettext("kiosk", "Scan: how all of it stands"), foot=tuple(foot),
    )  # fmt: skip
