"""Agents by API: registered and limited by the hall, mandates proposed, confirmed and ended, bookings under them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Agent, ApiKey, Mandate, Person
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.api import keys
from tests.agents import accept, account_of, pension_there
from tests.rooms.booking.test_who_books import by_account
from tests.surfaces.api.conftest import Calls, booking, person
from tests.together import together
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
UNTIL = (TUESDAY_NINE.date() + timedelta(days=30)).isoformat()
ASKED = {"name": "小镇代办公司", "phone": "13900000077", "paper": "营业执照", "live_most": 3, "day_most": 3}


def key_id(calls: Calls, name: str = "channel") -> int:
    from hashlib import sha256

    return ApiKey.objects.get(key_hash=sha256(calls.keys[name].encode()).hexdigest()).pk


def registered(calls: Calls, *, accepted: bool = True, **more: Any) -> dict[str, Any]:
    asked = {**ASKED, "key": key_id(calls), "end_user": "u-7", **more}
    made = calls("post", "/halls/town/agents", "manage", {k: v for k, v in asked.items() if v is not None})
    assert made.status_code == 201, made.content
    if accepted:
        accept(made.json()["id"])
        made = calls("get", f"/agents/{made.json()['id']}", "manage")
    found: dict[str, Any] = made.json()
    return found


def who(i: int) -> dict[str, str]:
    return {k: v for k, v in person(i).items() if k != "phone"}


def entered(calls: Calls, agent: int, i: int, key: str = "manage", **more: Any) -> Any:
    own = {"paper": "委托书"} if key == "manage" else {"end_user": "u-7"}
    return calls("post", f"/agents/{agent}/mandates", key, {"person": who(i), "valid_until": UNTIL, **own, **more})


def books(calls: Calls, agent: int, slot: Any, i: int, **more: Any) -> Any:
    body = {**booking(slot), "person": person(i), "agent": agent, "end_user": "u-7", **more}
    return calls("post", "/appointments", "channel", body)


def slug(answer: Any) -> str:
    return "done" if answer.status_code < 300 else str(answer.json()["type"])


def test_the_hall_registers_limits_suspends_and_restores_an_agent(calls: Calls) -> None:
    made = registered(calls)
    at_it = f"/agents/{made['id']}"

    limited = calls("put", at_it, "manage", {"live_most": 9, "day_most": 4}).json()
    bare = calls("post", f"{at_it}/suspend", "manage")
    rests = calls("post", f"{at_it}/suspend", "manage", {"why": "执照到期"}).json()
    goes_on = calls("post", f"{at_it}/restore", "manage").json()
    listed = calls("get", "/halls/town/agents", "manage").json()["data"]

    assert (made["name"], made["phone"], made["state"], made["clients"]) == ("小**", "139****0077", "active", 0)
    assert (limited["live_most"], limited["day_most"]) == (9, 4)
    told = Message.objects.filter(key__in=["agent_suspended", "agent_restored"]).order_by("id")
    assert (bare.status_code, bare.json()["facts"]["field"]) == (422, "why")
    assert [(each.key, json.loads(each.sealed or "{}").get("reason")) for each in told] == [
        ("agent_suspended", "执照到期"), ("agent_restored", None),
    ]  # fmt: skip
    assert (rests["state"], goes_on["state"], listed) == ("suspended", "active", [goes_on])
    assert list(Entry.objects.filter(subject=f"agent:{made['id']}").order_by("id").values_list("action", flat=True)) == [
        "agent-registered", "agent-accepted", "agent-limited", "agent-suspended", "agent-restored",
    ]  # fmt: skip


def test_the_same_deed_twice_leaves_one_trail(calls: Calls) -> None:
    agent = registered(calls)["id"]

    for _ in range(2):
        calls("put", f"/agents/{agent}", "manage", {"live_most": 9, "day_most": 4})
        calls("post", f"/agents/{agent}/suspend", "manage", {"why": "执照到期"})

    assert Entry.objects.filter(subject=f"agent:{agent}").count() == 4


def test_registering_again_with_the_same_idempotency_key_is_one_agent(calls: Calls) -> None:
    first, second = (calls("post", "/halls/town/agents", "manage", ASKED, Idempotency_Key="once-1") for _ in range(2))

    assert (first.status_code, second.json()["id"], Agent.objects.count()) == (201, first.json()["id"], 1)


def test_an_agent_proposes_only_so_many_people_at_a_time(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("banshi.rooms.identity.actions.mandates.MOST_PROPOSED", 2)
    agent = registered(calls)["id"]
    proposed = [slug(entered(calls, agent, i, "channel")) for i in (1, 2)]
    before = (Mandate.objects.count(), Person.objects.count())

    third = entered(calls, agent, 3, "channel")

    assert (proposed, third.status_code, slug(third), third.json()["facts"]) == (
        ["done", "done"], 409, "too-many-people", {"limit": 2},
    )  # fmt: skip
    assert (Mandate.objects.count(), Person.objects.count()) == before
    calls("post", f"/mandates/{Mandate.objects.earliest('id').pk}/confirm", "manage", {"paper": "委托书"})
    assert slug(entered(calls, agent, 3, "channel")) == "done"  # one was answered


@pytest.mark.parametrize(
    "wrong",
    [
        {"paper": " "}, {"live_most": 0}, {"day_most": 1001}, {"name": "a\u202eb"}, {"phone": "02081234567"},
        {"key": 10**9},
    ],
)  # fmt: skip
def test_what_makes_no_agent_is_refused_with_its_field(calls: Calls, wrong: dict[str, Any]) -> None:
    no = calls("post", "/halls/town/agents", "manage", {**ASKED, **wrong})

    assert (no.status_code, no.json()["type"] in ("invalid", "phone-invalid")) == (422, True)
    assert Agent.objects.count() == 0


def test_a_key_of_another_hall_is_no_way_for_an_agent_of_this_one(calls: Calls) -> None:
    elsewhere = identity.create_key(name="别处", scope="channel", hall="other", now=TUESDAY_NINE)
    calls.keys["elsewhere"] = elsewhere

    no = calls("post", "/halls/town/agents", "manage", {**ASKED, "key": key_id(calls, "elsewhere")})

    assert (no.status_code, no.json()["facts"]["field"]) == (422, "key")


def test_another_halls_manager_and_another_channel_find_no_such_agent(calls: Calls) -> None:
    agent = registered(calls)["id"]

    answers = [
        calls("get", f"/agents/{agent}", "other-manage"),
        calls("get", f"/agents/{agent}?end_user=u-7", "other-channel"),
        calls("get", f"/agents/{agent}?end_user=u-8", "channel"),
        calls("get", f"/agents/{agent}", "channel"),
        calls("post", f"/agents/{agent}/suspend", "other-manage"),
        entered(calls, agent, 1, "other-channel"),
    ]

    assert [each.status_code for each in answers] == [404] * len(answers)
    assert calls("get", f"/agents/{agent}?end_user=u-7", "channel").status_code == 200


def test_a_proposal_gives_no_right_until_the_hall_has_seen_the_paper(calls: Calls) -> None:
    agent, slot = registered(calls)["id"], calls.town.slot(quota=9)

    proposed = entered(calls, agent, 1, "channel").json()
    before = slug(books(calls, agent, slot, 1))
    without = calls("post", f"/mandates/{proposed['id']}/confirm", "manage", {})
    confirmed = calls("post", f"/mandates/{proposed['id']}/confirm", "manage", {"paper": "委托书"}).json()
    after = slug(books(calls, agent, slot, 1))

    assert (proposed["state"], proposed["name"][1:], before) == ("proposed", "*", "mandate-missing")
    assert (without.status_code, without.json()["facts"]["field"]) == (422, "paper")
    assert (confirmed["state"], after) == ("in_force", "done")
    assert list(
        Entry.objects.filter(action__startswith="mandate-").order_by("id").values_list("action", flat=True)
    ) == ["mandate-proposed", "mandate-given"]


def test_what_is_booked_under_a_mandate_is_the_agents_and_counts_against_its_limits(calls: Calls) -> None:
    agent = registered(calls)["id"]
    slots = [calls.town.slot(quota=9, starts=at(f"2026-03-{11 + i} 09:00")) for i in range(4)]
    for i in range(4):
        entered(calls, agent, i + 1)

    results = [books(calls, agent, slot, i + 1) for i, slot in enumerate(slots)]

    account = Agent.objects.get(pk=agent).account_id
    assert [slug(each) for each in results] == ["done", "done", "done", "limit-live"]
    assert set(Appointment.objects.values_list("account_id", "limit_key")) == {(account, "")}
    mine = results[0].json()["code"]
    assert calls("get", f"/appointments/{mine}?end_user=u-7", "channel").status_code == 200
    assert calls("get", f"/appointments/{mine}", "other-channel").status_code == 404


@pytest.mark.parametrize("how", ["ended", "suspended"])
def test_the_key_of_an_agents_slip_steers_nothing_once_its_mandate_is_over(calls: Calls, how: str) -> None:
    agent = registered(calls)["id"]
    mandate = entered(calls, agent, 1).json()["id"]
    account = Agent.objects.get(pk=agent).account_id
    code = actions.place(
        slot_id=calls.town.slot(starts=at("2026-03-10 09:00")).pk, item_code="pension", source="web",
        person_id=Mandate.objects.get(pk=mandate).person_id, account_id=account, now=at("2026-03-09 10:00"),
        by=Actor(ActorKind.CITIZEN, str(account)),
    ).code  # fmt: skip
    ref = calls("post", "/halls/town/check-ins", "kiosk", {"code": code}).json()["id"]

    if how == "ended":
        calls("post", f"/mandates/{mandate}/end", "channel", {"end_user": "u-7"})
    else:
        calls("post", f"/agents/{agent}/suspend", "manage", {"why": "执照到期"})

    answers = [calls("post", f"/tickets/{ref}/{step}", "kiosk").status_code for step in ("late", "return", "leave")]
    assert answers == [404] * 3
    assert list(Ticket.objects.values_list("state", "limit_key")) == [("waiting", "")]


def test_a_vouching_channels_agent_still_books_for_clients_and_strikes_stay_with_it(calls: Calls) -> None:
    ApiKey.objects.filter(pk=key_id(calls)).update(vouches=True)
    agent = registered(calls)["id"]
    entered(calls, agent, 1)

    books(calls, agent, calls.town.slot(), 1)

    assert list(Appointment.objects.values_list("evidence", "holder")) == [
        (0, f"account:{Agent.objects.get(pk=agent).account_id}")
    ]


def test_a_mandate_covers_its_matters_until_its_last_day_and_no_longer_than_it_stands(calls: Calls) -> None:
    agent, slot = registered(calls)["id"], calls.town.slot(quota=9)
    entered(calls, agent, 1, items=["medical"])
    ended = entered(calls, agent, 2).json()
    calls("post", f"/mandates/{ended['id']}/end", "channel", {"end_user": "u-7"})
    entered(calls, agent, 3)
    calls("post", f"/agents/{agent}/suspend", "manage", {"why": "执照到期"})
    suspended = slug(books(calls, agent, slot, 3))
    calls("post", f"/agents/{agent}/restore", "manage")

    found = [slug(books(calls, agent, slot, i)) for i in (1, 2, 3)]

    assert (suspended, found) == ("mandate-missing", ["mandate-missing", "mandate-missing", "done"])


@pytest.mark.parametrize(
    ("more", "status", "type_"),
    [
        ({"items": ["nowhere"]}, 409, "item-not-here"),
        ({"valid_until": "2020-01-01"}, 422, "invalid"),
        ({"valid_until": "2099-01-01"}, 422, "invalid"),
        ({"paper": ""}, 422, "invalid"),
        ({"person": {"name": "张三", "id_number": "1"}}, 422, "identity-invalid"),
    ],
)
def test_what_makes_no_mandate_is_refused(calls: Calls, more: dict[str, Any], status: int, type_: str) -> None:
    no = entered(calls, registered(calls)["id"], 1, **more)

    assert (no.status_code, no.json()["type"], Mandate.objects.count()) == (status, type_, 0)


def test_the_client_sees_who_may_act_agrees_and_ends_it_through_a_vouching_channel(calls: Calls) -> None:
    agent = registered(calls, key=None, end_user="")["id"]
    calls.keys["vouching"] = identity.create_key(name="省平台", scope="channel", vouches=True, now=TUESDAY_NINE)
    one = entered(calls, agent, 1, key="manage").json()
    calls("post", f"/mandates/{one['id']}/end", "manage", {})
    Mandate.objects.filter(pk=one["id"]).update(ended_at=None, given_at=None, proposed_at=TUESDAY_NINE)
    mine, theirs = {"person": who(1)}, {"person": who(2)}
    entered(calls, registered(calls, phone="13900000078")["id"], 2)

    seen = calls("post", "/people/mandates", "vouching", mine).json()["data"]
    others = calls("post", f"/mandates/{one['id']}/confirm", "vouching", theirs)
    agreed = calls("post", f"/mandates/{one['id']}/confirm", "vouching", mine).json()
    ended = [calls("post", f"/mandates/{one['id']}/end", "vouching", mine).json() for _ in range(2)]

    assert [(each["agent_name"], each["state"], each["resting"]) for each in seen] == [
        ("小镇代办公司", "proposed", False)
    ]
    assert (others.status_code, agreed["state"]) == (404, "in_force")
    assert [each["state"] for each in ended] == ["ended", "ended"]
    assert calls("post", "/people/mandates", "vouching", mine).json()["data"] == []


@pytest.mark.parametrize("how", ["of another hall", "in another name than the proven one"])
def test_a_vouching_channel_acts_for_its_own_halls_and_names_alone(calls: Calls, how: str) -> None:
    hall = "other" if how == "of another hall" else ""
    calls.keys["vouching"] = identity.create_key(
        name="平台", scope="channel", vouches=True, hall=hall, now=TUESDAY_NINE
    )
    one = entered(calls, registered(calls)["id"], 1).json()
    mine = who(1) if hall else who(1) | {"name": "完全别人"}
    Person.objects.filter(mandate__pk=one["id"]).update(name_evidence=3)  # seen at a window

    lists = calls("post", "/people/mandates", "vouching", {"person": mine})
    deeds = [
        calls("post", f"/mandates/{one['id']}/{deed}", "vouching", {"person": mine}) for deed in ("confirm", "end")
    ]

    assert lists.status_code == 404 or lists.json()["data"] == []
    assert [each.status_code for each in deeds] == [404, 404]
    assert Mandate.objects.get(pk=one["id"]).ended_at is None


def test_a_channel_that_does_not_vouch_neither_sees_nor_ends_anybodys_mandates(calls: Calls) -> None:
    agent = registered(calls)["id"]
    one = entered(calls, agent, 1).json()

    answers = [
        calls("post", "/people/mandates", "other-channel", {"person": who(1)}),
        calls("post", f"/mandates/{one['id']}/end", "other-channel", {"person": who(1)}),
        calls("post", f"/mandates/{one['id']}/confirm", "other-channel", {"person": who(1)}),
        calls("post", f"/mandates/{one['id']}/confirm", "channel", {"paper": "委托书"}),
    ]

    assert [(each.status_code, each.json()["type"]) for each in answers] == [(404, "nothing-found")] * 4
    assert Mandate.objects.get(pk=one["id"]).ended_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_ten_requests_of_one_agent_take_exactly_its_limit(committed_calls: Calls) -> None:
    calls, agent = committed_calls, registered(committed_calls)["id"]
    slot = calls.town.slot(quota=20)
    for i in range(1, 11):
        entered(calls, agent, i)

    results = together(10, lambda i: slug(books(calls, agent, slot, i + 1)))

    assert sorted(results) == ["done"] * 3 + ["limit-live"] * 7


def test_requests_of_one_agent_that_are_answered_together_take_exactly_its_limit(calls: Calls) -> None:
    from banshi.surfaces.api import bookings

    agent, slot = registered(calls)["id"], calls.town.slot(quota=20)
    for i in range(1, 6):
        entered(calls, agent, i)
    headers = {"authorization": f"Bearer {calls.keys['channel']}", "content-type": "application/json"}

    def prepared(i: int) -> Any:
        import orjson

        return bookings.prepare_booking(
            headers, orjson.dumps({**booking(slot), "person": person(i), "agent": agent, "end_user": "u-7"})
        )

    answers = bookings.book_many([prepared(i) for i in range(1, 6)])

    assert [each.status for each in answers] == [201, 201, 201, 409, 409]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_a_mandate_that_ends_while_it_is_booked_under_either_holds_or_does_not(committed_calls: Calls) -> None:
    calls, agent = committed_calls, registered(committed_calls, live_most=20, day_most=20)["id"]
    slot = calls.town.slot(quota=20)
    mandates = [entered(calls, agent, i).json()["id"] for i in range(1, 6)]

    def deed(n: int) -> str:
        i = n // 2
        if n % 2:
            return slug(calls("post", f"/mandates/{mandates[i]}/end", "manage", {}))
        return slug(books(calls, agent, slot, i + 1))

    results = together(10, deed)

    made = sum(each == "done" for each in results[::2])
    assert set(results[1::2]) == {"done"}
    assert set(results[::2]) <= {"done", "mandate-missing"}
    assert Appointment.objects.filter(state="booked").count() == made


# --- An agent's number is somebody's -----------------------------------------------------------------------------


def privately(calls: Calls, phone: str, **more: Any) -> str:
    """What the owner of a number booked on their own telephone."""
    mine = account_of(phone)
    slot = calls.town.slot(quota=9, starts=at("2026-03-13 09:00"), **more)
    return str(by_account(calls.town, slot, mine, 1).code)


def reaches(calls: Calls, code: str, end_user: str = "", key: str = "channel") -> list[int]:
    """What a key gets for each deed."""
    at_it, said = f"/appointments/{code}", f"?end_user={end_user}" if end_user else ""
    later = calls.town.slot(quota=9, starts=at("2026-03-13 14:00"))
    return [
        calls("get", at_it + said, key).status_code,
        calls("post", f"{at_it}/move{said}", key, {"slot": later.pk}).status_code,
        calls("post", f"{at_it}/confirmation{said}", key, {}).status_code,
        calls("delete", at_it + said, key).status_code,
        calls("post", f"{at_it}/rebook{said}", key, {}).status_code,
    ]


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("end_user", ["u-7", ""])
def test_what_its_owner_booked_is_never_the_keys(calls: Calls, accepted: bool, there: bool, end_user: str) -> None:
    pension_there(calls.town)
    code = privately(calls, ASKED["phone"], **({"hall": calls.town.other_hall} if there else {}))

    made = registered(calls, accepted=accepted, end_user=end_user)

    assert made["state"] == ("active" if accepted else "proposed")
    assert reaches(calls, code, end_user) == [404] * 5
    assert Appointment.objects.get().state == "booked"


def test_a_proposed_agent_is_nobody_to_its_channel(calls: Calls) -> None:
    agent, slot = registered(calls, accepted=False)["id"], calls.town.slot(quota=9)

    answers = [
        calls("get", f"/agents/{agent}?end_user=u-7", "channel"),
        entered(calls, agent, 1, "channel"),
        books(calls, agent, slot, 1),
    ]

    assert [each.status_code for each in answers] == [404] * 3
    assert slug(entered(calls, agent, 1)) == "wrong-state"
    assert [each["state"] for each in calls("get", "/halls/town/agents", "manage").json()["data"]] == ["proposed"]


def test_two_proposals_for_one_user_of_a_key_are_no_lock_and_the_first_accepted_is_it(calls: Calls) -> None:
    registered(calls, accepted=False)
    second = registered(calls, phone="13900000078")

    third = calls(
        "post",
        "/halls/town/agents",
        "manage",
        {**ASKED, "phone": "13900000079", "key": key_id(calls), "end_user": "u-7"},
    )

    assert second["state"] == "active"
    assert (third.status_code, third.json()["facts"]["field"]) == (422, "end_user")


@pytest.mark.parametrize(("registered_as", "said", "status"), [
    ("u-7", "u-7", 200), ("u-7", "", 404), ("u-7", "eve", 404), ("", "", 200), ("", "eve", 200),
])  # fmt: skip
def test_the_key_reaches_what_was_booked_through_it_for_its_user_alone(
    calls: Calls, registered_as: str, said: str, status: int
) -> None:
    agent = registered(calls, end_user=registered_as)["id"]
    entered(calls, agent, 1)
    code = books(calls, agent, calls.town.slot(quota=9), 1, end_user=registered_as).json()["code"]

    found = reaches(calls, code, said)

    assert found[:2] + found[3:4] == [status] * 3
    assert calls("get", f"/appointments/{code}?end_user={registered_as}", "other-channel").status_code == 404


def test_what_the_agent_books_on_its_own_telephone_is_none_of_the_keys(calls: Calls) -> None:
    made = registered(calls)
    entered(calls, made["id"], 1)
    account = Agent.objects.get(pk=made["id"]).account
    client = Mandate.objects.get().person_id
    row = actions.place(
        slot_id=calls.town.slot(quota=9).pk, item_code="pension", person_id=client, source="web",
        by=Actor(ActorKind.CITIZEN, str(account.pk)), account_id=account.pk, now=TUESDAY_NINE,
    )  # fmt: skip

    assert reaches(calls, row.code, "u-7") == [404] * 5


def test_booked_in_another_hall_it_is_the_keys_as_far_as_the_key_reaches(calls: Calls) -> None:
    pension_there(calls.town)
    agent = registered(calls)["id"]
    entered(calls, agent, 1)
    made = books(calls, agent, calls.town.slot(quota=9, hall=calls.town.other_hall), 1)

    seen = calls("get", f"/appointments/{made.json()['code']}?end_user=u-7", "channel").status_code
    ApiKey.objects.filter(pk=key_id(calls)).update(hall="town")

    assert (made.status_code, seen) == (201, 200)
    keys.forget()
    assert calls("get", f"/appointments/{made.json()['code']}?end_user=u-7", "channel").status_code == 404
    assert calls("get", f"/agents/{agent}", "other-manage").status_code == 404


@pytest.mark.parametrize("over", ["ended", "suspended"])
def test_after_a_mandate_the_key_sees_what_became_of_it_and_no_more(calls: Calls, over: str) -> None:
    agent = registered(calls)["id"]
    given = entered(calls, agent, 1).json()["id"]
    code = books(calls, agent, calls.town.slot(quota=9), 1).json()["code"]
    at_it = f"/mandates/{given}/end" if over == "ended" else f"/agents/{agent}/suspend"
    calls("post", at_it, "manage", {} if over == "ended" else {"why": "执照到期"})

    seen = calls("get", f"/appointments/{code}?end_user=u-7", "channel").json()

    assert (seen["status"], seen["name"], seen["qr"]) == ("booked", "", "")
    assert reaches(calls, code, "u-7") == [200, 409, 409, 409, 409]


def test_the_key_never_books_for_the_agents_own_person(calls: Calls) -> None:
    agent = registered(calls)["id"]
    entered(calls, agent, 1)
    own = Mandate.objects.get().person_id
    Account.objects.filter(agents=agent).update(person_id=own, person_evidence=3)

    assert slug(books(calls, agent, calls.town.slot(quota=9), 1)) == "mandate-missing"
    assert Appointment.objects.count() == 0
