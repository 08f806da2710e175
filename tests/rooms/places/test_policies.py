"""A hall's policy: checked as a whole, versioned, in force from its moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.places import actions, queries
from banshi.rooms.places.models import PolicyVersion
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town

HOUR = timedelta(hours=1)


def publish(town: Town, missed: str, **more: Any) -> PolicyVersion:
    return actions.publish_policy(
        hall=town.hall, document={"tickets": {"missed": missed}}, by=CLERK, **{"now": TUESDAY_NINE, **more}
    )


def missed(town: Town, hours: int = 0) -> str:
    return queries.policy_of(town.hall.pk, now=TUESDAY_NINE + hours * HOUR).tickets.missed


def test_a_hall_without_a_policy_follows_the_defaults(town: Town) -> None:
    assert queries.policy_of(town.hall.pk, now=TUESDAY_NINE) == HallPolicy()
    assert queries.policies_of([town.hall.pk, town.other_hall.pk], now=TUESDAY_NINE) == {
        town.hall.pk: HallPolicy(), town.other_hall.pk: HallPolicy(),
    }  # fmt: skip


def test_a_version_rules_from_its_moment_until_the_next(town: Town) -> None:
    publish(town, "reissue")
    planned = publish(town, "behind_all", valid_from=TUESDAY_NINE + 2 * HOUR, note="trial")

    assert [missed(town, hours) for hours in (-1, 0, 1, 2)] == [
        HallPolicy().tickets.missed,
        "reissue",
        "reissue",
        "behind_all",
    ]
    assert (planned.version, planned.note, planned.made_by) == (2, "trial", str(CLERK))
    assert queries.policies_of([town.hall.pk], now=TUESDAY_NINE)[town.hall.pk].tickets.missed == "reissue"
    assert Entry.objects.filter(action="published-policy", subject="hall:town").count() == 2


def test_days_ahead_know_the_policy_planned_for_them(town: Town) -> None:
    publish(town, "reissue")
    publish(town, "behind_all", valid_from=TUESDAY_NINE + 24 * HOUR)
    days = [((TUESDAY_NINE + n * 24 * HOUR).date(), TUESDAY_NINE + n * 24 * HOUR) for n in (0, 1)]

    found = queries.planned_policies(town.hall.pk, days, now=TUESDAY_NINE)

    assert {day: policy.tickets.missed for day, policy in found.items()} == {days[1][0]: "behind_all"}


def test_a_document_that_says_what_cannot_be_is_refused_with_every_fault(town: Town) -> None:
    with pytest.raises(Refused) as no:
        actions.publish_policy(
            hall=town.hall, document={"tickets": {"missed": "shoot"}, "else": 1}, by=CLERK, now=TUESDAY_NINE
        )

    assert (no.value.slug, {fault["field"] for fault in no.value.facts["faults"]}) == (
        "invalid",
        {"tickets.missed", "else"},
    )
    assert PolicyVersion.objects.count() == 0


def test_who_changes_what_somebody_changed_meanwhile_is_told(town: Town) -> None:
    publish(town, "reissue")

    with pytest.raises(Refused) as no:
        publish(town, "behind_all", expected_version=0)

    assert (no.value.slug, no.value.facts["version"]) == ("changed-meanwhile", 1)


@pytest.mark.race
def test_of_several_who_publish_from_one_version_one_does(committed_town: Town) -> None:
    done = together(5, lambda i: publish(committed_town, "reissue", expected_version=0))

    refused = [each.slug for each in done if isinstance(each, Refused)]
    assert (refused, PolicyVersion.objects.count()) == (["changed-meanwhile"] * 4, 1)
