"""Agents (代理人) in cases: by which mandate one acts, whether it stands on a day, which cases are theirs at a window."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.members import matters_of
from banshi.rooms.cases.queries.told import MOST
from banshi.rooms.cases.queries.views import all_cases
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Acting, MandateRef
from banshi.rooms.identity.rules import Limits


def agent_ref(case: Case) -> MandateRef | None:
    """By which mandate the case was opened for somebody; None: they apply themselves."""
    if case.letter_id is not None:
        return MandateRef("letter", case.letter_id)
    return MandateRef("mandate", case.mandate_id) if case.mandate_id is not None else None


def agent_of_case(case: Case, *, today: date) -> Acting | None:
    """Who acts in a case, as their mandate stands on that day; None: nobody but the applicant."""
    ref = agent_ref(case)
    return people.acting_by(ref, today=today) if ref is not None else None


def acting_in(case: Case, *, today: date) -> Acting | None:
    """The same while they may: their mandate stands."""
    found = agent_of_case(case, today=today)
    return found if found is not None and found.stands else None


def acted_by(agent_id: int, *, hall: str, today: date) -> QuerySet[Case]:
    """Cases of others in which somebody who stands at a window of a hall acts, newest first; what their mandate covers."""
    mine = Q(pk__in=[])
    for each in people.acts_for_people(agent_id, today=today):
        by = Q(letter_id=each.ref.id) if each.ref.kind == "letter" else Q(mandate_id=each.ref.id)
        mine |= by & (Q(item__code__in=each.items) if each.items else Q())
    return all_cases().filter(mine, hall__code=hall).order_by("-opened_at", "-id")


def acted_by_letter(agent_id: int, *, today: date) -> list[int]:
    """Ids of cases of others in which somebody acts by a letter that stands, the latest first: theirs to read."""
    mine = Q(pk__in=[])
    for each in people.acts_for_people(agent_id, today=today):
        if each.ref.kind == "letter":
            mine |= Q(letter_id=each.ref.id) & (Q(item__code__in=each.items) if each.items else Q())
    return list(Case.objects.filter(mine).order_by("-id").values_list("id", flat=True)[:MOST])


def over(found: Acting) -> Refused:
    """What a mandate covers, until when, and who can extend it."""
    name = found.masked_client
    facts: dict[str, object] = {
        "covers": matters_of(Limits(items=found.items)),
        "last": found.valid_until.isoformat(),
        "ask": {"zh": name, "en": name},
    }
    return Refused("mandate-missing", facts=facts)
