"""The papers of a case at the machine, then checked and sent; what comes next, on the screen and on a slip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from banshi.foundation import states
from banshi.foundation.said import english, named
from banshi.foundation.times import day_words
from banshi.frames.case_fields import card_for
from banshi.frames.typed import key_or_none
from banshi.journeys.case import at_machine, bundles, from_library, own_print, renewing
from banshi.journeys.case.from_library import Held
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import EarlierPaper, PaperRow
from banshi.rooms.cases.rules.lifecycle import BEFORE_RECEIPT, CASE, OPEN_TO_APPLICANT
from banshi.rooms.cases.rules.materials import PROMISE, by_hand
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.ports import PrinterTrouble, Slip
from banshi.rooms.fees import queries as fees
from banshi.surfaces.kiosk import cabinet, papers, sitting
from banshi.surfaces.kiosk.form import lines_at
from banshi.surfaces.kiosk.mine import their_case, together
from banshi.surfaces.kiosk.place import Place
from banshi.surfaces.kiosk.printed import prints
from banshi.surfaces.kiosk.refusing import Way, refused_page
from banshi.surfaces.kiosk.result import result_words
from banshi.surfaces.kiosk.screens import screens_of


@dataclass(frozen=True)
class Wanted:
    """A paper of the situation. `held`: what the authorities have for it; `told`: what the hall said is wrong with it; `earlier`:
    what was handed in before."""

    row: PaperRow
    held: Held | None
    told: str
    earlier: EarlierPaper | None = None
    card: bool = False  # the card in the machine stands for it, as soon as it is sent

    @property
    def there(self) -> bool:
        return self.card or self.row.state in ("came", "ok")

    @property
    def may_promise(self) -> bool:
        """Whether a promise may be signed in its place now (告知承诺)."""
        return self.row.by_promise is not None and not self.there

    @property
    def by_file(self) -> bool:
        return not by_hand(self.row.channels)


def wanted(place: Place, case: Case) -> list[Wanted]:
    rows, held, earlier = cases.paper_rows(case), {}, {}
    if case.organisation_id is None:  # the card opens what is its holder's
        held = {each.paper.code: each for each in from_library.held(case, now=place.now)}
        earlier = from_library.earlier(case, rows, held=held, now=place.now)
    told = {each.code: each.reason for each in cases.told_missing(case) if each.kind == "material"}
    card = at_machine.card_for(case, rows) - set(held)
    return [
        Wanted(row, held.get(row.code), told.get(row.code, ""), earlier.get(row.code), row.code in card) for row in rows
    ]


def take_again(request: Any, place: Place, case: Case) -> None:
    """材料复用: what was handed in before, with consent. Pressed twice it is there once.

    :raises Refused: those of `cases.add_paper`.
    """
    code, earlier = str(request.POST.get("code") or "")[:60], key_or_none(request.POST.get("earlier")) or 0
    if any(row.again is not None for row in cases.paper_rows(case) if row.code == code):
        return
    consent = request.POST.get("consent") == "1"
    from_library.use_earlier(case_no=case.no, code=code, earlier=earlier, consent=consent, by=place.by, now=place.now)


def lacking(rows: list[Wanted]) -> list[Wanted]:
    """What has to come before it can be sent."""
    return [each for each in rows if each.row.necessity == "required" and each.by_file and not each.there]


def _open_case(place: Place, person: int, no: str) -> Case | None:
    """None: there is nothing to hand in any more. :raises Refused: nothing-found."""
    case = their_case(place, person, no)
    return case if case.phase in OPEN_TO_APPLICANT and not together(case) else None


def _elsewhere(place: Place, case: Case) -> HttpResponse:
    """Of what is sent as one: there. Else there is nothing to hand in any more."""
    if together(case) and case.bundle is not None:
        return redirect("kiosk:bundle-papers", place.hall.code, case.bundle.no)
    return redirect("kiosk:sent", place.hall.code, case.no)


@sitting.by_card
def case_papers(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """What has to come, and how; POST takes what the authorities hold, with consent. :raises Refused: as `from_library.use`."""
    case = _open_case(place, person, no)
    if case is None:
        return _elsewhere(place, their_case(place, person, no))
    if request.method == "POST":
        if "promise" in request.POST:
            here = reverse("kiosk:case-papers", args=[place.hall.code, no])
            return promised(request, place, case, here=here)
        if case.organisation_id is not None:
            raise Refused("consent-missing")
        if "earlier" in request.POST:
            take_again(request, place, case)
            return redirect("kiosk:case-papers", place.hall.code, no)
        consent = request.POST.get("consent") == "1"
        from_library.use(case_no=no, codes=None, consent=consent, by=place.by, now=place.now)
        return redirect("kiosk:case-papers", place.hall.code, no)
    rows = wanted(place, case)
    context = {
        "case": case,
        "papers": rows,
        "held": [each for each in rows if each.held is not None],
        "unsigned": request.GET.get("unsigned", "")[:60],
        "by_file": any(each.by_file and not each.there for each in rows),
        "first": "held" if any(each.held for each in rows) else "files" if lacking(rows) else "check",
        "stick": papers.Step(place.hall.code, person, (place.now + papers.LASTS).isoformat()).sealed(),
        "cabinets": cabinet.here(place),
        "on_phone": f"{settings.BANSHI_PUBLIC_URL}{reverse('citizen:papers', args=[no])}",
        "back": f"{reverse('kiosk:form', args=[place.hall.code, no])}?at=0",
    }
    return sitting.shown(request, place, "case_papers.html", context)


def promised(request: Any, place: Place, case: Case, *, here: str) -> HttpResponse:
    """告知承诺: signed at the machine in place of a paper. :param here: the page of papers it was read on.

    :raises Refused: those of `add_paper`, but that it was not signed: that page says so.
    """
    code = request.POST["promise"][:60]
    if request.POST.get("signed") != "1":
        return redirect(f"{here}?unsigned={quote(code)}#promise-{quote(code)}")
    actions.add_paper(
        case_no=case.no, code=code, channel=PROMISE, consent=True, by=place.by, now=place.now
    )  # fmt: skip
    return redirect(here)


# --- Check and send ---------------------------------------------------------------------------------------------


@sitting.by_card
def check(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """All of it once more; POST sends it. Pressed twice it is sent once."""
    case = _open_case(place, person, no)
    if case is None:
        return _elsewhere(place, their_case(place, person, no))
    if not cases.guided_case(case).complete:
        return redirect("kiosk:situation", place.hall.code, no)
    if request.method == "GET":
        return sitting.shown(
            request, place, "check.html", {**_checked(place, case), **how_decided(request, place, [case])}
        )
    if request.GET.get("renew") == "1":
        renewing.renew(case_no=no, known=card_for(case, today=place.today), by=place.by, now=place.now)
        return redirect("kiosk:check", place.hall.code, no)
    if at_machine.decides_at_once([case]) and not may_send(request, place):
        return sitting.show_first(place, f"{request.path}?shown=1")
    send = actions.supplement if case.phase == "supplement" else bundles.submit
    try:
        at_machine.card_read([no], by=place.by, now=place.now)
        send(case_no=no, by=place.by, now=place.now)
    except Refused as refused:
        if refused.slug == "wrong-state":  # sent on the telephone meanwhile
            return redirect("kiosk:sent", place.hall.code, no)
        return _not_sent(request, place, case, refused)
    return redirect(f"{reverse('kiosk:sent', args=[place.hall.code, no])}?new=1")


def how_decided(request: Any, place: Place, rows: Sequence[Case]) -> dict[str, bool]:
    """For the page that sends: whether rules may decide it, and whether whoever stands there leaves it to a person."""
    return {
        "at_once": at_machine.decides_at_once(rows),
        "by_person": request.GET.get("by_person") == "1",
        "is_shown": request.GET.get("shown") == "1" and sitting.reaches(request, place, "rules"),
    }


def may_send(request: Any, place: Place) -> bool:
    """Of what rules may decide: whether whoever stands there showed who they are, or leaves it to a person."""
    return request.GET.get("by_person") == "1" or sitting.reaches(request, place, "rules")


def _checked(place: Place, case: Case) -> dict[str, Any]:
    rows = wanted(place, case)
    screens = screens_of(lines_at(place, case, all_faults=True))
    return {
        "case": case,
        "screens": screens,
        "papers": rows,
        "lacking": lacking(rows),
        "wrong": [each for each in screens if any(line.fault for line in each.lines)],
        "limits": cases.handling_of_case(case).limits,
        "fee": cases.cost_of(case),
        "replaced": cases.replaced_of([case]),
        "renew": reverse("kiosk:check", args=[place.hall.code, case.no]) + "?renew=1",
    }


def _not_sent(request: Any, place: Place, case: Case, refused: Refused) -> HttpResponse:
    form, papers, again = (
        reverse(page, args=[place.hall.code, case.no]) for page in ("kiosk:form", "kiosk:case-papers", "kiosk:check")
    )
    return not_sent(request, place, refused, form=form, papers=papers, again=again)


def not_sent(request: Any, place: Place, refused: Refused, *, form: str, papers: str, again: str) -> HttpResponse:
    """What is missing, with the screen on which it is put right."""
    first = []
    if refused.slug == "form-invalid":
        first = [Way(pgettext("kiosk", "To the form"), f"{form}?faults=all", "pencil")]
    if refused.slug == "material-missing":
        first = [Way(pgettext("kiosk", "To the papers"), papers, "file-text")]
    return refused_page(request, place, refused, again=again, first=[*first, sitting.to_mine(place)])


# --- Sent -------------------------------------------------------------------------------------------------------


@sitting.by_card
def sent(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """How it stands now and what comes next; POST prints that. `?new=1`: it has just been sent."""
    case = their_case(place, person, no)
    if case.phase in OPEN_TO_APPLICANT:
        return redirect("kiosk:form", place.hall.code, no)
    if request.method == "POST":
        return _print(request, place, case)
    new = request.GET.get("new") == "1"
    fee, document = fees.owed(no, now=place.now), _printable(place, person, case)
    context = {
        "case": case,
        "title": _title(case, new=new),
        "new": new,
        "good": (case.granted is not False and case.phase not in CASE.ends) or bool(case.granted),
        "next": next_of(place, case),
        "has_printer": bool(place.device and place.device.printer),
        "on_phone": f"{settings.BANSHI_PUBLIC_URL}{reverse('citizen:case', args=[no])}",
        "told": bool(case.contact),
        "fee": fee,
        "document": document,
        "is_over": not document and not (fee is not None and fee.is_due),  # nothing is left to do here
    }
    return sitting.shown(request, place, "sent.html", context)


def _printable(place: Place, person: int, case: Case) -> str:
    """The number of what was granted, where it can be printed here; "" for none."""
    if not case.granted or not prints(place):
        return ""
    own = own_print.document_of(person, case_no=case.no)
    return own.paper.number if own is not None else ""


def _title(case: Case, *, new: bool) -> str:
    if case.granted:
        return pgettext("kiosk", "Granted at once") if new else pgettext("kiosk", "Granted")
    return pgettext("kiosk", "Sent") if new else states.word("case", case.phase)


def next_of(place: Place, case: Case) -> list[str]:
    """What comes next, and what its applicant does, in sentences."""
    said = [_present(place, case)]
    if case.brought_on is not None:
        return [*said, pgettext("kiosk", "What you brought lies here. The hall looks at it.")]
    if owed := [named(row) for row in cases.still_owed(case, now=place.now)]:
        words = pgettext(
            "kiosk", "Still to follow: %(papers)s. Put it into the cabinet, post it, or bring it to a window."
        )
        return [*said, words % {"papers": listed(owed)}]
    if case.phase not in BEFORE_RECEIPT:
        return said
    bring = [named(row) for row in cases.to_bring(case)]
    if bring and case.phase == "pre_review":
        words = pgettext("kiosk", "Once it is looked at, bring the originals to a window: %(papers)s.")
        said.append(words % {"papers": listed(bring)})
    later = [named(row) for row in cases.paper_rows(case) if row.necessity == "deferrable" and not row.there]
    if later:
        said.append(pgettext("kiosk", "May follow later: %(papers)s.") % {"papers": listed(later)})
    return said


def listed(names: list[str]) -> str:
    return pgettext("between papers", ", ").join(names)


def _present(place: Place, case: Case) -> str:
    """The step it is at, with the day that is waited for."""
    if case.granted is not None:
        return _decided(place, case)
    if case.phase in ("pre_review", "received") and (why := cases.why_by_person(case)) is not None:
        said = pgettext("kiosk", "Not decided at once; a person looks at it: %(reason)s.")
        return said % {"reason": why[1 if english() else 0]} + " " + _until(place, case)
    return _until(place, case)


def _until(place: Place, case: Case) -> str:
    words = {
        "pre_review": pgettext("kiosk", "The hall looks at it by %(day)s and says all that is wrong at once."),
        "received": pgettext("kiosk", "The hall has your papers and says by %(day)s whether something is missing."),
        "accepted": pgettext("kiosk", "The department decides by %(day)s."),
        "in_review": pgettext("kiosk", "The department decides by %(day)s."),
    }
    day = cases.due_of(case)
    if case.phase in words and day is not None and case.stopped_at is None:
        return words[case.phase] % {"day": day_words(day, place.today)}
    bring = [named(row) for row in cases.to_bring(case)] if case.phase in ("pre_passed", "await_receipt") else []
    if bring:
        said = pgettext("kiosk", "The files are right. Bring the originals to a window: %(papers)s.")
        return said % {"papers": listed(bring)}
    if case.phase in CASE.ends:
        return pgettext("kiosk", "It is over. Why stands with the case on the phone; a window tells you, too.")
    return pgettext("kiosk", "The hall goes on with it; there is nothing to do now.")


def _decided(place: Place, case: Case) -> str:
    if not case.granted:
        return pgettext(
            "kiosk", "Refused. Why, and what can be done, stands in the decision: on the phone, or at a window."
        )
    if case.fee_due_on is not None:
        return pgettext("kiosk", "A fee is due: pay here, by telephone or at a window, then the result is made.")
    return result_words(place, case)


def _print(request: Any, place: Place, case: Case) -> HttpResponse:
    """Number, day and what comes next; it names nobody. The case stands whatever the printer says."""
    trouble = ""
    try:
        devices.print_slip(device=place.device, slip=slip_of(place, case))
    except PrinterTrouble as wrong:
        trouble = wrong.why
    return render(request, "kiosk/part_drop_printed.html", {"trouble": trouble})


def slip_of(place: Place, case: Case) -> Slip:
    """The words on the slip, in the active language."""
    granted = pgettext("kiosk", "Granted")
    at = timezone.localtime(case.submitted_at or place.now).strftime("%Y-%m-%d %H:%M")
    lines = [(pgettext("kiosk", "For"), named(case.item_then)), (pgettext("kiosk", "Sent at"), at)]
    return Slip(
        hall=named(place.hall), kind=granted if case.granted else pgettext("kiosk", "Sent: case number"), number=case.no,
        lines=tuple(lines), qr=f"{settings.BANSHI_PUBLIC_URL}{reverse('citizen:case', args=[case.no])}",
        qr_says=pgettext("kiosk", "Scan: how the case stands"), foot=tuple(next_of(place, case)),
    )  # fmt: skip
