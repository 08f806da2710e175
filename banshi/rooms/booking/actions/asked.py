"""One request to book, and one that the rules allow."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.numbers import code_from
from banshi.rooms.booking import rules
from banshi.rooms.booking.queries.facts import AskedFacts, Asking, HallFacts, ItemWords
from banshi.rooms.booking.rules import SlotFacts
from banshi.rooms.messaging.actions import phone_index


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to book. `why` says why it is made on somebody's behalf (代预约).

    :param source: web, wechat, app, kiosk, phone, video, staff or api.
    :param internal: give a place kept for staff.
    :param ride_along: a further matter of a visit that is booked already: the half-day limit does not count it.
    :param name: as declared for this booking; :param contact: where its messages go (E.164), else the account's telephone.
    :param evidence: what stands behind the name (kernel.evidence.Evidence).
    :param answers: what was said to the questions of the matter (question → option): its papers are told by them.
    """

    slot_id: int
    item_code: str
    person_id: int
    source: str
    by: Actor
    account_id: int | None = None
    language: str = "zh-hans"
    note: str = ""
    internal: bool = False
    why: str = ""
    visit_group: str = ""
    hold_id: int | None = None
    ride_along: bool = False
    name: str = ""
    contact: str | None = None
    evidence: int = 0
    holder: str = ""  # whose it is, where somebody else acts: a booking made again
    persons: int = 1  # for so many; each takes a place
    behind: str = ""  # whom a key, a machine or the staff act for (`rules.behind`)
    back: bool = False  # a time that the hall took from them and gave back
    undone: bool = False  # a mistaken tap of their own is taken back: no new booking, whatever bars those
    document: str = ""  # as in `Asking`
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def asking(self) -> Asking:
        return Asking(
            slot_id=self.slot_id,
            item_code=self.item_code,
            person_id=self.person_id,
            holder=self.holder or rules.holder_of(account_id=self.account_id, by=self.by, behind=self.behind),
            evidence=self.evidence,
            account_id=self.account_id,
            visit=self.visit_group,
            hold=self.hold_id,
            document=self.document,
        )


@dataclass(frozen=True, slots=True)
class Granted:
    """A request the rules allow, with everything its rows need."""

    asked: Asked
    hall: HallFacts
    slot: SlotFacts
    item: ItemWords
    facts: AskedFacts
    code: str

    @property
    def exempt(self) -> bool:
        return self.item.facts.exempt or self.asked.ride_along or not self.hall.policy.booking.half_day_limit


def new_code() -> str:
    """A reference of 9 characters, about 10¹² of them, with a check character."""
    return code_from(os.urandom(8))


def behind(*, end_user: str = "", contact: str | None = None) -> str:
    """Whom a key, a machine or the staff act for, as far as is known; nobody else where nothing is.

    :param end_user: as the key's system names its user; :param contact: E.164.
    """
    named = blind_index(end_user, purpose="end-user") if end_user else ""
    return rules.behind(end_user=named, contact=phone_index(contact) if contact else "", else_=new_code())
