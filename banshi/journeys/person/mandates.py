"""An agent's mandates (授权委托) meet the hall's matters and the systems agents book through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.booking.models import Appointment
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Account, Agent, Mandate
from banshi.rooms.identity.queries import KeyInfo
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import booked_behind, contact_of_booked
from banshi.rooms.tickets.rules import NUMBER

_NO_KEY = {"zh": "这个接入不能在本厅预约", "en": "No system that books in this hall has this key"}


def matters(hall: Hall, codes: Iterable[str]) -> list[str]:
    """Codes of matters that this hall handles, each once, in order.

    :raises Refused: item-not-here, naming the first that it does not.
    """
    asked = sorted(set(codes))
    known = set(HallItem.objects.filter(hall=hall, item__code__in=asked).values_list("item__code", flat=True))
    unknown = [code for code in asked if code not in known]
    if unknown:
        raise Refused("item-not-here", facts={"item": unknown[0], "hall": hall.code})
    return asked


FEW = 40  # so many matters are all shown; of more those found by words
MOST_ITEMS = 200  # of one mandate


@dataclass(frozen=True)
class Choice:
    """Matters for a mandate: by category, each with whether it is chosen. `many`: more than are shown without words."""

    many: bool
    matters: list[tuple[Category, list[tuple[HallItem, bool]]]]


def choice(hall: Hall, *, q: str, chosen: Sequence[str]) -> Choice:
    """Those chosen, and all of a small hall's, else those that the words find."""
    rows = HallItem.objects.filter(hall=hall).select_related("item", "category")
    many = rows.count() > FEW
    if many:
        found = [line.code for line in catalogue.search(q, hall=hall.code, limit=20)] if q else []
        rows = rows.filter(item__code__in={*found, *chosen})
    listed: dict[int, list[tuple[HallItem, bool]]] = {}
    categories: dict[int, Category] = {}
    for row in rows.order_by("category__order", "category__code", "item__code"):
        categories[row.category_id] = row.category
        listed.setdefault(row.category_id, []).append((row, row.item.code in chosen))
    return Choice(many, [(categories[pk], found_there) for pk, found_there in listed.items()])


def systems(hall: Hall) -> list[KeyInfo]:
    """Keys of the systems that book in this hall, by name: an agent may come through one."""
    in_force = people.keys()
    found = [key for key in in_force if key.scope == "channel" and _books_in(key, hall)]
    return sorted(found, key=lambda key: (key.name, key.id))


def _books_in(key: KeyInfo, hall: Hall) -> bool:
    if key.hall:
        return key.hall == hall.code
    return key.region in ("", "*") or hall.code in {each.code for each in places.halls_in_region(key.region)}


def system(hall: Hall, key_id: int | None) -> int | None:
    """:raises Refused: invalid – no such system books here."""
    if key_id is not None and key_id not in {key.id for key in systems(hall)}:
        raise Refused("invalid", facts={"field": "key", "reason": _NO_KEY})
    return key_id


@transaction.atomic
def register(
    hall: Hall,
    *,
    name: str,
    phone: str,
    paper: str,
    live_most: int,
    day_most: int,
    key_id: int | None = None,
    end_user: str = "",
    by: Actor,
    now: datetime,
) -> Agent:
    """Ask the owner of a telephone number to be an agent of this hall: told there, answered on their own page.

    :raises Refused: those of `identity.register_agent`; invalid – no such system books here.
    """
    made = identity.register_agent(
        hall=hall.code,
        name=name,
        phone=phone,
        paper=paper,
        live_most=live_most,
        day_most=day_most,
        key_id=system(hall, key_id),
        end_user=end_user,
        by=by,
        now=now,
    )
    assert made.phone is not None  # accepted by nobody yet
    speaks = Account.objects.filter(phone_index=blind_index(made.phone, purpose="phone"))
    messaging.write(
        key="agent_asked",
        to_phone=made.phone,
        hall=hall,
        subject=f"agent:{made.pk}",
        params={"text": made.name},
        dedupe=f"agent_asked:{made.pk}",
        language=speaks.values_list("language", flat=True).first() or "zh-hans",
        until=now + identity.ASKED_FOR,
        now=now,
    )
    return made


@transaction.atomic
def give(
    *,
    agent_id: int,
    name: str,
    id_type: str,
    id_number: str,
    valid_until: date,
    items: Sequence[str] = (),
    paper: str,
    by: Actor,
    now: datetime,
) -> Mandate:
    """`identity.give_mandate`; what the one it replaces covered and this one does not is over."""
    made = identity.give_mandate(
        agent_id=agent_id,
        name=name,
        id_type=id_type,
        id_number=id_number,
        valid_until=valid_until,
        items=items,
        paper=paper,
        by=by,
        now=now,
    )
    _renew_numbers(agent_id, by=by, now=now)
    return made


@transaction.atomic
def confirm(*, mandate_id: int, paper: str, by: Actor, now: datetime) -> None:
    """`identity.confirm_mandate`, which may replace a wider one."""
    identity.confirm_mandate(mandate_id=mandate_id, paper=paper, by=by, now=now)
    _renew_numbers(_agent_of(mandate_id), by=by, now=now)


@transaction.atomic
def agree(*, mandate_id: int, person_id: int, by: Actor, now: datetime) -> None:
    """`identity.agree_to_mandate`, which may replace a wider one."""
    identity.agree_to_mandate(mandate_id=mandate_id, person_id=person_id, by=by, now=now)
    _renew_numbers(_agent_of(mandate_id), by=by, now=now)


@transaction.atomic
def end(*, mandate_id: int, by: Actor, now: datetime) -> None:
    """The agent acts for this client no longer, and what it holds of the client's numbers opens nothing any more.

    :raises Refused: nothing-found.
    """
    identity.end_mandate(mandate_id=mandate_id, by=by, now=now)
    _renew_numbers(_agent_of(mandate_id), by=by, now=now)


_WHY = {"zh": "写明原因：会告诉代办人", "en": "Say why: the agent is told"}


@transaction.atomic
def suspend(*, agent_id: int, why: str = "", by: Actor, now: datetime) -> None:
    """Its mandates rest, and so does what it holds of its clients' numbers. It is told, and why.

    :raises Refused: nothing-found; invalid – no reason given of one that has accepted, or one that cannot be read.
    """
    why = legible(why)[:200]
    if not why and Agent.objects.filter(id=agent_id, account__isnull=False, suspended_at=None).exists():
        raise Refused("invalid", facts={"field": "why", "reason": _WHY})
    identity.suspend_agent(agent_id=agent_id, why=why, by=by, now=now)
    _renew_numbers(agent_id, by=by, now=now)
    agent = Agent.objects.select_related("account").get(id=agent_id)
    _tell("agent_suspended", agent, turned_at=agent.suspended_at, now=now, reason=why)


@transaction.atomic
def restore(*, agent_id: int, by: Actor, now: datetime) -> None:
    """Its mandates that are not over hold again, and it is told. What passed to its clients meanwhile stays theirs.

    :raises Refused: nothing-found.
    """
    rested = Agent.objects.filter(id=agent_id).values_list("suspended_at", flat=True).first()
    identity.restore_agent(agent_id=agent_id, by=by, now=now)
    agent = Agent.objects.select_related("account").get(id=agent_id)
    if rested is not None:
        _tell("agent_restored", agent, turned_at=rested, now=now)


def _tell(key: str, agent: Agent, *, turned_at: datetime | None, now: datetime, **more: str) -> None:
    if agent.account is not None:
        messaging.write(
            key=key,
            to_phone=agent.account.phone,
            hall=agent.hall,
            subject=f"agent:{agent.pk}",
            params={"text": agent.name, **more},
            dedupe=f"{key}:{agent.pk}:{turned_at}",
            language=agent.account.language,
            now=now,
        )


def _agent_of(mandate_id: int) -> int:
    return Mandate.objects.values_list("agent_id", flat=True).get(id=mandate_id)


def _renew_numbers(agent_id: int, *, by: Actor, now: datetime) -> None:
    """Inside a transaction, the agent locked: the clients' own numbers that came from what it booked, and for which it has no
    mandate any more.

    A number is of one day and a mandate of whole days: one that runs out leaves none in line.
    """
    account_id = Agent.objects.values_list("account_id", flat=True).get(id=agent_id)
    if account_id is None:
        return
    booked = Appointment.objects.filter(account_id=account_id, limit_key="", day__gte=now.date() - timedelta(days=1))
    of_bookings = Q(appointment__in=booked) | Q(late_for__in=booked)
    visits = Ticket.objects.filter(of_bookings, limit_key="").values("visit_id")
    numbers = Ticket.objects.filter(
        of_bookings | Q(visit__in=visits, channel="desk"), limit_key="", state__in=NUMBER.goes_on
    )
    for ticket in numbers.select_for_update(of=("self",), no_key=True).select_related("hall").order_by("id"):
        of = booked_behind(ticket)
        if of is None or of.account_id != account_id:
            continue
        today = now.astimezone(ZoneInfo(ticket.hall.timezone)).date()
        if people.mandate_over(account_id, of.person_id, item=of.item.code, today=today):
            contact = contact_of_booked(of, limit_key="", now=now)
            tickets.renew(ticket, contact=contact, by=by, now=now)


def own_people(account_ids: Iterable[int]) -> dict[int, int]:
    """Account id → its own person: whom it books for on its own telephone, and no other system for it."""
    wanted = set(account_ids)
    rows = Account.objects.filter(id__in=wanted, person__isnull=False).order_by("id") if wanted else []
    return {row.pk: row.person_id for row in rows if row.person_id is not None}


def accounts_of(asked: Mapping[int, tuple[int, int, str]], *, today: date) -> dict[int, int | Refused]:
    """The accounts that act as these agents; whoever else books for one waits until the transaction ends.

    :param asked: agent id, key id and end user of each request. A suspended agent, and another key's, acts for nobody.
    """
    wanted = sorted({agent_id for agent_id, _, _ in asked.values()})
    known = {each.id: each for each in people.agents(ids=wanted, today=today)} if wanted else {}
    identity.lock_accounts(each.account_id for each in known.values() if each.account_id is not None)
    known = {each.id: each for each in people.agents(ids=wanted, today=today)} if wanted else {}
    found: dict[int, int | Refused] = {}
    for i, (agent_id, key_id, end_user) in asked.items():
        one = known.get(agent_id)
        if one is None or not one.comes_through(key_id, end_user):
            found[i] = Refused("nothing-found", facts={"agent": agent_id})
        elif one.suspended_at is not None or one.account_id is None:
            found[i] = Refused("mandate-missing", facts={"agent": agent_id})
        else:
            found[i] = one.account_id
    return found
