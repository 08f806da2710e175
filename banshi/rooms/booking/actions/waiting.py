"""The waiting list (候补): for a place on a full day, or for an earlier one than the one booked."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.chances import earlier_places
from banshi.rooms.booking.actions.changing import move
from banshi.rooms.booking.actions.granting import place_refusal
from banshi.rooms.booking.actions.offering import EARLIER_BY, mandate_is_over
from banshi.rooms.booking.actions.placing import place
from banshi.rooms.booking.actions.whose_wait import Place, give_up, in_line, joined, take_over
from banshi.rooms.booking.models import Appointment, Slot, Waiting
from banshi.rooms.booking.queries.facts import Asking, Opens, hall_facts, read_facts
from banshi.rooms.booking.queries.slots import alternative, item_facts, line_of, slots
from banshi.rooms.booking.queries.standing import excused
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import actions as accounts
from banshi.rooms.identity import queries as identity
from banshi.rooms.places.models import Hall

_STILL_FREE = {"zh": "这一天还有空位，可以直接预约", "en": "That day still has free places; book one"}
_A_FULL_DAY = {"zh": "当天约满", "en": "a full day"}
_BOOK_DIRECTLY = {"zh": "直接预约", "en": "booking a place"}
_NO_WAITING = {"zh": "本大厅不设候补", "en": "This hall keeps no waiting list"}
_EARLIER_FREE = {"zh": "现在就有更早的位子，可以直接换", "en": "Earlier places are free now; move to one"}
_EARLIER_FULL = {"zh": "更早的都约满", "en": "all earlier ones taken"}
_TOGETHER = {"zh": "几个人一起约的", "en": "booked for several persons"}
_LEFT = {"zh": "候补已经取消", "en": "no longer on the waiting list"}
_KEPT = {"zh": "有留着的位子", "en": "a place that is kept"}
_SEVERAL = {"zh": "一趟办几件事的预约", "en": "one of several matters in one visit"}
_ONE_MATTER = {
    "zh": "只办一件事的预约；办几件的可以一起改期",
    "en": "one matter; a visit of several can be moved at once",
}
_ALONE = {"zh": "一个人的预约；几个人一起可以直接改期", "en": "one person; several together can be moved at once"}
_SOON = {"zh": "已经约在两天之内", "en": "booked within two days"}
_LATER = {"zh": "两天以后的预约", "en": "an appointment in more than two days"}


def join_waiting(
    *,
    hall: Hall,
    item_code: str,
    day: date,
    person_id: int,
    by: Actor,
    now: datetime,
    account_id: int | None = None,
    language: str = "zh-hans",
) -> Waiting:
    """Wait for a place on a day that is fully booked (候补). Waiting twice gives the first entry again; a person takes
    over what their agent has.

    :raises Refused: item-not-here, not-bookable; `wrong-state` when the hall keeps no list or the day still has places
        (`next` names them), or an agent asks and the person waits already; limit-live – the account waits for enough;
        mandate-missing – an agent without one; or the day's own reason, such as not-open-yet, limit-half-day, suspended.
    """
    facts = hall_facts(hall, now=now)
    if not facts.policy.booking.waiting_list:
        raise Refused("wrong-state", facts={"state": _NO_WAITING, "needs": _BOOK_DIRECTLY})
    holder = rules.holder_of(account_id=account_id, by=by)
    proof = int(identity.proven_by(account_id, person_id))
    agent = None if proof else identity.agent_of(account_id, today=now.astimezone(facts.zone).date())
    if agent is not None and not agent.acts_for(person_id, item_code):
        raise Refused("mandate-missing", facts={"item": item_code})
    key = "" if proof or agent is not None else holder
    party = rules.party_of(holder=holder, person_id=person_id, evidence=proof)
    views = slots(
        hall=hall, item_code=item_code, first=day, last=day, now=now, person_id=person_id, limit_key=key, party=party
    )
    item = item_facts(hall.pk, item_code)
    assert item is not None  # slots() refuses otherwise
    free = [view for view in views if view.bookable]
    opens = Opens(now)
    askings = [Asking(view.id, item_code, person_id, holder, proof, account_id) for view in free]
    against = [place_refusal(fact, now=now) for fact in read_facts(askings, now=now, opens=opens)]
    can_have = [(alternative(facts, view), view.busy) for view, no in zip(free, against, strict=True) if no is None]
    if can_have:
        chances = rules.nearest_quiet(can_have, near=can_have[0][0].starts_at)
        raise Refused("wrong-state", facts={"state": _STILL_FREE, "needs": _A_FULL_DAY}, next=chances)
    full = [view for view in views if view.refusal is not None and view.refusal.slug == "slot-full"]
    if not full:
        reasons = [*against, *(view.refusal for view in views)]
        reason = next((no for no in reasons if no is not None), None)
        raise Refused(reason or "closed", facts={"reason": {"zh": "这一天没有号源", "en": "That day has no places"}})
    target = rules.quota_for(facts.policy.booking.quotas, item)
    business = Slot.objects.values_list("business", flat=True).get(id=full[0].id) if target is None else target[0]
    with transaction.atomic():
        most = agent.live_most if agent is not None else facts.policy.booking.account_live
        _within_cap(account_id, most=most, day=day, business=business, person_id=person_id)
        line = Place(hall.pk, _item_id(hall, item_code), business, day, person_id, account_id, key, language)
        row, new = in_line(line, own=bool(proof), now=now)
        if new:
            joined(row, by=by, now=now)
    return row


def _within_cap(account_id: int | None, *, most: int, day: date, business: str, person_id: int) -> None:
    """An account waits for as many places as it may have visits; asking again for the same one is no further place.

    :raises Refused: limit-live.
    """
    if account_id is None:
        return
    accounts.lock_account(account_id)
    mine = Waiting.objects.filter(account_id=account_id, appointment=None, state__in=["waiting", "offered"])
    if mine.exclude(day=day, business=business, person_id=person_id).count() >= most:
        raise Refused("limit-live", facts={"limit": most, "live": most})


def _item_id(hall: Hall, item_code: str) -> int:
    return HallItem.objects.values_list("item_id", flat=True).get(hall=hall, item__code=item_code)


@transaction.atomic
def leave_waiting(*, waiting_id: int, by: Actor, now: datetime) -> None:
    """Leave the waiting list; an offered place goes to the next.

    :raises Refused: nothing-found, wrong-state; mandate-missing – an agent's whose mandate is over: it is the client's.
    """
    seen = Waiting.objects.select_related("item", "appointment").filter(id=waiting_id).first()
    if seen is None:
        raise Refused("nothing-found", facts={"waiting": waiting_id})
    if by.kind is ActorKind.CITIZEN and by.id == str(seen.account_id) and mandate_is_over(seen, now=now):
        raise Refused("mandate-missing", facts={"item": seen.item.code})
    give_up(waiting_id=waiting_id, by=by, now=now)


@transaction.atomic
def take_offer(
    *, waiting_id: int, source: str, by: Actor, now: datetime, account_id: int | None = None, language: str = "zh-hans"
) -> Appointment:
    """Take the place that the waiting list offers; an earlier one moves the appointment, which keeps its reference.

    :raises Refused: nothing-found, wrong-state (nothing offered), hold-expired, mandate-missing, or any reason of `place`.
    """
    one = Waiting.objects.select_related("hold", "item", "hall", "appointment").filter(id=waiting_id).first()
    if one is None:
        raise Refused("nothing-found", facts={"waiting": waiting_id})
    if one.hold is not None and one.state in ("offered", "lapsed", "waiting") and one.hold.expires_at <= now:
        raise Refused("hold-expired", facts={"expired": one.hold.expires_at})
    if one.state == "left":
        raise Refused("wrong-state", facts={"state": _LEFT, "needs": _KEPT})
    if one.hold is None or not rules.WAITING.may(one.state, "take"):
        raise Refused("wrong-state", facts={"state": one.state, "needs": rules.WAITING.needs("take")})
    if one.account_id == account_id and mandate_is_over(one, now=now):
        raise Refused("mandate-missing", facts={"item": one.item.code})
    if one.appointment_id is not None:
        assert one.appointment is not None
        return move(code=one.appointment.code, slot_id=one.hold.slot_id, by=by, now=now)
    return place(
        slot_id=one.hold.slot_id,
        item_code=one.item.code,
        person_id=one.person_id,
        source=source,
        by=by,
        now=now,
        account_id=account_id if account_id is not None else one.account_id,
        language=language,
        hold_id=one.hold.pk,
        name=identity.name_typed(one.account_id, one.person_id),
    )


def of_several(row: Appointment) -> bool:
    """Whether other matters of its visit are booked, too."""
    others = Appointment.objects.filter(visit_group=row.visit_group, state=rules.State.BOOKED).exclude(pk=row.pk)
    return bool(row.visit_group) and others.exists()


def join_earlier(*, code: str, by: Actor, now: datetime) -> Waiting:
    """Ask for an earlier place than the one booked: told of gains of two days and more, three times at most.

    Asking twice gives the first entry again.

    :raises Refused: nothing-found; wrong-state – not booked, no list here, nothing earlier is possible, or earlier places
        are free now (`next` names them); move-limit.
    """
    row = Appointment.objects.select_related("hall", "item").filter(code=code).first() if rules.storable(code) else None
    if row is None:
        raise Refused("nothing-found", facts={"appointment": code})
    facts = hall_facts(row.hall, now=now)
    if not facts.policy.booking.waiting_list:
        raise Refused("wrong-state", facts={"state": _NO_WAITING, "needs": _BOOK_DIRECTLY})
    if (no := rules.APPOINTMENT.refusal(row.state, "wait_for_earlier")) is not None:
        raise Refused(no)
    if row.persons > 1:
        raise Refused("wrong-state", facts={"state": _TOGETHER, "needs": _ALONE})
    if of_several(row):  # an earlier place for one of them would tear the visit
        raise Refused("wrong-state", facts={"state": _SEVERAL, "needs": _ONE_MATTER})
    no = rules.move_refusal(policy=facts.policy.booking, moves=row.own_moves, excused=bool(excused([row.code])))
    if no is not None:
        raise Refused(no)
    if row.starts_at - now < EARLIER_BY:
        raise Refused("wrong-state", facts={"state": _SOON, "needs": _LATER})
    waits = Waiting.objects.filter(appointment=row, state__in=["waiting", "offered"]).exists()
    if not waits and (free := earlier_places(row, by=EARLIER_BY, now=now)):
        raise Refused("wrong-state", facts={"state": _EARLIER_FREE, "needs": _EARLIER_FULL}, next=free)
    asker = int(by.id) if by.kind is ActorKind.CITIZEN and by.id.isdecimal() else None
    own = asker if identity.proven_by(asker, row.person_id).proves else None
    with transaction.atomic():
        waiting, new = Waiting.objects.get_or_create(
            appointment=row,
            state__in=["waiting", "offered"],
            defaults={
                "hall": row.hall,
                "item": row.item,
                "business": (row.place == "window" and line_of(row.item.code, hall=facts)) or row.business,
                "day": row.day,
                "person_id": row.person_id,
                "account_id": own or row.account_id,
                "limit_key": row.limit_key,
                "language": row.language,
                "made_at": now,
                "state": "waiting",
            },
        )
        if new:
            subject = f"waiting:{waiting.pk}"
            audit.record(action="waiting", subject=subject, by=by, now=now, hall=facts.code, facts={"earlier": True})
        elif own is not None and waiting.account_id != own:
            take_over(waiting.pk, account_id=own, now=now)
    return waiting
