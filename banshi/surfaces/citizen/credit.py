"""Credit as the person sees it (信用): what counts, until when booking is suspended and why, and the appeals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.http import Http404

from banshi.foundation.crypto import link_key_ok
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking.models import Appeal, Appointment, LedgerEntry, Suspension
from banshi.rooms.booking.queries.credit import Struck, barred_altogether, may_still_appeal, struck_for
from banshi.rooms.booking.queries.mandated import by_mandate
from banshi.rooms.identity import queries as people
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.doors import by_clients_link, key_given, on_my_document

ZONE = ZoneInfo("Asia/Shanghai")
ENTRIES_SHOWN = 12


@dataclass(frozen=True)
class Tally:
    """Entries that count in one scope; `hall` is the one where the newest of them happened."""

    hall: Hall
    no_shows: int
    cancels: int


@dataclass(frozen=True)
class PartyCredit:
    """What falls on this account, or on its own proven person (`name`; "" for the account).

    `suspensions`: in force or to come; `lifted`: those an appeal lifted, until they would have ended; `entries`: newest
    first, forgiven ones too; `to_appeal`: those of both against which an appeal would be taken now.
    """

    name: str
    suspensions: tuple[Suspension, ...]
    lifted: tuple[Suspension, ...]
    entries: tuple[LedgerEntry, ...]
    to_appeal: tuple[Suspension | LedgerEntry, ...]

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


def _parties(account_id: int) -> dict[str, str]:
    """On whom credit falls that concerns this account, and how that is called."""
    found = {f"account:{account_id}": ""}
    for each in people.people_of(account_id):
        if each.is_me:
            found[f"person:{each.pk}"] = each.name
    return found


def barred(account_id: int | None, hall: Hall, *, now: datetime) -> Refusal | None:
    """Why whoever is signed in can book for nobody in the hall: not for themselves by proof, and not for others."""
    return None if account_id is None else barred_altogether(_parties(account_id), hall, now=now)


def of_account(account_id: int, *, now: datetime) -> list[PartyCredit]:
    """What falls on the account and on its own proven person; never what others booked on anybody's document."""
    today: date = now.astimezone(ZONE).date()
    parties = _parties(account_id)
    appeals = Prefetch("appeals", queryset=Appeal.objects.order_by("-made_at", "-id"))
    suspensions = list(
        Suspension.objects.filter(party__in=parties, until_on__gte=today)
        .prefetch_related(appeals)
        .order_by("from_on", "id")
    )
    entries = list(
        LedgerEntry.objects.filter(party__in=parties)
        .select_related("appointment__item", "appointment__hall")
        .prefetch_related(appeals)
        .order_by("-at", "-id")[: ENTRIES_SHOWN * len(parties)]
    )
    found = []
    for party, name in parties.items():
        of_party = [each for each in suspensions if each.party == party]
        barred = tuple(each for each in of_party if each.lifted_at is None)
        lifted = tuple(
            each
            for each in of_party
            if each.lifted_at is not None and any(row.state == "upheld" for row in each.appeals.all())
        )
        ledger = tuple(each for each in entries if each.party == party)[:ENTRIES_SHOWN]
        if barred or lifted or ledger:
            found.append(PartyCredit(name, barred, lifted, ledger, _to_appeal(barred, ledger, now=now)))
    return found


def _to_appeal(
    barred: Sequence[Suspension], ledger: Sequence[LedgerEntry], *, now: datetime
) -> tuple[Suspension | LedgerEntry, ...]:
    open_bars = [each for each in barred if not each.appeals.all() and may_still_appeal(suspension=each, now=now)]
    counting = [each for each in ledger if each.forgiven_at is None and not each.appeals.all()]
    return (*open_bars, *(each for each in counting if may_still_appeal(entry=each, now=now)))


def mine_or_404(account_id: int, *, suspension: int | None, entry: int | None) -> None:
    """:raises Http404: it does not fall on the account or its own person."""
    parties = list(_parties(account_id))
    if suspension is not None:
        theirs = Suspension.objects.filter(id=suspension, party__in=parties).exists()
    else:
        assert entry is not None
        theirs = LedgerEntry.objects.filter(id=entry, party__in=parties).exists()
    if not theirs:
        raise Http404


def of_booking(request: Any, found: Appointment, *, now: datetime) -> list[Struck]:
    """What was noted about a booking, for whoever looks at it, where it falls on them.

    Whoever holds the link of its messages is told of it and may say why, whatever it was booked by; a client only where it
    is theirs and not their agent's.
    """
    return [each for each in struck_for(found, now=now) if _falls_on(each.entry.party, request, found)]


def _falls_on(party: str, request: Any, found: Appointment) -> bool:
    account = request.who.account_id
    persons = party == f"person:{found.person_id}"
    if (account is not None and party == f"account:{account}") or (persons and on_my_document(request, found)):
        return True
    if by_clients_link(request, found):
        return persons
    booked_it = account is not None and found.account_id == account
    if not booked_it and not link_key_ok(found.code, key_given(request), found.link_turn):
        return False
    agents = by_mandate(found) and found.contact != people.told_at(found.person_id)[0]
    return not (persons and agents)
