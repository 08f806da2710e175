"""文件柜: papers are dropped and results fetched at any hour. The case moves in one transaction, the door opens between two: a
machine that dies in between leaves a cell held, whose code opens it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import transaction

from banshi.foundation import limits
from banshi.journeys.case import codes, conclude, folders
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import alone
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import wants_more
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet, Stay
from banshi.rooms.delivery.rules import TAKEN_AFTER
from banshi.rooms.devices.actions import use as machines

log = structlog.get_logger("banshi.cabinets")
_LOOKED = {
    "zh": "打开卡住的柜格和取出里面的东西，由两个人各做一步",
    "en": "whoever looked into a stuck cell does not also take out what lies in it",
}
TYPED_TRIES = 5  # an hour for one case at one machine
DOORS_TRIED = 3  # then the cabinet counts as out of order


def drop_typed(*, cabinets: Sequence[Cabinet], case_no: str, last4: str, by: Actor, now: datetime) -> Stay:
    """`drop`, for whoever stands there: the number of a case, which anybody can guess, and the last four digits of its telephone.

    :raises Refused: rate-limited, after five tries an hour for one case at one machine; nothing-found – no such case, not in this
        hall, or another telephone, in the same words; those of `drop`.
    """
    limits.take(key=f"drop:{str(by)[:60]}:{case_no[:60]}", per_minute=TYPED_TRIES / 60, burst=TYPED_TRIES)
    case = Case.objects.select_related("hall").filter(no=case_no, hall=cabinets[0].hall).first()
    if case is None or not cases.told_at_ends(case, last4, now=now):
        raise Refused("nothing-found", facts={"case": case_no})
    return drop(cabinets=cabinets, case_no=case_no, by=by, now=now)


def drop(*, cabinets: Sequence[Cabinet], case_no: str, by: Actor, now: datetime) -> Stay:
    """Papers of a case that was looked over beforehand: a cell is held, its door opens, its case waits for the hall. So are those
    of a supplement, and what was to follow: the case stays in its phase, and no day goes by on what is held for it – whether the
    door opens is known only later.

    :param cabinets: of one hall, at least one; the first with a free cell takes them.
    :raises Refused: nothing-found (also in another hall), wrong-state, too-late (of a supplement), already-dropped,
        cabinet-full, door-stuck (then nothing is held, and it stands where it stood).
    """
    hall = cabinets[0].hall
    day = deliveries.counts_from(hall, now)
    with transaction.atomic():
        case = cases.lock(case_no)
        if case.hall_id != hall.pk:
            raise Refused("nothing-found", facts={"case": case_no})
        cases.need_wanted(case, now=now)
        stay = delivery.hold_cell(cabinets=cabinets, case=case, kind="drop", counts_from=day, by=by, now=now)
        first = case.brought_on is None
        if wants_more(case):
            cases.papers_here(case, day=day, now=now)
        elif case.phase != "await_receipt":
            cases.expect(case_no=case_no, appointment="", cell=stay.cell.name, by=by, now=now)
    try:
        stay = _opened(stay, now=now)
    except Refused:
        _expect_no_more(case_no, first=first, by=by, now=now)
        raise
    cases.tell_dropped(case_no=case_no, day=day, now=now)
    machines.used_by([_used(stay, "drop", by)], now=now)
    return stay


def _used(stay: Stay, deed: str, by: Actor) -> machines.Used:
    """A machine opened a cell for whoever stands there; the next time is another one."""
    return machines.Used(by, deed, f"{stay.case.no}:{stay.pk}", stay.case.item_id)


def _expect_no_more(case_no: str, *, first: bool, by: Actor, now: datetime) -> None:
    """No door opened: unless a time is booked, it stands where it stood. :param first: nothing that was missing lay here yet."""
    with transaction.atomic():
        case = cases.lock(case_no)
        if first and deliveries.stay_of(case, "drop") is None:
            cases.nothing_here(case)
        if case.phase == "await_receipt" and not case.appointment and deliveries.stay_of(case, "drop") is None:
            cases.expect_no_more(case_no=case_no, by=by, now=now)


def other_door(*, stay_id: int, now: datetime) -> Stay:
    """Whoever stands there with papers says that the door did not open. A result lies where it was put: `stayed_shut`.

    :raises Refused: changed-meanwhile, cabinet-full, door-stuck.
    """
    rows = Stay.objects.select_related("cell__cabinet__hall", "case")
    stay = rows.filter(pk=stay_id, kind="drop", out_at=None).first()
    if stay is None:
        raise Refused("changed-meanwhile")
    with transaction.atomic():
        cases.lock(stay.case.no)
        another = delivery.try_another(stay=stay, now=now)
    return _opened(another, now=now)


def need_taken_out(case: Case) -> None:
    """What lies in a cell is not received yet: nobody has counted it, and no receipt would name it.

    :raises Refused: papers-in-cabinet.
    """
    stay = deliveries.stay_of(case, "drop")
    if stay is not None:
        cabinet = stay.cell.cabinet
        place = {"zh": stay.cell.said_zh, "en": f"{cabinet.name_en}, cell {stay.cell.no}"}
        raise Refused("papers-in-cabinet", facts={"place": place})


def _opened(stay: Stay, *, now: datetime) -> Stay:
    """Its door, or that of another cell, is open. :raises Refused: door-stuck – nothing is held then."""
    for more in reversed(range(DOORS_TRIED)):
        if delivery.open_door(stay.cell):
            return stay
        if not more:
            break
        try:
            with transaction.atomic():
                cases.lock(stay.case.no)
                stay = delivery.try_another(stay=stay, now=now)
        except Refused:
            break
    delivery.broken(cell=stay.cell, now=now)
    delivery.give_up(stay=stay, now=now)
    raise Refused("door-stuck", facts={"cabinet": stay.cell.cabinet.code})


def put(*, cabinets: Sequence[Cabinet], case_no: str, by: Actor, now: datetime) -> Stay:
    """待领取 in a cell: it lies there as long as the hall says, and the applicant gets the code that opens it.

    :param cabinets: of the case's hall; the first with a free cell takes it.
    :raises Refused: those of `cases.actions.shelve`; agent-not-allowed (only the card opens it), cabinet-full, door-stuck.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        if not conclude.is_their_own(case, now=now):
            raise Refused("agent-not-allowed")
        cases.need_shelvable(case, by=by, now=now)  # before a door opens
        stay = delivery.hold_cell(cabinets=cabinets, case=case, kind="result", by=by, now=now)
    stay = _opened(stay, now=now)
    with _laid(stay, now=now):
        conclude.shelve(case_no=case_no, place=stay.cell.said_zh, cabinet=stay.cell.cabinet, by=by, now=now)
    return stay


@contextmanager
def _laid(stay: Stay, *, now: datetime) -> Iterator[None]:
    """Behind an open door, in one transaction: the cell is still held for it. What is refused leaves the cell empty, unless
    somebody else opened it for the same result and was quicker: then it lies there.

    :raises Refused: changed-meanwhile.
    """
    try:
        with transaction.atomic():
            cases.lock(stay.case.no)
            if not deliveries.is_held(stay):
                raise Refused("changed-meanwhile")
            yield
    except Refused:
        with transaction.atomic():
            cases.lock(stay.case.no)
            if not deliveries.result_lies_in(stay):
                delivery.give_up(stay=stay, now=now)
        raise


def put_again(*, cabinets: Sequence[Cabinet], case_no: str, by: Actor, now: datetime) -> Stay:
    """What lies ready at the issue window – it came back, say – goes into a cell, as whoever applied wants it; the code is the
    same, and is told again.

    :raises Refused: nothing-found, wrong-state, agent-not-allowed, on-its-way, cabinet-full, door-stuck, changed-meanwhile.
    """
    with transaction.atomic():
        _ready_at_window(case := cases.lock(case_no), now=now)
        codes.renewed(case, by=by, now=now)  # what is told again below is nobody else's
        stay = delivery.hold_cell(cabinets=cabinets, case=case, kind="result", by=by, now=now)
    stay = _opened(stay, now=now)
    with _laid(stay, now=now):
        _ready_at_window(case := cases.lock(case_no), now=now)
        delivery.moved(case=case, place=stay.cell.said_zh)
        conclude.tell_in_cabinet(case, stay.cell.cabinet, anew=f":{stay.pk}", now=now)
    return stay


def _ready_at_window(case: Case, *, now: datetime) -> None:
    """:raises Refused: wrong-state, agent-not-allowed, on-its-way."""
    if case.phase != "ready":
        raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "ready"})
    if not conclude.is_their_own(case, now=now):
        raise Refused("agent-not-allowed")
    parcel = deliveries.parcel_of(case)
    if parcel is not None and parcel.ended_at is None:
        raise Refused("on-its-way")


def fetch(*, cabinets: Sequence[Cabinet], code: str, by: Actor, now: datetime) -> Stay:
    """领取: the code opens the door; what lies there is handed over by `taken`, or a little later by itself (`taken_by_now`). A
    door that stays shut hands over nothing; the code stays good. So it is for one that did not open though its lock says so:
    `stayed_shut`.

    Whoever was given the code may fetch it when the door is told to open: what ends afterwards comes too late, they have it.

    :raises Refused: rate-limited, nothing-found, door-stuck; code-used, with when – by somebody at the same instant; code-void –
        whoever was given the code may fetch no more, and a new one went to whoever applied; changed-meanwhile.
    """
    stay = delivery.opening(cabinets=cabinets, code=code)
    _need_right(stay, code, by=by, now=now)
    if not delivery.open_door(stay.cell):
        delivery.broken(cell=stay.cell, now=now)
        raise Refused("door-stuck", facts={"cabinet": stay.cell.cabinet.code})
    with transaction.atomic():
        delivery.opened(stay=stay, now=now)
        machines.used_by([_used(stay, "pickup", by)], now=now)
    return stay


def _need_right(stay: Stay, code: str, *, by: Actor, now: datetime) -> None:
    """:raises Refused: code-void – the code is another by now, which stays so; nothing-found, changed-meanwhile."""
    with transaction.atomic():
        case = cases.lock(stay.case.no)
        delivery.need_not_printing(case=case, now=now)
        void = codes.renewed(case, by=by, now=now)
        if not void:
            delivery.need_open(case=case, code=code)
    if void:
        raise Refused("code-void")


def taken(*, stay_id: int, by: Actor, now: datetime) -> Stay:
    """The door was open, and whoever had the code has it: handed over, once.

    :raises Refused: nothing-found; changed-meanwhile – it was taken out, or somebody said that the door did not open.
    """
    with transaction.atomic():
        case = cases.lock(_case_of(stay_id))
        stay = Stay.objects.select_related("case__delivery").get(pk=stay_id)
        if stay.out_at is not None or stay.opened_at is None:
            raise Refused("changed-meanwhile")
        if case.phase == "ready":  # else it was taken as a file meanwhile
            conclude.hand_over(case_no=case.no, code=stay.case.delivery.code, how="cabinet", by=by, now=now)
        return delivery.take_out(stay_id=stay_id, out_by="applicant", by=by, now=now)


def stayed_shut(*, stay_id: int, by: Actor, now: datetime) -> Stay:
    """Whoever stands there says that the door did not open: nothing is handed over, the code stays good, and the issue window
    sees a stuck cell.

    :raises Refused: nothing-found, changed-meanwhile (it counts as taken already).
    """
    with transaction.atomic():
        cases.lock(_case_of(stay_id))
        return delivery.stayed_shut(stay_id=stay_id, by=by, now=now)


def taken_by_now(*, now: datetime) -> int:
    """Whoever fetched something and went without a word has it. :returns: how many."""
    handed = 0
    for stay in deliveries.opened_before(now - TAKEN_AFTER):
        with alone(stay.case.no, what="taken"):
            try:
                taken(stay_id=stay.pk, by=SYSTEM, now=now)
                handed += 1
            except Refused as no:  # somebody was faster; what else there is the issue window sees
                log.info("not-taken", case=stay.case.no, why=no.slug)
    return handed


def pick_up(*, cabinets: Sequence[Cabinet], code: str, by: Actor, now: datetime) -> Stay:
    """`fetch`, for whoever stands there with a code.

    :raises Refused: rate-limited, door-stuck; code-wrong – whether it was used or never was one, is nobody's business; code-used,
        with when – it was right, the door went open, and somebody else had it out in that instant.
    """
    try:
        return fetch(cabinets=cabinets, code=code, by=by, now=now)
    except Refused as no:
        raise no if "at" in no.facts else _nobodys_business(no) from no


def of_code(*, cabinets: Sequence[Cabinet], code: str) -> Stay:
    """What a code opens here, for whoever says how it went. :raises Refused: rate-limited, code-wrong."""
    try:
        return delivery.opening(cabinets=cabinets, code=code)
    except Refused as no:
        raise _nobodys_business(no) from no


def _nobodys_business(no: Refused) -> Refused:
    """Whether a code was used or never was one."""
    return Refused("code-wrong", facts={"cabinet": True}) if no.slug in ("nothing-found", "code-used") else no


def empty(*, stay_id: int, place: str = "", by: Actor, now: datetime) -> Case:
    """Somebody who works here takes out what lies in a cell: papers, to be received; a result nobody fetched, which lies at
    `place` at the issue window from now on – the same code opens it, and its applicant is told. Out of a cell whose door is
    stuck two take it: who looked into it (`look_into`) said where it goes, another one has it in hand.

    :raises Refused: nothing-found, changed-meanwhile, invalid (a result without a place), same-person.
    """
    with transaction.atomic():
        case = cases.lock(_case_of(stay_id))  # the case before what lies of it, as everybody takes them
        place = _place_seen(stay_id, by=by) or place
        stay = delivery.take_out(stay_id=stay_id, out_by="staff", by=by, now=now)
        if stay.kind == "drop":
            folders.make(case_no=case.no, by=by, now=now)
        if stay.kind == "result" and case.phase == "ready":
            place = cases.place_of(place)
            delivery.moved(case=case, place=place)
            event = case.events.order_by("-seq")[0]
            cases.tell(case, "case_moved", event=event, anew=f":{stay.pk}", now=now)
    return case


def _place_seen(stay_id: int, *, by: Actor) -> str:
    """Where what lies in a stuck cell goes; "" where its door works. :raises Refused: changed-meanwhile, same-person."""
    stay = Stay.objects.select_related("cell").get(pk=stay_id)
    if stay.cell.broken_at is None and stay.seen_at is None:
        return ""
    if stay.seen_at is None:  # it jams since the page was made
        raise Refused("changed-meanwhile")
    if stay.seen_by == str(by):
        raise Refused("same-person", facts={"reason": _LOOKED})
    return stay.seen_place


def look_into(*, stay_id: int, place: str = "", by: Actor, now: datetime) -> Stay:
    """A stuck cell is opened by hand: what lies in it, and where it goes, is seen by one before another takes it out.

    :raises Refused: nothing-found, changed-meanwhile, invalid (a result without a place).
    """
    with transaction.atomic():
        case = cases.lock(_case_of(stay_id))
        result = Stay.objects.filter(pk=stay_id, kind="result").exists() and case.phase == "ready"
        return delivery.look_into(stay_id=stay_id, place=cases.place_of(place) if result else "", by=by, now=now)


def _case_of(stay_id: int) -> str:
    """:raises Refused: nothing-found."""
    no = Stay.objects.filter(pk=stay_id).values_list("case__no", flat=True).first()
    if no is None:
        raise Refused("nothing-found", facts={"stay": stay_id})
    return no
