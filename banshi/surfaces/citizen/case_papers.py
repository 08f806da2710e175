"""The papers of a case: photographed or chosen, seen page by page, taken back; or from what the authorities hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock, limits
from banshi.frames import in_parts
from banshi.frames.case_fields import known_of
from banshi.frames.file_answers import small
from banshi.frames.typed import key_or_none
from banshi.journeys.case import from_library, sending
from banshi.journeys.case.from_library import Held
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.actions.applying import MOST_PAGES
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import EarlierPaper, PaperRow
from banshi.rooms.cases.rules.materials import PROMISE, by_hand
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as stored
from banshi.rooms.library.queries import Coming
from banshi.rooms.library.rules import IMAGE, MOST_BYTES, rejected
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.blanks import Blank, inline
from banshi.surfaces.citizen.case_doors import case_panel, is_open, my_case, opens_library, today_of
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.online_level import to_prove_for

MOST_AT_ONCE = 10
NOT_SIGNED = {"zh": "先读完告知的内容，勾选后再签署", "en": "Read what is told and tick the box, then sign"}
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True)
class Wanted:
    """One paper of the list. `held`: what the authorities hold for it; `earlier`: what was handed in before; `told`: what the
    hall said is wrong; `settled`: the hall has it, or found it right, and asks for something else: nothing is asked of it."""

    row: PaperRow
    open: bool  # files may be added
    held: Held | None
    told: str
    refused: str
    pages: tuple[CaseMaterial, ...]
    anchor: str = ""  # where it stands on its page
    begun: tuple[Coming, ...] = ()  # files that have come in part
    blanks: tuple[Blank, ...] = ()
    settled: bool = False
    earlier: EarlierPaper | None = None

    @property
    def there(self) -> bool:
        return self.row.state in ("came", "ok")

    @property
    def promisable(self) -> bool:
        """Whether a promise may be signed in its place now (告知承诺)."""
        return self.open and self.row.by_promise is not None and all(each.verdict == "bad" for each in self.pages)

    @property
    def supplied(self) -> bool:
        """Whether a certificate out of the library stands for it, and nothing is asked besides."""
        return self.there and not self.told and bool(self.pages) and all(each.certificate for each in self.pages)

    @property
    def by_file(self) -> bool:
        return not by_hand(self.row.channels)


@citizen_page
@require_http_methods(["GET", "POST"])
def papers(request: Any, no: str) -> HttpResponseBase:
    """What has to come, and what has; POST takes files for one paper."""
    now = clock.now()
    found = my_case(request, no)
    if not cases.addable(found):
        return redirect("citizen:case", found.no)
    if request.method == "POST":
        return _take(request, found, now=now)
    if _of_a_bundle(found):
        return redirect(_its_page(found))
    return _papers_page(request, found, now=now)


def _of_a_bundle(found: Case) -> bool:
    """Whether its papers stand on the one page of what it is done together with."""
    return found.bundle_id is not None and found.phase == "draft"


def _its_page(found: Case, code: str = "") -> str:
    """Where its papers are shown; `code`: at this one."""
    if found.bundle is None or not _of_a_bundle(found):
        return reverse("citizen:papers", args=[found.no]) + (f"#paper-{code}" if code else "")
    here = reverse("citizen:bundle-papers", args=[found.bundle.no])
    if not code:
        return here
    parts = {part.item: part.papers for part in cases.one_of(cases.cases_of(found.bundle)).parts}
    return f"{here}#paper-{parts[found.item.code][code]}"


def _papers_page(
    request: Any, found: Case, *, refused: Refused | None = None, at: str = "", now: datetime
) -> HttpResponseBase:
    """:param at: the paper that a refusal is about; "": none."""
    rows = listed(request, found, refused=refused, at=at, now=now)
    rows.sort(key=lambda each: not each.told)  # what the hall told comes first; else as the situation lists them
    needed = [each for each in rows if (each.row.necessity == "required" or each.told) and not each.row.to_bring]
    context = {
        "case": found,
        "step": "papers",
        "papers": [each for each in rows if not each.settled],
        "settled": [each for each in rows if each.settled],
        "there": sum(each.there for each in needed),
        "to_bring": sum(each.row.to_bring for each in rows),
        "needed": len(needed),
        "open": is_open(found),
        "copies": sees_copies(request, found),
        "held": [each for each in rows if each.held is not None],
        "to_prove": to_prove_for([found]),
        "panel": case_panel(refused, found, now=now) if refused is not None and not at else None,
    }
    return page(request, "citizen/case_papers.html", context, hall=found.hall, refused=refused)


def listed(request: Any, found: Case, *, refused: Refused | None = None, at: str = "", now: datetime) -> list[Wanted]:
    """The papers in the order of the situation's list."""
    addable, rows = cases.addable(found), cases.paper_rows(found)
    told = {each.code: each.reason for each in cases.told_missing(found) if each.kind == "material"}
    mine = is_open(found) and opens_library(request, found)
    held = {each.paper.code: each for each in from_library.held(found, now=now)} if mine else {}
    earlier = from_library.earlier(found, rows, held=held, now=now) if mine else {}
    said = case_panel(refused, found, now=now) if refused is not None and at else None
    blanks = cases.blanks_of_case(found)
    version = found.item_version if found.item_version != found.item.version else None
    filled = found.no if any(cases.form_of(found).values()) else ""
    again = found.phase in ("supplement", "pre_returned")
    begun = stored.begun(sending.subject_of(found), by=request.who.by)
    return [
        Wanted(
            row, row.code in addable, held.get(row.code), told.get(row.code, ""),
            said.detail if said and row.code == at else "", row.came, row.code,
            tuple(each for each in begun if each.subject == sending.subject_of(found, row.code)),
            (Blank(found.item, row.code, version, filled),) if row.code in blanks else (),
            again and row.state == "ok" and row.code not in told and row.code != at,
            earlier.get(row.code) if row.code in addable else None,
        )
        for row in rows
    ]  # fmt: skip


def _take(request: Any, found: Case, *, now: datetime) -> HttpResponseBase:
    """Each file is opened and cleaned before anything is locked; those that are taken stay, whatever comes of the next."""
    sent.spare(request)
    code = str(request.POST.get("code") or "")[:60]
    if code not in cases.addable(found):
        raise Http404
    if "promise" in request.POST:
        return _promised(request, found, code, now=now)
    if "earlier" in request.POST:
        return _again(request, found, code, now=now)
    files = request.FILES.getlist("file")[:MOST_AT_ONCE]
    whole = request.POST.getlist(in_parts.FIELD)[:MOST_AT_ONCE]
    try:
        if not files and not whole:
            raise Refused(
                "invalid", facts={"field": "file", "reason": pgettext("case", "Choose a file or take a photo first")}
            )
        limits.take(key=f"upload:{request.who.account_id}", per_minute=20, burst=60)
        live = CaseMaterial.objects.filter(case=found, code=code, gone_at=None).exclude(verdict="bad").count()
        if live + len(files) > MOST_PAGES:  # of those in parts each is asked again
            reason = {"zh": f"一份材料最多 {MOST_PAGES} 页", "en": f"At most {MOST_PAGES} pages for one paper"}
            raise Refused("invalid", facts={"field": "file", "reason": reason})
        for file in files:
            _take_one(request, found, code, file, now=now)
        for ref in whole:
            sending.finish(
                case=found, code=code, ref=ref[:20], channel="upload", account_id=request.who.account_id, by=request.who.by,
                now=now,
            )  # fmt: skip
    except Refused as refused:
        return _papers_page(request, cases.case_by_no(found.no), refused=refused, at=code, now=now)
    return redirect(_its_page(found, code))


def _promised(request: Any, found: Case, code: str, *, now: datetime) -> HttpResponseBase:
    """告知承诺: signed in place of the paper."""
    try:
        actions.add_paper(
            case_no=found.no, code=code, channel=PROMISE, consent=request.POST.get("promise") == "signed",
            by=request.who.by, now=now,
        )  # fmt: skip
    except Refused as refused:
        shown = (
            Refused("invalid", facts={"field": "promise", "reason": NOT_SIGNED})
            if refused.slug == "consent-missing"
            else refused
        )
        return _papers_page(request, cases.case_by_no(found.no), refused=shown, at=code, now=now)
    return redirect(_its_page(found, code))


def _again(request: Any, found: Case, code: str, *, now: datetime) -> HttpResponseBase:
    """材料复用: consent, and what was handed in before is used again. Tapped twice it is there once."""
    earlier = key_or_none(request.POST.get("earlier")) or 0
    consent = opens_library(request, found) and request.POST.get("consent") == "1"
    if not CaseMaterial.objects.filter(case=found, code=code, gone_at=None, origin__isnull=False).exists():
        try:
            from_library.use_earlier(
                case_no=found.no, code=code, earlier=earlier, consent=consent, by=request.who.by, now=now
            )
        except Refused as refused:
            return _papers_page(request, cases.case_by_no(found.no), refused=refused, at=code, now=now)
    return redirect(_its_page(found, code))


def _take_one(request: Any, found: Case, code: str, file: Any, *, now: datetime) -> None:
    if file.size > MOST_BYTES:
        raise Refused(rejected("too-large"))
    version = library.take_in(
        content=file.read(), name=file.name or "", channel="upload", person_id=found.person_id,
        account_id=request.who.account_id, by=request.who.by, now=now,
    )  # fmt: skip
    actions.add_paper(
        case_no=found.no, code=code, channel="upload", file=version, further=True, by=request.who.by, now=now
    )


@citizen_page
@require_POST
def begin_upload(request: Any, no: str) -> HttpResponseBase:
    """A large file is begun in parts, or gone on with."""
    sent.spare(request)
    found = my_case(request, no)
    if str(request.POST.get("code") or "")[:60] not in cases.addable(found):
        raise Http404
    return in_parts.begin(request, found, by=request.who.by, now=clock.now())


@citizen_page
@require_POST
def put_part(request: Any, no: str, ref: str) -> HttpResponseBase:
    """The next part of it."""
    sent.spare(request)
    return in_parts.part(request, my_case(request, no), ref, by=request.who.by, now=clock.now())


@citizen_page
@require_POST
def take_held(request: Any, no: str) -> HttpResponseBase:
    """Consent, and the papers that the authorities hold need not be brought (免证办)."""
    now = clock.now()
    found = my_case(request, no)
    codes = request.POST.getlist("code")[:60]
    try:
        if not opens_library(request, found):
            raise Refused("consent-missing")
        from_library.use(
            case_no=found.no,
            codes=codes or None,
            consent=request.POST.get("consent") == "1",
            by=request.who.by,
            now=now,
        )
    except Refused as refused:
        return _papers_page(request, found, refused=refused, now=now)
    return redirect("citizen:papers", found.no)


def _page_of(found: Case, material: int) -> CaseMaterial:
    """:raises Http404: it is none of this case's, or nothing to look at."""
    rows = CaseMaterial.objects.select_related("file").filter(case=found, gone_at=None)
    row = rows.filter(id=material).first()
    if row is None or not row.mime:
        raise Http404
    return row


@citizen_page
@require_GET
def picture(request: Any, no: str, material: int) -> HttpResponseBase:
    """A page that was handed in, for its owner alone: it is kept nowhere on the way, and nothing in it runs. Of a certificate its
    copy, and what was handed in before, for whose it is alone: not for whoever followed the case without proof of it."""
    found = my_case(request, no)
    row = _page_of(found, material)
    if (row.certificate_id is not None or row.origin_id is not None) and not sees_copies(request, found):
        raise Http404
    return page_answer(request, row)


def sees_copies(request: Any, found: Case) -> bool:
    return opens_library(request, found)


def page_answer(request: Any, row: CaseMaterial) -> HttpResponseBase:
    """What is to be seen of a page. :raises Http404: nothing any more."""
    try:
        seen = actions.content_of(row.pk, unchecked=True, now=clock.now())
    except Refused as gone:
        raise Http404 from gone
    content, mime = seen.content, seen.mime
    if "small" in request.GET:
        if mime != IMAGE:
            raise Http404
        content = small(content)
    answer = HttpResponse(content, content_type=mime)
    shown = mime == IMAGE
    answer["Content-Disposition"] = (
        f'{"inline" if shown else "attachment"}; filename="page-{row.pk}.{"jpg" if shown else "pdf"}"'
    )
    answer["Content-Security-Policy"] = SANDBOX
    answer["Cache-Control"] = "no-store"
    return answer


@citizen_page
@require_GET
def filled_blank(request: Any, no: str, paper: str) -> HttpResponseBase:
    """A paper that is signed, with what was filled in: nobody writes it twice. A number that stands there masked stays empty for
    whoever is not proven to be the one it is of."""
    found, now = my_case(request, no), clock.now()
    without: set[str] = set()
    if not opens_library(request, found):
        known = known_of(found, account_id=request.who.account_id, today=today_of(found, now))
        numbers = {each.code for each in cases.shown_fields(found) if each.type == "id_number"}
        without = {code for code in numbers & known.keys() if known[code].source != "typed"}
    try:
        sheet = cases.filled_blank(found, paper, without=without)
    except Refused as nothing:
        raise Http404 from nothing
    limits.take(key=f"filled:{request.who.account_id}", per_minute=20, burst=30)
    answer = inline(sheet.pdf(), sheet.name)
    answer["Cache-Control"] = "no-store"
    return answer


@citizen_page
@require_POST
def move(request: Any, no: str, material: int) -> HttpResponseBase:
    """A page goes before the one before it, or after the one after it."""
    now, found = clock.now(), my_case(request, no)
    up = request.POST.get("to") == "up"
    try:
        actions.move_page(case_no=found.no, material_id=material, up=up, by=request.who.by, now=now)
    except Refused as refused:
        if refused.slug == "nothing-found":  # taken back in another tab
            return redirect(_its_page(found))
        return _papers_page(request, found, refused=refused, now=now)
    code = CaseMaterial.objects.filter(id=material, case=found).values_list("code", flat=True).first()
    return redirect(_its_page(found, code or ""))


@citizen_page
@require_POST
def take_back(request: Any, no: str, material: int) -> HttpResponseBase:
    """A page that was sent by mistake."""
    now = clock.now()
    found = my_case(request, no)
    try:
        actions.take_back_paper(case_no=found.no, material_id=material, by=request.who.by, now=now)
    except Refused as refused:
        if refused.slug == "nothing-found":  # tapped twice, or gone in another tab
            return redirect(_its_page(found))
        return _papers_page(request, found, refused=refused, now=now)
    return redirect(_its_page(found))
