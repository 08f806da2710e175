"""Credit as the person sees it (信用): what counts, until when booking is suspended and why, and the appeals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.http import Http404

from banshi.rooms.booking.models import Appeal, LedgerEntry, Suspension
from banshi.rooms.identity.models import AccountPerson
from banshi.rooms.identity.queries import Mine
from banshi.rooms.places.models import Hall

ZONE = ZoneInfo("Asia/Shanghai")
ENTRIES_SHOWN = 12


@dataclass(frozen=True)
class Tally:
    """Entries that count in one scope; `hall` is the one where the newest of them happened."""

    hall: Hall
    no_shows: int
    cancels: int


@dataclass(frozen=True)
class PersonCredit:
    """One of the account's people. `suspensions`: in force or to come; `entries`: newest first, forgiven ones too."""

    person: Mine
    suspensions: tuple[Suspension, ...]
    entries: tuple[LedgerEntry, ...]

    @property
    def tallies(self) -> list[Tally]:
        """What counts, per scope: halls that count apart never add up to a pause together."""
        counting = [each for each in self.entries if each.forgiven_at is None and each.used_by_id is None]
        found = []
        for scope in dict.fromkeys(each.scope for each in counting):
            here = [each for each in counting if each.scope == scope]
            no_shows = sum(each.kind == "no_show" for each in here)
            found.append(Tally(here[0].appointment.hall, no_shows, len(here) - no_shows))
        return found


def of_people(mine: Sequence[Mine], *, now: datetime) -> list[PersonCredit]:
    """Those of `mine` with anything in the ledger; as many queries for many people as for one."""
    ids = [each.pk for each in mine]
    today: date = now.astimezone(ZONE).date()
    appeals = Prefetch("appeals", queryset=Appeal.objects.order_by("-made_at", "-id"))
    suspensions = list(
        Suspension.objects.filter(person__in=ids, lifted_at=None, until_on__gte=today)
        .prefetch_related(appeals)
        .order_by("from_on", "id")
    )
    entries = list(
        LedgerEntry.objects.filter(person__in=ids)
        .select_related("appointment__item", "appointment__hall")
        .prefetch_related(appeals)
        .order_by("-at", "-id")[: ENTRIES_SHOWN * max(1, len(mine))]
    )
    found = []
    for person in mine:
        barred = tuple(each for each in suspensions if each.person_id == person.pk)
        ledger = tuple(each for each in entries if each.person_id == person.pk)[:ENTRIES_SHOWN]
        if barred or ledger:
            found.append(PersonCredit(person, barred, ledger))
    return found


def mine_or_404(account_id: int, *, suspension: int | None, entry: int | None) -> None:
    """:raises Http404: it does not belong to one of the account's people."""
    mine = AccountPerson.objects.filter(account_id=account_id, removed_at=None).values("person_id")
    if suspension is not None:
        theirs = Suspension.objects.filter(id=suspension, person_id__in=mine).exists()
    else:
        assert entry is not None
        theirs = LedgerEntry.objects.filter(id=entry, person_id__in=mine).exists()
    if not theirs:
        raise Http404
