"""How whoever sends a case online is known (实名等级), against what its item asks."""

from __future__ import annotations

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refusal
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.catalogue.rules import online_level
from banshi.rooms.identity import queries as people

ONLINE = (ActorKind.CITIZEN, ActorKind.CHANNEL, ActorKind.KIOSK)  # whoever is served by staff is seen by them


def level_of(case: Case) -> Evidence:
    """What was shown when it was opened – a card at a machine, a channel that vouches –, or what proves the account to be the
    applicant; of a guardian, an agent or who acts for an organisation, to be themselves. That the person was seen some day
    says nothing of who sends it now."""
    acts = case.guardian_id is not None or bool(case.masked_agent)
    account = people.proven_as(case.account_id) if acts else people.proven_by(case.account_id, case.person_id)
    return max(Evidence(case.evidence), account)


def level_refusal(case: Case, *, by: Actor) -> Refusal | None:
    """Why this is not sent online yet, or None."""
    level = handling_of_case(case).online_level
    if level == "declared" or by.kind not in ONLINE:
        return None
    return online_level.refusal(level, level_of(case), hall=(case.hall.name_zh, case.hall.name_en))
