"""Book: set-based, so that requests which arrive together are committed together.

Two round trips for any number of requests: one reads the facts of all, the rules decide in Python, one statement
claims the places and writes appointments, messages and audit entries. No NOTIFY and no job on this path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.foundation import prepared
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.booking.actions.asked import Asked, Granted
from banshi.rooms.booking.actions.chances import Chances
from banshi.rooms.booking.actions.kept_places import kept_for, offered
from banshi.rooms.booking.actions.placing_long import place_long
from banshi.rooms.booking.actions.retrying import TRIES
from banshi.rooms.booking.actions.verdicts import MALFORMED, decided, well_formed, with_chances
from banshi.rooms.booking.actions.writing import appointment_of, write
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries.facts import Opens, facts_asked, facts_of, read_facts
from banshi.rooms.identity import actions as identity


def place_many(
    asked: Sequence[Asked], *, now: datetime, read: Sequence[tuple[Any, ...]] | None = None, whole: bool = False
) -> list[Appointment | Refused]:
    """Book a place for each request; one result per request, in order. Requests are served first come, first served.

    Safe against any number of others doing the same: a slot is never oversold, a person never booked twice. A request
    that lost a race gets the reason as it then is. Two requests of one person are decided one after the other.

    :param now: hall time.
    :param read: rows of `facts_asked` for these requests, read in this transaction a moment ago.
    :param whole: the caller's transaction is this alone, and is done again as a whole where it met another.
    """
    results: dict[int, Appointment | Refused] = {}
    opens = Opens(now, settled=whole)
    chances = Chances(now, opens)
    tries = [0] * len(asked)
    todo = list(range(len(asked)))
    while todo:
        for i in [i for i in todo if not well_formed(asked[i])]:
            results[i] = Refused("invalid", facts={"slot": asked[i].slot_id, "reason": MALFORMED})
        if read is not None:
            known, read = facts_of(read, now=now, opens=opens), None
            facts = [known[i] for i in todo if i not in results]
            todo = [i for i in todo if i not in results]
        else:
            todo = [i for i in todo if i not in results]
            facts = read_facts([asked[i].asking for i in todo], now=now, opens=opens)
        granted: dict[int, Granted] = {}
        people: set[int] = set()
        accounts: set[int] = set()  # their caps are counted one booking at a time
        claimed: dict[tuple[int, bool], int] = {}
        later: list[int] = []
        kept: set[tuple[int, int]] | None = None  # looked up once somebody's slot is full
        for i, fact in zip(todo, facts, strict=True):
            if asked[i].person_id in people or asked[i].account_id in accounts:
                later.append(i)
                continue
            verdict = decided(asked[i], fact, now=now)
            if isinstance(verdict, Refusal) and verdict.slug == "slot-full":
                if kept is None:
                    kept = kept_for([asked[n] for n in todo], now=now)
                if (asked[i].slot_id, asked[i].person_id) in kept and (mine := offered(asked[i], fact, now=now)):
                    verdict = decided(mine, fact, now=now)
            if isinstance(verdict, Refusal):
                results[i] = with_chances(verdict, fact, asked[i], chances, now=now)
            elif verdict.asked.hold_id is not None or verdict.item.facts.periods > 1 or verdict.asked.persons > 1:
                results[i] = place_long(verdict, chances, now=now)
                _one_at_a_time(asked[i], people, accounts)
            elif claimed.get((key := (verdict.slot.id, asked[i].internal)), 0) >= verdict.slot.free(internal=key[1]):
                later.append(i)  # those before it will probably take the last places
            else:
                granted[i] = verdict
                _one_at_a_time(asked[i], people, accounts)
                claimed[key] = claimed.get(key, 0) + 1
        written = write(list(granted.values()), whole=whole, now=now) if granted else {}
        for i, grant in granted.items():
            tries[i] += 1
            if grant.code in written:
                results[i] = appointment_of(grant, *written[grant.code], now=now)
            elif tries[i] < TRIES:
                later.append(i)
            else:
                results[i] = Refused("changed-meanwhile")
        todo = sorted(later)
    return [results[i] for i in range(len(asked))]


def looking_up(asked: Sequence[Asked], *, now: datetime) -> prepared.Statement:
    """The statement whose rows `place_many` takes as `read`, for whoever has more to ask in the same round trip."""
    return facts_asked([each.asking for each in asked], now=now)


def _one_at_a_time(asked: Asked, people: set[int], accounts: set[int]) -> None:
    """Whoever else of this person or account stands in the batch is looked at anew, with what was booked just now."""
    people.add(asked.person_id)
    if asked.account_id is not None:
        accounts.add(asked.account_id)


def place(
    *,
    slot_id: int,
    item_code: str,
    person_id: int,
    source: str,
    by: Actor,
    now: datetime,
    account_id: int | None = None,
    language: str = "zh-hans",
    note: str = "",
    internal: bool = False,
    why: str = "",
    visit_group: str = "",
    hold_id: int | None = None,
    name: str = "",
    contact: str | None = None,
    evidence: int = 0,
    holder: str = "",
    behind: str = "",
    ride_along: bool = False,
    persons: int = 1,
    back: bool = False,
    undone: bool = False,
    answers: Mapping[str, str] | None = None,
) -> Appointment:
    """Book for one person (预约), or – where the matter allows – for several who come together, a place each.

    :param back: what the hall cancelled and gave back (`rules.refusal`); :param undone, answers: as in `Asked`.
    :raises Refused: with the rule, the facts and the next chance, to show to the citizen.
    """
    one = Asked(
        slot_id=slot_id,
        item_code=item_code,
        person_id=person_id,
        source=source,
        by=by,
        account_id=account_id,
        language=language,
        note=note,
        internal=internal,
        why=why,
        visit_group=visit_group,
        hold_id=hold_id,
        name=name,
        contact=contact,
        evidence=evidence,
        holder=holder,
        behind=behind,
        ride_along=ride_along,
        persons=persons,
        back=back,
        undone=undone,
        answers=answers or {},
    )
    if account_id is None:
        return one_of(place_many([one], now=now)[0])
    with transaction.atomic():
        # An account's caps are counted under its lock: twenty hands of one account are served one after the other.
        identity.lock_account(account_id)
        return one_of(place_many([one], now=now)[0])


def one_of(result: Appointment | Refused) -> Appointment:
    if isinstance(result, Refused):
        raise result
    return result
