"""Agents whose telephone's owner has accepted, as most tests need them."""

from __future__ import annotations

from typing import Any

from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Agent
from banshi.rooms.places.models import Category
from tests.town import CLERK, TUESDAY_NINE, Town

COMPANY: dict[str, Any] = {
    "hall": "town", "name": "小镇代办公司", "phone": "13900000077", "paper": "营业执照", "live_most": 30, "day_most": 20,
}  # fmt: skip


def account_of(phone: str) -> Account:
    """The account of a telephone, as its owner has it once they signed in."""
    e164 = phone if phone.startswith("+") else f"+86{phone}"
    found, _ = Account.objects.get_or_create(
        phone_index=blind_index(e164, purpose="phone"), defaults={"phone": e164, "created_at": TUESDAY_NINE}
    )
    return found


def accept(agent_id: int) -> Agent:
    """The owner of the telephone accepts."""
    agent = Agent.objects.get(pk=agent_id)
    account = account_of(str(agent.phone))
    by = Actor(ActorKind.CITIZEN, str(account.pk))
    identity.accept_agent(agent_id=agent_id, account_id=account.pk, by=by, now=TUESDAY_NINE)
    return Agent.objects.get(pk=agent_id)


def agent(**more: Any) -> Agent:
    made = identity.register_agent(**COMPANY | more, by=CLERK, now=TUESDAY_NINE)
    return accept(made.pk)


def pension_there(town: Town) -> None:
    """The other hall handles pensions, too."""
    there = Category.objects.create(
        hall=town.other_hall, code="A", letter="A", name_zh="社保", name_en="Social", order=1
    )
    HallItem.objects.create(hall=town.other_hall, item=town.items["pension"], category=there)
