"""期次: one proposes a round, another publishes it; of a draw one closes the list and commits to a seed, another draws."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.actions.ground import decided_by, dues, invalid, last_day, step, tell
from banshi.rooms.cases.actions.places import hold, said
from banshi.rooms.cases.models import Case, QuotaEntry, QuotaRound
from banshi.rooms.cases.queries.quota import limit_begins, quota_of, round_by_id, rounds_of
from banshi.rooms.cases.queries.unsettled import unsettled
from banshi.rooms.cases.rules import quota as rules
from banshi.rooms.cases.rules.lifecycle import UNDER_CLOCK
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item

_PUBLISHES = {"zh": "提出一期名额的人不能自己公布", "en": "Whoever proposed a round does not publish it"}
_DRAWS = {"zh": "封存名单的人不能摇号", "en": "Whoever closed the list does not draw"}


def propose_round(
    *,
    item_code: str,
    places: int,
    opens_on: date,
    closes_on: date,
    draw_on: date | None = None,
    by: Actor,
    now: datetime,
) -> QuotaRound:
    """提出一期: another person publishes it. What was proposed before of the item is dropped.

    :param draw_on: of what is drawn by lot: the day from which it may be drawn and its limits run.
    :raises Refused: nothing-found; invalid – an item whose places are not counted, no such days or places, or another round has
        some of the days.
    """
    item = catalogue.item_by_code(item_code)
    quota = catalogue.handling_of(item).quota
    if quota is None:
        raise invalid("item", "这个事项没有按名额办理", "The places of this matter are not counted")
    if wrong := rules.round_faults(by=quota.by, places=places, opens=opens_on, closes=closes_on, draw=draw_on):
        raise invalid(*wrong)
    _need_ahead(closes_on, now=now)
    with transaction.atomic():
        _lock(item)
        _need_free(item, opens_on, closes_on)
        QuotaRound.objects.filter(item=item, published_at=None, dropped_at=None).update(dropped_at=now)
        last = QuotaRound.objects.filter(item=item, year=opens_on.year).aggregate(last=Max("number"))["last"] or 0
        row = QuotaRound.objects.create(
            item=item, year=opens_on.year, number=last + 1, by=quota.by, places=places, opens_on=opens_on, closes_on=closes_on,
            draw_on=draw_on, asked_at=now, asked_by=str(by),
        )  # fmt: skip
        _record("proposed-round", row, by=by, now=now, places=places)
    return row


def publish_round(*, round_id: int, by: Actor, now: datetime) -> QuotaRound:
    """公布: from now on it holds, and never changes. Who waited for a round takes part in it.

    :raises Refused: nothing-found; changed-meanwhile – it was dropped, or is published already; same-person; invalid – another
        round has some of the days by now, or they have gone by.
    """
    found = _proposed(round_id)
    with transaction.atomic():
        waiting = _locked(_without_round(found.item))
        _lock(found.item)
        row = hold(found)
        if row.dropped_at is not None or row.published_at is not None:
            raise Refused("changed-meanwhile")
        if row.asked_by == str(by):
            raise Refused("same-person", facts={"reason": _PUBLISHES})
        _need_ahead(row.closes_on, now=now)
        _need_free(row.item, row.opens_on, row.closes_on)
        row.published_at, row.published_by = now, str(by)
        row.save(update_fields=["published_at", "published_by"])
        for case in waiting:
            if case.phase in UNDER_CLOCK and not QuotaEntry.objects.filter(case=case, state__in=rules.LIVE).exists():
                _into(case, row, by=by, now=now)
        _record("published-round", row, by=by, now=now, places=row.places)
    return row


def drop_round(*, round_id: int, by: Actor, now: datetime) -> None:
    """不公布. :raises Refused: nothing-found; changed-meanwhile – it is published, or was dropped."""
    with transaction.atomic():
        row = hold(_proposed(round_id))
        if row.dropped_at is not None or row.published_at is not None:
            raise Refused("changed-meanwhile")
        row.dropped_at = now
        row.save(update_fields=["dropped_at"])
        _record("dropped-round", row, by=by, now=now)


def close_list(*, round_id: int, today: date, by: Actor, now: datetime) -> QuotaRound:
    """封存名单: who takes part is numbered, and the SHA-256 of a seed is public from now on. The seed itself nobody sees.

    :param today: the day where the round is held.
    :raises Refused: nothing-found; changed-meanwhile – closed already, or not drawn by lot; too-early – it still takes
        applications; round-unsettled – the hall or the department has not done its part of every case.
    """
    with transaction.atomic():
        row = hold(round_by_id(round_id))
        if row.by != "draw" or row.closed_at is not None:
            raise Refused("changed-meanwhile")
        if today <= row.closes_on:
            raise Refused("too-early", facts={"opens": row.closes_on.isoformat()})
        if left := unsettled(row):
            raise Refused("round-unsettled", facts={"left": left})
        entries = list(row.entries.filter(state="waits").select_related("case").order_by("case__no"))
        for number, entry in enumerate(entries, 1):
            entry.number = number
        QuotaEntry.objects.bulk_update(entries, ["number"], batch_size=1000)
        seed = secrets.token_hex(32)
        row.closed_at, row.closed_by, row.seed, row.entrants = now, str(by), seed, len(entries)
        row.commitment = rules.committed(seed)
        row.list_hash = rules.listed([rules.masked_no(entry.case.no) for entry in entries])
        row.save(update_fields=["closed_at", "closed_by", "seed", "entrants", "commitment", "list_hash"])
        _record("closed-round", row, by=by, now=now, entrants=len(entries), commitment=row.commitment)
    return row


def draw_round(*, round_id: int, today: date, by: Actor, now: datetime) -> QuotaRound:
    """摇号: the seed is revealed and decides; every case hears, in one transaction. Of two who press at once one draws.

    :param by: another than who closed the list. :raises Refused: nothing-found; changed-meanwhile – the list is open, or it was
        drawn; same-person; too-early – before the day that was announced; invalid – who is not drawn goes on to the next round,
        and none is published.
    """
    found = round_by_id(round_id)
    with transaction.atomic():
        cases = {
            case.pk: case for case in _locked(found.entries.filter(state="waits").values_list("case_id", flat=True))
        }
        row = hold(found)
        if row.closed_at is None or row.drawn_at is not None or row.draw_on is None:
            raise Refused("changed-meanwhile")
        if row.closed_by == str(by):
            raise Refused("same-person", facts={"reason": _DRAWS})
        if today < row.draw_on:
            raise Refused("too-early", facts={"opens": row.draw_on.isoformat()})
        row.drawn_at, row.drawn_by = now, str(by)
        row.save(update_fields=["drawn_at", "drawn_by"])
        following = rounds_of(row.item).filter(opens_on__gt=row.closes_on, closed_at=None).order_by("opens_on").first()
        ranks = {number: rank for rank, number in enumerate(rules.drawn(str(row.seed), row.entrants), 1)}
        left = row.places
        entries = row.entries.filter(number__isnull=False).order_by("id")
        for entry in sorted(entries, key=lambda each: ranks[each.number or 0]):
            entry.rank = ranks[entry.number or 0]
            if entry.state == "waits":  # who left since is passed over
                entry.state, entry.settled_at = ("drawn" if left > 0 else "missed"), now
                left -= 1
            entry.save(update_fields=["rank", "state", "settled_at"])
            if entry.case_id in cases and entry.state in ("drawn", "missed"):
                _tell_drawn(cases[entry.case_id], entry, row, following, by=by, now=now)
        _record("drew-round", row, by=by, now=now, entrants=row.entrants, places=row.places, seed=str(row.seed))
    return row


def _tell_drawn(
    case: Case, entry: QuotaEntry, row: QuotaRound, following: QuotaRound | None, *, by: Actor, now: datetime
) -> None:
    drawn = entry.state == "drawn"
    facts = {"round": said(row), "number": entry.number, "rank": entry.rank, "drawn": drawn}
    event = step(case, "draw", by=by, now=now, facts=facts)
    if drawn:
        tell(case, "case_drawn", event=event, now=now, **decided_by(case))
        return
    quota = quota_of(case)
    if quota is not None and quota.carried:
        if following is None:
            raise invalid(
                "round",
                "没有中签的转入下一期；先公布下一期",
                "Who is not drawn goes on to the next round: publish it first",
            )
        _into(case, hold(following), by=by, now=now)
        return
    tell(case, "case_not_drawn", event=event, now=now)


def _into(case: Case, row: QuotaRound, *, by: Actor, now: datetime) -> None:
    """It takes part in a round; the days of what is drawn run from its draw. The case is locked, the round held."""
    QuotaEntry.objects.create(round=row, case=case, entered_at=now)
    columns = dues(case, now=now) if limit_begins(case) is not None and case.stopped_at is None else {}
    event = step(
        case, "enter_round", by=by, now=now, facts={"round": said(row), **columns}, **columns,
        **({"due_told": columns["due_promised"]} if columns else {}),
    )  # fmt: skip
    if row.draw_on is not None:
        tell(case, "case_next_round", event=event, now=now, day=row.draw_on.isoformat())


def _without_round(item: Item) -> list[int]:
    """Accepted, counted, and in no round."""
    rows = (
        Case.objects.filter(item=item, phase__in=UNDER_CLOCK)
        .exclude(quota_entries__state__in=rules.LIVE)
        .order_by("id")
    )
    return [case.pk for case in rows.select_related("item") if _takes_part(case)]


def _takes_part(case: Case) -> bool:
    """Whether it waits for a round: not what was not drawn and is to be refused."""
    quota = quota_of(case)
    return quota is not None and (quota.carried or not case.quota_entries.filter(state="missed").exists())


def _locked(ids: Iterable[int]) -> list[Case]:
    rows = Case.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "hall", "item", "department", "locked_by"
    )
    return list(rows.filter(pk__in=list(ids)).order_by("id"))


def _need_ahead(closes_on: date, *, now: datetime) -> None:
    """A round wholly in the past takes nobody, and once published stays."""
    if closes_on < last_day(now):  # the latest day that it is anywhere: an item has no hall of its own
        raise invalid("closes_on", "截止日已经过去", "The day on which it closes has gone by")


def _need_free(item: Item, opens_on: date, closes_on: date) -> None:
    """No published round has some of the days. The item is locked. :raises Refused: invalid – which one has, and when is free."""
    taken = rounds_of(item).order_by("opens_on")
    row = taken.filter(opens_on__lte=closes_on, closes_on__gte=opens_on).first()
    if row is None:
        return
    free = row.closes_on + timedelta(days=1)
    for each in taken.filter(opens_on__gt=row.closes_on):
        if each.opens_on > free:
            break
        free = each.closes_on + timedelta(days=1)
    raise invalid(
        "opens_on",
        f"{row.year} 年第 {row.number} 期已有 {row.opens_on} 到 {row.closes_on}，这一期最早从 {free} 开始",
        f"Round {row.number} of {row.year} has {row.opens_on} to {row.closes_on}: this one can begin on {free}",
    )


def _lock(item: Item) -> None:
    """Rounds of an item are written one after another."""
    Item.objects.select_for_update(no_key=True).get(pk=item.pk)


def _proposed(round_id: int) -> QuotaRound:
    row = QuotaRound.objects.filter(pk=round_id).select_related("item").first()
    if row is None:
        raise Refused("nothing-found", facts={"round": str(round_id)})
    return row


def _record(action: str, row: QuotaRound, *, by: Actor, now: datetime, **facts: object) -> None:
    audit.record(action=action, subject=f"item:{row.item.code}", by=by, now=now, facts={"round": said(row), **facts})
