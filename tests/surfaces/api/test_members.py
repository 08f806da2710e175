"""Who acts for an organisation over HTTP: entered at a window with the limits of the letter, read, replaced, ended."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.identity.models import OrganisationMember
from tests.surfaces.api.casework import Casework

AT = "/halls/town/members"
FIRM = {"uscc": "91350100M000100Y43", "name": "东莞市南城糖水铺有限公司"}


def entered(work: Casework, **more: Any) -> Any:
    person = work.matters.person
    who = {"name": str(person.name), "id_type": person.id_type, "id_number": str(person.id_number)}
    said = {"organisation": FIRM, "person": who, "role": "agent", "valid_until": "2026-12-31", **more}
    return work.calls("post", AT, "receiver", said)


def listed(work: Casework, key: str = "receiver") -> Any:
    return work.calls("get", f"{AT}?uscc={FIRM['uscc']}", key)


def test_an_agent_is_entered_with_limits_replaced_and_ended(work: Casework) -> None:
    first = entered(work, may="fill", items=["pension"], departments=["hrss"])
    second = entered(work, may="send", items=["pension"])
    (now,) = listed(work).json()["data"]
    ends = [work.calls("post", f"{AT}/{now['id']}/end", "receiver", {"uscc": FIRM["uscc"]}) for _ in range(2)]

    assert (first.status_code, first.json()["may"], first.json()["departments"]) == (201, "fill", ["hrss"])
    assert (now["id"], now["may"], now["items"], now["departments"]) == (second.json()["id"], "send", ["pension"], [])
    assert work.matters.person.name not in now["name"]
    assert ([each.status_code for each in ends], listed(work).json()["data"]) == ([200, 200], [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_until": None},
        {"items": ["no-such-item"]},
        {"departments": ["nobody"]},
        {"may": "appoint", "items": ["pension"]},
        {"role": "legal", "may": "fill", "valid_until": None},
    ],
)
def test_what_no_letter_can_say_enters_nobody(work: Casework, wrong: dict[str, Any]) -> None:
    answer = entered(work, **wrong)

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")
    assert OrganisationMember.objects.count() == 0


def test_a_standing_is_ended_as_its_organisations_alone(work: Casework) -> None:
    made = entered(work).json()["id"]

    answer = work.calls("post", f"{AT}/{made}/end", "receiver", {"uscc": "91110000000000000X"})

    assert (answer.status_code, OrganisationMember.objects.filter(ended_at=None).count()) == (404, 1)


def test_nobody_of_another_hall_or_without_the_right_reads_or_enters(work: Casework) -> None:
    answers = [work.calls("get", f"/halls/other/members?uscc={FIRM['uscc']}", "receiver"), listed(work, "channel")]

    assert [each.status_code for each in answers] == [403, 403]
