"""Where the papers and the result of a case are: read once for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from banshi.journeys.case.conclude import is_their_own
from banshi.journeys.case.drop_slip import DropSlip, slip_of, to_leave
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import PaperRow, handling_of_case, wants_more
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.rules.handling import Paper
from banshi.rooms.delivery.models import Cabinet, Delivery, SentPapers, Stay, Wish
from banshi.rooms.delivery.queries import (
    Sheet,
    cabinets_of,
    contents_of,
    delivery_of,
    drop_of,
    dropped_now,
    last_folder_of,
    sent_now,
    sent_papers_of,
    stay_of,
    stay_with_file,
    wish_of,
)

WAITS_FOR_PAPERS = frozenset({"pre_passed", "await_receipt"})
WITH_RESULT = frozenset({"ready", "delivered", "closed"})


@dataclass(frozen=True)
class Where:
    """While the hall waits for papers: `originals` that are brought, `by_hand` whether they are seen at a window, `dropped` in a
    cabinet, `sent` by post. Once it is made: its `delivery`, how it is wished for, its `stay` in a cabinet.
    """

    originals: tuple[PaperRow, ...] = ()
    by_hand: bool = False
    dropped: Stay | None = None
    sent: SentPapers | None = None
    delivery: Delivery | None = None
    wish: Wish | None = None
    stay: Stay | None = None
    here: date | None = None  # what was missing came, and counts from this day: somebody takes it in

    @property
    def code(self) -> str:
        """What opens the result, for whoever applied; "" for nothing."""
        return self.delivery.open_code if self.delivery is not None else ""

    @property
    def to_leave(self) -> tuple[PaperRow, ...]:
        """What may be put into a cabinet or a parcel."""
        return to_leave(self.originals)

    @property
    def slip(self) -> DropSlip | None:
        """投件凭条, while papers lie in the cabinet."""
        return slip_of(self.dropped) if self.dropped is not None and self.dropped.out_at is None else None

    @property
    def waits(self) -> bool:
        """Whether originals are to come, and are not in the cabinet."""
        return self.by_hand and self.dropped is None and self.here is None


def where_of(case: Case, *, now: datetime) -> Where:
    if wants_more(case):
        missing = tuple(cases.still_owed(case, now=now))
        return Where(
            originals=missing, by_hand=bool(missing) and cases.guided_case(case).where.window, dropped=dropped_now(case),
            sent=sent_now(case), here=case.brought_on,
        )  # fmt: skip
    if case.phase in WAITS_FOR_PAPERS:
        guided, originals = cases.guided_case(case), tuple(cases.to_bring(case))
        by_hand = guided.appointment != "none" and guided.where.window and bool(originals)
        return Where(originals=originals, by_hand=by_hand, dropped=drop_of(case), sent=sent_papers_of(case))
    if case.phase in WITH_RESULT or (case.phase == "decided" and case.granted is False):
        if case.phase not in ("decided", "ready"):
            return Where(delivery=delivery_of(case))
        return Where(delivery=delivery_of(case), wish=wish_of(case), stay=stay_of(case, "result"))
    return Where(wish=wish_of(case)) if case.phase == "issuing" else Where()


@dataclass(frozen=True)
class Pickup:
    """Where a result lies – "": at the issue window – and what opens it;
    the code is "" where there is none, or `used_up`: it opens nothing any more.
    `stay`: in a cabinet, until when.
    """

    place: str
    code: str
    used_up: bool
    stay: Stay | None


def pickup(case: Case, where: Where, *, now: datetime) -> Pickup | None:
    row = where.delivery
    if row is None or row.state != "ready" or (where.wish is not None and where.wish.how == "courier"):
        return None
    return Pickup(row.place, where.code, not where.code and is_their_own(case, now=now), where.stay)


def may_take(case: Case, where: Where, *, now: datetime) -> bool:
    """Whether it can be taken as a file: a result by who has its code, a refusal in writing by who is proven to be the
    applicant – also one that is to be posted, until the carrier has it."""
    row = where.delivery
    if case.phase == "decided" and case.granted is False:
        return (row is None or row.state == "ready") and is_their_own(case, now=now)
    there = pickup(case, where, now=now)
    return there is not None and bool(there.code)


def paper_at(where: Where) -> str:
    """Where the paper lies of a result that was taken as a file; "" for nowhere."""
    return where.delivery.place if where.delivery is not None and where.delivery.paper_left else ""


def to_drop_at(case: Case, where: Where) -> Cabinet | None:
    """The cabinet of the hall that takes the papers of this case at any hour, while it waits for them and none lie there."""
    may = where.waits and where.to_leave and where.sent is None
    return next(iter(cabinets_of(case.hall)), None) if may else None


def to_send_in(where: Where) -> str:
    """Whether the papers may be posted: first | again – they are on their way by post –, "" for no."""
    if not where.waits or not where.to_leave:
        return ""
    if where.sent is None:
        return "first"
    return "again" if where.sent.came_at is None else ""


def to_book(case: Case, where: Where, *, comes: bool) -> bool:
    """Whether a time may be booked at which what is missing of a supplement is brought. :param comes: one is booked already."""
    may = case.phase == "supplement" and where.waits and where.sent is None and not comes
    return may and cases.guided_case(case).appointment != "none"


@dataclass(frozen=True)
class Kept:
    """Where the papers are that the hall has, in words: `at`: front | way | department | archive | back. `originals`: some can be
    fetched, `now` or once it is decided. `papers`: each of them. `more`: some came later, and are on their way to the others."""

    at: str
    originals: bool
    now: bool
    since: datetime
    papers: tuple[KeptPaper, ...] = ()
    more: bool = False


@dataclass(frozen=True)
class KeptPaper:
    """`with_zh`, `with_en`: of which other matter of the bundle it was handed in for as well, and lies with."""

    name_zh: str
    name_en: str
    originals: int
    copies: int
    back: int
    back_at: datetime | None
    with_zh: str = ""
    with_en: str = ""


def kept_of(case: Case) -> Kept | None:
    """No shelf, and nobody's name: that is for those who work there. None where the hall has no paper of it."""
    if case.phase == "draft":
        return None
    found = contents_of(case)
    row = last_folder_of(case) or found.led_to
    if row is None:
        return None
    at = {"sent": "way", "archive": "archive", "back": "back"}.get(row.place, "front")
    last = row.trail.order_by("seq").last()
    kept_behind = case.decided_at is not None and row.place == "person" and last is not None and last.deed == "signed"
    if at == "front" and (case.phase == "in_review" or kept_behind):
        at = "department"
    stay = stay_with_file(case)
    originals = any(each.originals for each in found.sheets if each.code not in stay)
    called = {paper.code: paper for paper in handling_of_case(case).materials}
    papers = tuple(
        _kept_paper(each, called.get(each.code), lent=each in found.elsewhere)
        for each in (*found.sheets, *found.elsewhere)
    )
    more = any(each.lies and each.folder.follows_id is not None for each in found.sheets)
    return Kept(at, originals, case.decided_at is not None or case.phase in CASE.ends, row.since, papers, more)


def _kept_paper(sheet: Sheet, paper: Paper | None, *, lent: bool) -> KeptPaper:
    item = sheet.folder.case.item if lent else None
    return KeptPaper(
        paper.name_zh if paper is not None else sheet.code, paper.name_en if paper is not None else sheet.code,
        sheet.originals, sheet.copies, sheet.back, sheet.back_at,
        item.name_zh if item is not None else "", item.name_en if item is not None else "",
    )  # fmt: skip
