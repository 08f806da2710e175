"""Cases as rows of facts: when what happened to them, and what came of it."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from banshi.rooms.cases.models import Case
from banshi.rooms.feedback.models import Rating
from banshi.rooms.identity.models import Staff
from tests.town import at

_count = iter(range(1, 10**9))


def rated(case: Case, stars: int, *, follow_up: bool = False) -> Rating:
    moment = case.closed_at or case.opened_at
    return Rating.objects.create(
        case=case, hall=case.hall, stars=stars, channel="web", follow_up=follow_up, at=moment + timedelta(days=1)
    )


def somebody() -> Staff:
    """Who decides: a decision of nobody's is one by rule."""
    return Staff.objects.filter(login="decides").first() or Staff.objects.create_staff(
        login="decides",
        password="town-password",
        name_zh="决定人",
        name_en="Decider",
        created_at=at("2026-01-05 09:00"),
    )


def case_of(
    hall: Any,
    item: Any,
    person: Any,
    *,
    received: datetime | None = None,
    accepted: datetime | None = None,
    decided: datetime | None = None,
    closed: datetime | None = None,
    outcome: str = "granted",
    due: date | None = None,
    stars: int | None = None,
    **more: Any,
) -> Case:
    """A case with what is said of it. :param outcome: of one that is closed; others than granted and refused end it elsewise."""
    phase = next(
        (said for said, when in (("decided", decided), ("accepted", accepted), ("received", received)) if when), "draft"
    )
    if closed:
        phase = {"granted": "closed", "refused": "closed", "lapsed": "terminated"}.get(outcome, outcome)
    case = Case.objects.create(
        no=f"441900-260310-{next(_count):06d}", hall=hall, item=item, item_version=1, item_type=item.item_type, person=person,
        department_id=more.pop("department_id", item.department_id), case_kind="2", applicant="陈一", masked_applicant="陈*",
        channel=more.pop("channel", "window"), phase=phase, outcome=outcome if closed or decided else "",
        opened_at=received or at("2026-01-05 09:00"), received_at=received, accepted_at=accepted, decided_at=decided,
        decided_by=somebody() if decided else None,
        granted=outcome == "granted" if decided else None, closed_at=closed, due_promised=due, **more,
    )  # fmt: skip
    if stars is not None:
        rated(case, stars)
    return case


def some_case(
    dice: random.Random, hall: Any, items: list[Any], departments: list[Any], person: Any, first: date
) -> Case:
    """A case of any kind, however far it came."""

    def later(moment: datetime) -> datetime:
        return moment + timedelta(hours=dice.choice([0, 1, 9, 30, 80, 200]))

    received = at(f"{first} 00:00") + timedelta(minutes=dice.randrange(12 * 24 * 60))
    far = dice.randrange(5)  # received, accepted, decided, completed, ended otherwise
    accepted = later(received) if far in (1, 2, 3) else None
    decided = later(accepted) if accepted and far in (2, 3) else None
    closed = later(decided) if decided and far == 3 else later(received) if far == 4 else None
    outcome = (
        dice.choice(["granted", "granted", "refused"])
        if far < 4
        else dice.choice(["lapsed", "withdrawn", "not_accepted"])
    )
    return case_of(
        hall, dice.choice(items), person, department_id=dice.choice(departments).pk, received=received, accepted=accepted,
        decided=decided, closed=closed, outcome=outcome, channel=dice.choice(["web", "window", "kiosk", "api"]),
        instant=dice.random() < 0.3, notices=dice.choice([0, 0, 1, 2, 3]), trips=dice.choice([0, 1, 1, 2]),
        due=(accepted + timedelta(days=dice.choice([0, 2, 20]))).date() if accepted and dice.random() < 0.8 else None,
        days_saved=dice.choice([None, -3, 0, 4, 15, 15, 19, 900]) if decided else None,
        stars=dice.choice([None, None, 1, 3, 5]) if far >= 3 else None,
    )  # fmt: skip
