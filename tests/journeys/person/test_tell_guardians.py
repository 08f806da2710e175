"""Guardian, child, and whoever else is its guardian hear of what is entered, contested and ended: once, at proven telephones."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.journeys.person import tell_guardians
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Guardianship
from banshi.rooms.messaging.models import Message
from tests.rooms.identity.test_guardians import account_of, child, declared, proven
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
MOTHER, FATHER, OWN = "+8613800138000", "+8613800138001", "+8613800138002"
KEYS = ("guardian_entered", "guardian_contested", "guardian_ended")


def told(hours: int = 0) -> list[tuple[str, str]]:
    """What is said by now, and to whom; asked twice, said once."""
    before = set(Message.objects.values_list("id", flat=True))
    for _ in range(2):
        tell_guardians.tell(now=TUESDAY_NINE + timedelta(hours=hours))
    rows = Message.objects.filter(key__in=KEYS).exclude(id__in=before).order_by("id")
    return sorted((row.key, str(row.to)) for row in rows)


def test_both_sides_and_the_other_guardian_hear_of_each_step_once(town: Town) -> None:
    mother, father, one = town.person(0), town.person(1), child()
    for who, phone in ((mother, MOTHER), (father, FATHER), (one, OWN)):
        account_of(who, phone)
    row = proven(mother, one)
    first = told()
    proven(father, one, now=TUESDAY_NINE + timedelta(minutes=30))
    second = told(1)
    identity.contest_guardian(guardianship_id=row.pk, why="不是他母亲", by=CLERK, now=TUESDAY_NINE + timedelta(hours=1))
    contested = told(1)
    identity.end_guardian(guardianship_id=row.pk, why="法院判决", by=CLERK, now=TUESDAY_NINE + timedelta(hours=2))
    ended = told(2)

    everybody = [MOTHER, FATHER, OWN]
    assert first == [("guardian_entered", MOTHER), ("guardian_entered", OWN)]
    assert second == sorted(("guardian_entered", to) for to in everybody)
    assert contested == sorted(("guardian_contested", to) for to in everybody)
    assert ended == sorted(("guardian_ended", to) for to in everybody)
    assert told(30) == []


def test_what_is_only_declared_is_nobodys_news(town: Town) -> None:
    mother = town.person(0)
    account_of(mother, MOTHER)
    row = declared(mother)
    identity.end_guardian(guardianship_id=row.pk, why="写错了", by=CITIZEN, now=TUESDAY_NINE)

    assert (told(), Guardianship.objects.get().ended_at) == ([], TUESDAY_NINE)


def test_a_message_names_nobody(town: Town) -> None:
    mother, one = town.person(0), child()
    account_of(mother, MOTHER)
    proven(mother, one)
    told()

    said = Message.objects.get(key="guardian_entered")
    assert said.params == {"link": "/me/family/", "until_zh": "2036年5月5日", "until_en": "2036-05-05"}
