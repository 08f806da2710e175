"""取件码: whoever was given it for somebody else – an agent by letter, a guardian, a member of an organisation – opens nothing
with it once that is over. It is asked when something is fetched, the case locked and the right held; and soon after it ended,
by itself: then whoever applied gets a new code, once, and the old one is void.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from banshi.kernel.actors import SYSTEM, Actor
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import alone, today_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import agent_of_case, agent_ref
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.queries import codes_of_others, delivery_of
from banshi.rooms.identity import actions as people
from banshi.rooms.identity import queries as identity


def rests_on(case: Case, *, now: datetime) -> str:
    """By what somebody beside whoever applied may open its result on this day: p12 a letter, g12 a guardianship, o12 an
    organisation they act for; "" where nobody may. (A registered agent's mandate lets nobody fetch.)
    """
    today = today_of(case, now)
    if case.organisation_id is not None:
        stands = identity.standing_in(case.organisation_id, case.person_id, today=today)
        return f"o{case.organisation_id}" if stands is not None else ""
    if case.guardian_id is not None:
        stands_for = identity.guardian_stands(case.guardian_id, child_id=case.person_id, today=today)
        return f"g{case.guardian_id}" if stands_for else ""
    if (agent := agent_of_case(case, today=today)) is not None:
        return str(agent.ref) if agent.stands and agent.fetches else ""
    theirs = identity.guardianship_of(case.account_id, case.person_id, today=today)
    return f"g{theirs}" if theirs is not None else ""


def may_be_told(case: Case, *, now: datetime) -> bool:
    """Whether what opens its result may go to whoever opened the case: they applied themselves, or may still fetch for them."""
    for_another = case.organisation_id is not None or case.guardian_id is not None or agent_ref(case) is not None
    return not for_another or rests_on(case, now=now) != ""


def renewed(case: Case, *, by: Actor, now: datetime) -> bool:
    """Whether what others had opens it no more, since their right is over: it is void, and whoever applied is told a new one, if
    there is a telephone that is theirs by proof; else only the card helps. In the caller's transaction, which is to be kept, the
    case locked before.
    """
    row = delivery_of(case)
    if row is None or row.state != "ready" or not row.rests_on:
        return False
    _hold(case, row.rests_on, now=now)
    if rests_on(case, now=now):
        return False
    opens = any(opens for _phone, opens in cases.told_at(case, now=now))
    code = delivery.renew_code(case=case, code_opens=opens, by=by, now=now)
    if code:
        event = case.events.order_by("-seq")[0]
        more: dict[str, Any] = {"secret": {"code": code}}
        cases.tell(case, "case_code_anew", event=event, anew=":code", now=now, **more)
    return True


def _hold(case: Case, right: str, *, now: datetime) -> None:
    """Whoever ends it comes before or after."""
    today, number = today_of(case, now), int(right[1:])
    if right[0] == "g":
        people.hold_guardian(number, child_id=case.person_id, today=today)
    elif right[0] == "o":
        people.hold_member(organisation_id=number, person_id=case.person_id, today=today)
    elif (ref := agent_ref(case)) is not None:
        people.hold_acting(ref, today=today)


def renew_due(*, now: datetime) -> int:
    """Codes whose holder may fetch no more are void before anybody tries. :returns: how many."""
    done = 0
    for no in codes_of_others(now=now):
        with alone(no, what="codes"):
            done += renewed(cases.lock(no), by=SYSTEM, now=now)
    return done
