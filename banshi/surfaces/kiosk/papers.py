"""Papers of a case from a USB stick: the card is read, a case chosen, files sent for what is wanted, and handed in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from banshi.foundation.words import words
from banshi.journeys.case import bundles
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import PaperRow
from banshi.rooms.cases.rules.materials import by_hand
from banshi.rooms.identity import queries as people
from banshi.rooms.library import actions as library
from banshi.rooms.library.rules import MOST_BYTES, rejected
from banshi.surfaces.kiosk import card, sitting
from banshi.surfaces.kiosk.place import Place, at_kiosk, not_too_often, page
from banshi.surfaces.kiosk.refusing import refused_page

LASTS = timedelta(minutes=15)
IDLE_S = 120  # a stick is looked through meanwhile, which no page sees
MOST_AT_ONCE = 10
MOST_CASES = 6
HANDS_IN = (
    "pre_returned",
    "supplement",
)  # what was told to be put right; a first time is checked and sent by whoever filled it


class Step(card.Step):
    purpose = "kiosk.papers"


@dataclass(frozen=True)
class Offered:
    """A case that takes files, with the papers of it that do. `wanting`: how many have not come."""

    case: Case
    papers: tuple[PaperRow, ...]

    @property
    def wanting(self) -> int:
        return sum(row.state in ("missing", "bad") and row.necessity != "optional" for row in self.papers)

    @property
    def hands_in(self) -> bool:
        return self.case.phase in HANDS_IN and not self.wanting


@sensitive_post_parameters("presented", "chip")
@at_kiosk
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, place: Place) -> HttpResponse:
    """Card, case, files, handed in: one after the other; whose card it was comes back with each form."""
    if request.method == "GET":
        return page(request, place, "papers_card.html")
    step = Step.handed_on(request.POST.get("step", ""), place)
    try:
        not_too_often(place)
        if step is None:
            return _card_read(request, place)
        place = replace(place, person=step.person)
        if not request.POST.get("case"):
            return _choose(request, place, step)
        offered = _offered(place, step, request.POST["case"][:50])
        if "hand_in" in request.POST:
            return _handed_in(request, place, offered)
        return _sent(request, place, step, offered)
    except Refused as no:
        return refused_page(request, place, no, again=reverse("kiosk:papers", args=[place.hall.code]))


def _card_read(request: HttpRequest, place: Place) -> HttpResponse:
    """:raises Refused: those of `card.person_read`."""
    try:
        person = card.person_read(request, place)
    except card.NotRead as no:
        return page(request, place, "papers_card.html", {"wrong": no.wrong}, status=SLUGS["identity-invalid"])
    return _choose(request, place, Step(place.hall.code, person, (place.now + LASTS).isoformat()))


def _theirs(place: Place, step: Step) -> list[Case]:
    """Cases of this hall that take files of theirs, or of an organisation they act for, the newest first."""
    own = [row.pk for row in people.documents_of(step.person)]
    rows = queries.at_window_of(step.person, own=own, hall=place.hall.code, today=place.today)
    return [case for case in rows[:50] if queries.addable(case)][:MOST_CASES]


def _of(case: Case) -> Offered:
    codes = queries.addable(case)
    return Offered(case, tuple(r for r in queries.paper_rows(case) if r.code in codes and not by_hand(r.channels)))


def _offered(place: Place, step: Step, number: str) -> Offered:
    """:raises Refused: nothing-found – it is not theirs, or takes no files."""
    found = next((case for case in _theirs(place, step) if case.no == number), None)
    if found is None:
        raise Refused("nothing-found")
    return _of(found)


def _choose(request: HttpRequest, place: Place, step: Step) -> HttpResponse:
    offered = [_of(case) for case in _theirs(place, step)]
    if len(offered) == 1:
        return _page_of(request, place, step, offered[0])
    known = {"step": step.sealed(), "offered": offered, "idle_s": IDLE_S}
    return page(request, place, "papers_cases.html", known)


def _page_of(
    request: HttpRequest, place: Place, step: Step, offered: Offered, *, came: int = 0, wrong: str = "", at: str = ""
) -> HttpResponse:
    """:param came: files just taken. :param wrong: why one was not; `at`: for which paper."""
    fills = sitting.person_at(request, place) == step.person
    if fills:  # whoever looks through a stick still stands there
        sitting.begin(request, place, step.person)
    known: dict[str, Any] = {
        "step": step.sealed(), "one": offered, "came": came, "wrong": wrong, "at": at, "idle_s": IDLE_S,
        "fills": fills,
        "by_phone": f"{settings.BANSHI_PUBLIC_URL}{reverse('citizen:papers', args=[offered.case.no])}",
    }  # fmt: skip
    return page(request, place, "papers_send.html", known, status=SLUGS["material-rejected"] if wrong else 200)


def _sent(request: HttpRequest, place: Place, step: Step, offered: Offered) -> HttpResponse:
    """Files for one paper; each that is taken stays, whatever comes of the next. Without a paper: the case was chosen."""
    code = request.POST.get("code", "")[:60]
    if not code:
        return _page_of(request, place, step, offered)
    files = request.FILES.getlist("file")[:MOST_AT_ONCE]
    came, wrong = 0, "" if files else pgettext("kiosk", "Choose a file first.")
    try:
        if code not in {row.code for row in offered.papers}:
            raise Refused("nothing-found")
        for file in files:
            if (file.size or 0) > MOST_BYTES:
                raise Refused(rejected("too-large"))
            version = library.take_in(
                content=file.read(), name=file.name or "", channel="usb", hall=place.hall.code, by=place.by,
                now=place.now, **cases.holder_of(offered.case),
            )  # fmt: skip
            cases.add_paper(case_no=offered.case.no, code=code, channel="usb", file=version, by=place.by, now=place.now)
            came += 1
    except Refused as no:
        if no.slug not in ("material-rejected", "invalid", "rate-limited"):
            raise
        wrong = words(no.refusal)[1]
    fresh = _of(queries.case_by_no(offered.case.no))
    return _page_of(request, place, step, fresh, came=came, wrong=wrong, at=code)


def _handed_in(request: HttpRequest, place: Place, offered: Offered) -> HttpResponse:
    """What was to be put right has come. :raises Refused: as `supplement` and `submit`."""
    if not offered.hands_in:
        raise Refused("nothing-found")
    send = cases.supplement if offered.case.phase == "supplement" else bundles.submit
    done = send(case_no=offered.case.no, by=place.by, now=place.now)
    return page(request, place, "papers_done.html", {"case": done})
