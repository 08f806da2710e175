"""Rounds of an item whose places are counted, and where a case stands in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case, QuotaEntry, QuotaRound
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.rules.quota import draw_refusal, masked_no, order_refusal
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.rules.handling import Quota


@dataclass(frozen=True)
class Standing:
    """A case in its round. `ahead`: how many were accepted earlier and wait, where it goes by order."""

    entry: QuotaEntry
    round: QuotaRound
    left: int
    waiting: int
    ahead: int


@dataclass(frozen=True)
class RoundLine:
    """A round as pages and API show it. `state`: proposed | ahead | open | closed (its days are over) | listed | drawn."""

    round: QuotaRound
    state: str
    left: int
    waiting: int


@dataclass(frozen=True)
class Listed:
    """A line of the public list."""

    number: int
    case: str
    rank: int | None
    state: str


def quota_of(case: Case) -> Quota | None:
    """As its pinned version says."""
    return handling_of_case(case).quota


def rounds_of(item: Item) -> QuerySet[QuotaRound]:
    """Those that were published, newest first."""
    return QuotaRound.objects.filter(item=item, published_at__isnull=False).order_by("-opens_on", "-id")


def applied_on(case: Case) -> date | None:
    """The day by which it belongs to a round: on which it was sent, or received at a window."""
    moment = case.submitted_at or case.received_at
    return moment.astimezone(ZoneInfo(case.hall.timezone)).date() if moment is not None else None


def round_for(case: Case) -> QuotaRound | None:
    """The round of the day on which it was applied for; where its list is closed, or there is none, the next."""
    day = applied_on(case)
    if day is None:
        return None
    return rounds_of(case.item).filter(closes_on__gte=day, closed_at=None).order_by("opens_on").first()


def entry_of(case: Case) -> QuotaEntry | None:
    """The last round that it was in; None where its places are not counted."""
    if quota_of(case) is None:
        return None
    return QuotaEntry.objects.filter(case=case).select_related("round").order_by("-id").first()


def limit_begins(case: Case) -> date | None:
    """The day of the draw, from which the limits of what is drawn by lot run; None: as ever, from the acceptance."""
    quota = quota_of(case)
    if quota is None or quota.by != "draw":
        return None
    entry = entry_of(case)
    return entry.round.draw_on if entry is not None else None


def earlier_in(round_: QuotaRound, case: Case) -> int:
    """How many wait in the round that were accepted before this one."""
    before = Q(case__accepted_at__lt=case.accepted_at) | Q(case__accepted_at=case.accepted_at, case_id__lt=case.pk)
    return QuotaEntry.objects.filter(before, round=round_, state="waits").exclude(case=case).count()


def standing_of(case: Case) -> Standing | None:
    """Where a case stands in its round; None where no places are counted for it."""
    entry = entry_of(case)
    if entry is None:
        return None
    found = entry.round
    waiting = found.entries.filter(state="waits").count()
    ahead = earlier_in(found, case) if found.by == "order" and entry.state == "waits" else 0
    return Standing(entry, found, found.places - found.taken, waiting, ahead)


def place_refusal(case: Case) -> Refused | None:
    """Why it could not be granted now, for whoever decides; it is asked again when they do."""
    standing = standing_of(case)
    if standing is None:
        return None
    found = standing.round
    if found.by == "draw":
        no = draw_refusal(standing.entry.state, draw_on=found.draw_on)
    elif standing.entry.state == "holds":
        no = None
    else:
        no = order_refusal(places=found.places, taken=found.taken, earlier=standing.ahead)
    return Refused(no) if no is not None else None


def need_round(case: Case, *, day: date) -> None:
    """What is counted is taken while a round is open; before the first round that was ever published, at any time.

    :raises Refused: no-round-open, with the day on which the next one opens.
    """
    quota = catalogue.handling_of(case.item).quota
    if quota is None:
        return
    rounds = rounds_of(case.item)
    if not rounds.exists() or rounds.filter(opens_on__lte=day, closes_on__gte=day).exists():
        return
    ahead = rounds.filter(opens_on__gt=day).order_by("opens_on").first()
    raise Refused("no-round-open", facts={"opens": ahead.opens_on.isoformat()} if ahead is not None else {})


def round_by_id(round_id: int) -> QuotaRound:
    """One that was published. :raises Refused: nothing-found."""
    row = QuotaRound.objects.filter(pk=round_id, published_at__isnull=False).select_related("item__department").first()
    if row is None:
        raise Refused("nothing-found", facts={"round": str(round_id)})
    return row


def state_of(row: QuotaRound, *, today: date) -> str:
    if row.published_at is None:
        return "proposed"
    if row.drawn_at is not None:
        return "drawn"
    if row.closed_at is not None:
        return "listed"
    if today < row.opens_on:
        return "ahead"
    return "open" if today <= row.closes_on else "closed"


def line_of(row: QuotaRound, *, today: date) -> RoundLine:
    waiting = row.entries.filter(state="waits").count()
    return RoundLine(row, state_of(row, today=today), row.places - row.taken, waiting)


def shown_round(item: Item, *, today: date) -> RoundLine | None:
    """What an item's page tells: the round that is open, else the next, else the last."""
    rounds = rounds_of(item)
    row = rounds.filter(closes_on__gte=today).order_by("opens_on").first() or rounds.first()
    return line_of(row, today=today) if row is not None else None


def public_list(row: QuotaRound, *, start: int = 0, most: int | None = None) -> Sequence[Listed]:
    """The closed list, masked, by number; drawn, with its ranks. Empty before.

    :param start: how many to pass over of `row.entrants`. :param most: so many at the most; None: all that follow.
    """
    if row.closed_at is None:
        return []
    rows = (
        row.entries.filter(number__isnull=False).order_by("number").values_list("number", "case__no", "rank", "state")
    )
    shown = rows[start:] if most is None else rows[start : start + most]
    return [Listed(number or 0, masked_no(no), rank, state) for number, no, rank, state in shown]


def proposed_before(item_code: str) -> QuotaRound | None:
    """What waits to be published of an item, and is dropped when another round is proposed."""
    return QuotaRound.objects.filter(item__code=item_code, published_at=None, dropped_at=None).order_by("-id").first()


def rounds_here(*, department: str = "") -> list[QuotaRound]:
    """Rounds that were not dropped, for those who make them: of each item the newest first. :param department: "" all."""
    rows = QuotaRound.objects.filter(dropped_at=None).select_related("item__department")
    if department:
        rows = rows.filter(item__department__code=department)
    return list(rows.order_by("item__code", "-opens_on", "-id"))


def waiting_in(row: QuotaRound, *, halls: Sequence[str]) -> QuerySet[QuotaEntry]:
    """Cases of these halls that wait in a round, in the order of acceptance."""
    rows = row.entries.filter(state="waits", case__hall__code__in=list(halls)).select_related("case")
    return rows.order_by("case__accepted_at", "case_id")


def counted_items(*, department: str = "") -> list[Item]:
    """Items whose places are counted."""
    rows = Item.objects.filter(handling__has_key="quota").select_related("department").order_by("code")
    return list(rows.filter(department__code=department) if department else rows)
