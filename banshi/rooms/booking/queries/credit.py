"""A person's credit (信用) in a hall: what counts, what was forgiven, whether booking is suspended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from banshi.kernel.policy import Credit as CreditRule
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking import rules
from banshi.rooms.booking.models import Appeal, Appointment, LedgerEntry, Suspension
from banshi.rooms.booking.queries.facts import hall_facts
from banshi.rooms.places.models import Hall

# Of an appointment, for `filter` and `annotate`: missed, and forgiven since – an outage, an appeal, a day of the hall's own
# fault. Of a visit one entry stands for all its matters.
FORGIVEN = Q(state="no_show") & Exists(
    LedgerEntry.objects.filter(
        Q(appointment=OuterRef("pk")) | Q(visit=OuterRef("code")) | Q(visit=OuterRef("visit_group")) & ~Q(visit=""),
        kind="no_show",
        forgiven_at__isnull=False,
    )
)


@dataclass(frozen=True)
class EntryLine:
    """One entry of the ledger. `used` – it has led to a suspension already and counts for no further one."""

    id: int
    kind: str
    on: date
    appointment: str
    item_zh: str
    item_en: str
    forgiven_at: datetime | None
    forgiven_why: str
    used: bool
    open_appeal: bool


@dataclass(frozen=True)
class SuspensionLine:
    id: int
    reason: str
    reason_zh: str
    reason_en: str
    from_on: date
    until_on: date
    lifted_at: datetime | None
    lifted_why: str
    in_force: bool
    open_appeal: bool


@dataclass(frozen=True)
class AppealLine:
    """What somebody says against an `entry` or a `suspension`."""

    id: int
    entry: EntryLine | None
    suspension: SuspensionLine | None
    text: str
    made_at: datetime
    state: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Credit:
    """`no_shows` and `cancels_this_month` are those that count now: not forgiven, not used up by a suspension."""

    no_shows: int
    no_show_limit: int | None
    cancels_this_month: int
    cancel_limit: int | None
    suspended_until: date | None
    entries: tuple[EntryLine, ...]
    suspensions: tuple[SuspensionLine, ...]
    appeals: tuple[AppealLine, ...]


def whole(why: str, appeals: Iterable[Appeal]) -> str:
    """Why something was forgiven or lifted. Where an appeal did it that is its answer, of which only the beginning was kept
    once: the answer itself then."""
    answers = [each.answer for each in appeals if each.state == "upheld"]
    return next((answer for answer in answers if why and answer.startswith(why)), why)


def parties_about(person_id: int, hall: Hall, now: datetime) -> list[str]:
    """On whom credit about a person's visits falls in this hall's scope: the person first, then whoever booked for them."""
    scope = hall_facts(hall, now=now).scope
    found = {
        *LedgerEntry.objects.filter(person_id=person_id, scope=scope).values_list("party", flat=True),
        *Suspension.objects.filter(person_id=person_id, scope=scope).values_list("party", flat=True),
    }
    own = f"person:{person_id}"
    return [own, *sorted(found - {own})]


def credit_of(party: str, hall: Hall, now: datetime) -> Credit:
    """Where a party (`rules.party_of`) stands in the hall's credit scope (the hall itself, or its city), newest first."""
    facts = hall_facts(hall, now=now)
    today = now.astimezone(facts.zone).date()
    rule = facts.policy.booking.credit
    rows = LedgerEntry.objects.filter(party=party, scope=facts.scope).select_related("appointment__item")
    entries = list(rows.order_by("-on", "-at", "-id"))
    bars = list(Suspension.objects.filter(party=party, scope=facts.scope).order_by("-from_on", "-id"))
    appeals = [
        *Appeal.objects.filter(entry__in=[row.pk for row in entries]).order_by("-id"),
        *Appeal.objects.filter(suspension__in=[row.pk for row in bars]).order_by("-id"),
    ]
    appealed = {(row.entry_id, row.suspension_id) for row in appeals if row.state == "open"}
    count = [row for row in entries if row.forgiven_at is None and not (rule.uses_strikes_up and row.used_by_id)]
    in_force = [row for row in bars if row.lifted_at is None and rules.in_force(row.from_on, row.until_on, today)]
    of_entry: dict[int | None, list[Appeal]] = defaultdict(list)
    of_bar: dict[int | None, list[Appeal]] = defaultdict(list)
    for each in appeals:
        (of_bar[each.suspension_id] if each.entry_id is None else of_entry[each.entry_id]).append(each)
    entry_lines = {
        row.pk: EntryLine(
            id=row.pk,
            kind=row.kind,
            on=row.on,
            appointment=row.appointment.code,
            item_zh=row.appointment.item.name_zh,
            item_en=row.appointment.item.name_en,
            forgiven_at=row.forgiven_at,
            forgiven_why=whole(row.forgiven_why, of_entry.get(row.pk, ())),
            used=row.used_by_id is not None,
            open_appeal=(row.pk, None) in appealed,
        )
        for row in entries
    }
    bar_lines = {
        row.pk: SuspensionLine(
            id=row.pk,
            reason=row.reason,
            reason_zh=rules.REASONS[row.reason]["zh"],
            reason_en=rules.REASONS[row.reason]["en"],
            from_on=row.from_on,
            until_on=row.until_on,
            lifted_at=row.lifted_at,
            lifted_why=whole(row.lifted_why, of_bar.get(row.pk, ())),
            in_force=row in in_force,
            open_appeal=(None, row.pk) in appealed,
        )
        for row in bars
    }
    return Credit(
        no_shows=sum(row.kind == "no_show" for row in count),
        no_show_limit=rule.no_shows,
        cancels_this_month=sum(
            row.kind == "cancel" and (row.on.year, row.on.month) == (today.year, today.month) for row in count
        ),
        cancel_limit=rule.cancels_per_month,
        suspended_until=max((row.until_on for row in in_force), default=None),
        entries=tuple(entry_lines.values()),
        suspensions=tuple(bar_lines.values()),
        appeals=tuple(
            AppealLine(
                row.pk,
                entry_lines.get(row.entry_id or 0),
                bar_lines.get(row.suspension_id or 0),
                row.text,
                row.made_at,
                row.state,
                row.answer,
                row.answered_at,
            )
            for row in appeals
        ),
    )


def barred_altogether(parties: Collection[str], hall: Hall, *, now: datetime) -> Refusal | None:
    """Why nobody of these parties can book in the hall by themselves now, or None where one can.

    Before a period is chosen: what a booking itself is refused for is in `rules.refusal`.
    """
    facts = hall_facts(hall, now=now)
    today = now.astimezone(facts.zone).date()
    rows = Suspension.objects.filter(party__in=parties, scope=facts.scope, lifted_at=None, until_on__gte=today)
    found: dict[str, Suspension] = {}
    for row in rows.order_by("until_on", "id"):
        if rules.in_force(row.from_on, row.until_on, today):
            found[row.party] = row
    if "web" not in facts.policy.booking.suspension_bars or not found or len(found) < len(parties):
        return None
    first = min(found.values(), key=lambda each: (each.until_on, each.pk))
    return rules.suspended(rules.Barred(first.until_on, first.reason), facts.zone)


def hall_of_scope(suspension: Suspension) -> str:
    """The hall it was decided in; "" where it is of a region."""
    return suspension.scope if Hall.objects.filter(code=suspension.scope).exists() else ""


@dataclass(frozen=True)
class AppealTime:
    """Until when (exclusive) an appeal is taken, in the zone of the hall (`code`) that it is with."""

    closes: datetime
    zone: ZoneInfo
    hall: str


def appeal_time(*, entry: LedgerEntry | None = None, suspension: Suspension | None = None) -> AppealTime:
    """The time for an appeal against one of them, as the policy gave it when it happened."""
    of = entry
    if suspension is not None:
        used = LedgerEntry.objects.select_related("appointment__hall").filter(used_by=suspension)
        of = used.order_by("-on", "-id").first()
        if of is None:  # by decision of the hall: no entry stands behind it
            closes = suspension.made_at + timedelta(days=CreditRule().appeal_days)
            return AppealTime(closes, ZoneInfo("Asia/Shanghai"), hall_of_scope(suspension))
    assert of is not None
    hall = hall_facts(of.appointment.hall, now=of.at)
    since = suspension.made_at if suspension is not None else of.at
    closes = since + timedelta(days=hall.policy.booking.credit.appeal_days)
    return AppealTime(closes, hall.zone, of.appointment.hall.code)


def may_still_appeal(*, now: datetime, entry: LedgerEntry | None = None, suspension: Suspension | None = None) -> bool:
    """Whether an appeal against it would be taken now: it counts, or bars, and the time is not over."""
    time = appeal_time(entry=entry, suspension=suspension)
    if suspension is not None:
        stands = suspension.lifted_at is None and suspension.until_on >= now.astimezone(time.zone).date()
    else:
        stands = entry is not None and entry.forgiven_at is None
    return stands and now < time.closes


@dataclass(frozen=True)
class Struck:
    """What was noted about a booking and the suspension that came of it, with their appeals, newest first.

    `entry_open`, `suspension_open`: whether an appeal against it would be taken now.
    """

    entry: LedgerEntry
    entry_open: bool
    suspension: Suspension | None
    suspension_open: bool


def struck_for(row: Appointment, *, now: datetime) -> list[Struck]:
    """What the ledger says of this booking: its own entries, and of a visit that nobody came for its one entry."""
    own = Q(appointment=row)
    if row.state == rules.State.NO_SHOW:
        own |= Q(visit=row.visit_group or row.code, kind="no_show")
    appeals: QuerySet[Appeal] = Appeal.objects.order_by("-made_at", "-id")
    entries = LedgerEntry.objects.filter(own).select_related("appointment__hall", "appointment__item", "used_by")
    entries = entries.prefetch_related(
        Prefetch("appeals", queryset=appeals), Prefetch("used_by__appeals", queryset=appeals)
    )
    found = []
    for each in entries.order_by("-at", "-id"):
        bar = each.used_by or _lifted_on_appeal(each, appeals, now=now)
        open_bar = bar is not None and may_still_appeal(suspension=bar, now=now)
        found.append(Struck(each, may_still_appeal(entry=each, now=now), bar, open_bar))
    return found


def _lifted_on_appeal(entry: LedgerEntry, appeals: QuerySet[Appeal], *, now: datetime) -> Suspension | None:
    """The suspension that an appeal lifted, until it would have ended: it holds its entries no more."""
    today = now.astimezone(ZoneInfo(entry.appointment.hall.timezone)).date()
    lifted = Suspension.objects.filter(
        party=entry.party, scope=entry.scope, made_at__gte=entry.at, until_on__gte=today, appeals__state="upheld"
    )
    return (
        lifted.exclude(lifted_at=None).prefetch_related(Prefetch("appeals", queryset=appeals)).order_by("-id").first()
    )
