"""Proof of work: asked where the pattern calls for it, taken once, in time, for its purpose; never of the hall's own."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import altcha
import pytest
from django.test import Client

from banshi.foundation import clock, proof
from banshi.kernel.addresses import networks
from banshi.rooms.booking.models import Appointment, Hold, Waiting
from banshi.rooms.messaging.models import Message
from tests.surfaces.citizen.conftest import *  # noqa: F403 – the open town and its browsers
from tests.surfaces.citizen.conftest import Phone
from tests.together import together
from tests.town import Town, at

pytestmark = pytest.mark.django_db
PROBLEM = {"Accept": "application/problem+json"}


def answered(facts: Any) -> str:
    """Solve a challenge in this process: what other programs do instead of a browser."""
    asked = altcha.Challenge.from_dict(facts["challenge"])
    solution = altcha.solve_challenge(asked)
    assert solution is not None
    return altcha.Payload(asked, solution).to_base64()


@pytest.fixture(autouse=True)
def few(settings: Any) -> None:
    """Three tries are usual, and the work is small."""
    settings.BANSHI_PROOF_USUAL = {"address": 3, "account": 3, "place": 4, "failed": 2}
    settings.BANSHI_PROOF_EFFORT = 2


def ask_code(client: Client, i: int, **more: Any) -> Any:
    return client.post("/sign-in", {"phone": f"1391111{i:04d}", **more}, headers=PROBLEM)


def codes() -> int:
    return Message.objects.filter(key="code").count()


def needed(answer: Any) -> Any:
    """The facts of a refusal that asks for work."""
    said = json.loads(answer.content)
    assert (answer.status_code, said["type"]) == (409, "proof-of-work-needed")
    return said["facts"]


def test_nobody_is_asked_in_a_quiet_hour(anybody: Phone) -> None:
    assert [ask_code(anybody.client, i).status_code for i in range(3)] == [302] * 3
    assert codes() == 3


def test_the_fourth_code_from_one_address_takes_work_and_comes_with_it(anybody: Phone) -> None:
    for i in range(3):
        ask_code(anybody.client, i)

    facts = needed(ask_code(Client(), 4))
    sent_before = codes()
    answer = ask_code(Client(), 4, proof=answered(facts))

    assert (facts["purpose"], sent_before, answer.status_code, codes()) == ("code", 3, 302, 4)


def test_a_proof_may_come_in_a_header(anybody: Phone) -> None:
    for i in range(3):
        ask_code(anybody.client, i)
    given = answered(needed(ask_code(anybody.client, 4)))

    answer = anybody.client.post("/sign-in", {"phone": "13911110004"}, headers={**PROBLEM, "X-Proof": given})

    assert answer.status_code == 302


def test_a_page_asks_by_the_same_form_with_the_challenge_and_what_was_typed(anybody: Phone) -> None:
    for i in range(3):
        ask_code(anybody.client, i)

    answer = anybody.post("/sign-in", phone="13911110009", next="/me/")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert '<input type="hidden" name="phone" value="13911110009">' in page
    assert '<input type="hidden" name="next" value="/me/">' in page
    assert "data-challenge=" in page
    assert "<noscript>" in page
    assert "什么都没有提交" in page


def test_another_address_is_not_asked(anybody: Phone) -> None:
    for i in range(4):
        ask_code(anybody.client, i)

    answer = Client(REMOTE_ADDR="198.51.100.7").post("/sign-in", {"phone": "13911110008"}, headers=PROBLEM)

    assert answer.status_code == 302


def test_a_halls_own_network_is_never_asked(anybody: Phone, settings: Any) -> None:
    settings.BANSHI_HALL_NETWORKS = networks("127.0.0.0/8")

    assert [ask_code(anybody.client, i).status_code for i in range(8)] == [302] * 8


# --- What a proof is good for -----------------------------------------------------------------------------------------


def test_a_proof_is_taken_once(town: Town) -> None:
    given = answered(proof.challenge("code"))

    assert [proof.taken(given, purpose="code") for _ in range(2)] == [True, False]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_ten_who_bring_the_same_proof_one_is_let_in() -> None:
    given = answered(proof.challenge("code"))

    assert sum(together(10, lambda _: proof.taken(given, purpose="code"))) == 1


def reread(given: str, change: Callable[[dict[str, Any]], Any]) -> str:
    said = json.loads(base64.b64decode(given))
    change(said)
    return base64.b64encode(json.dumps(said).encode()).decode()


def test_a_proof_is_good_for_its_purpose_and_person_and_time_alone(town: Town) -> None:
    old = clock.wall() - proof.LASTS - timedelta(seconds=2)
    mine = answered(proof.challenge("book", who="account:1"))
    late = answered(proof.challenge("book", who="account:1", now=old))

    assert not proof.taken(mine, purpose="hold", who="account:1")
    assert not proof.taken(mine, purpose="book", who="account:2")
    assert not proof.taken(late, purpose="book", who="account:1")
    assert proof.taken(mine, purpose="book", who="account:1")


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["challenge"]["parameters"].update(expiresAt=4102444800),
        lambda said: said["challenge"]["parameters"].update(cost=1),
        lambda said: said["challenge"].update(signature="00" * 32),
        lambda said: said["challenge"].pop("signature"),
        lambda said: said["solution"].update(derivedKey="00" * 32),
        lambda said: said["solution"].update(derivedKey=None),
        lambda said: said.update(solution=[]),
        lambda said: said.update(challenge="x"),
    ],
)
def test_a_proof_that_was_tampered_with_is_none(town: Town, change: Any) -> None:
    given = answered(proof.challenge("code"))

    assert not proof.taken(reread(given, change), purpose="code")
    assert proof.taken(given, purpose="code")


@pytest.mark.parametrize("given", ["", "x", "长", "e30=", "W10=", "bnVsbA==", "A" * 5000, "\x00", "MQ=="])
def test_what_is_no_proof_is_refused_and_never_breaks(town: Town, given: str) -> None:
    assert proof.taken(given, purpose="code") is False


# --- Where it is asked ------------------------------------------------------------------------------------------------


def test_a_period_that_many_want_asks_everybody_for_work(open_town: Town, mine: Phone, theirs: Phone) -> None:
    slot = open_town.slot(quota=9)
    other = open_town.slot(quota=9, category="B")
    for n in range(2):
        for phone in (mine, theirs):
            spelled = {"slot": f"{'0' * n}{slot.pk}", "day": f"x{n}{phone.account.pk}", "hall": str(n)}
            phone.client.post("/book/pension/take", spelled, REMOTE_ADDR=f"198.51.100.{phone.account.pk % 200}")

    far = {"REMOTE_ADDR": "203.0.113.9"}
    asked = mine.client.post("/book/pension/take", {"slot": slot.pk}, headers=PROBLEM, **far)
    quiet = theirs.client.post("/book/id-card/take", {"slot": other.pk}, headers=PROBLEM, **far)

    assert needed(asked)["purpose"] == "hold"
    assert quiet.status_code == 302
    assert Hold.objects.filter(slot=other, ended_at=None).count() == 1


def test_failures_are_a_pattern_of_their_own(mine: Phone) -> None:
    wrong = {"name": "某某", "id_type": "resident_id", "id_number": "123"}
    first = [mine.client.post("/me/people", wrong).status_code for _ in range(3)]

    assert first == [422, 422, 422]
    assert needed(mine.client.post("/me/people", wrong, headers=PROBLEM))["purpose"] == "people"


def test_a_part_of_a_page_is_asked_for_by_its_own_place(open_town: Town, mine: Phone) -> None:
    slot = open_town.slot(quota=9)
    headers = {"HX-Request": "true", "HX-Target": "kept"}
    path = f"/book/pension/{slot.pk}/hold"
    for _ in range(3):
        mine.client.post(path, headers=headers)

    part = mine.client.post(path, headers=headers)

    page = part.content.decode()
    assert (part.status_code, page.count("<form"), "<html" in page) == (409, 1, False)
    assert '<div id="kept" class="stack gap-3">' in page
    assert f'hx-post="{path}" hx-target="#kept"' in page


def test_waiting_many_times_takes_work(open_town: Town, mine: Phone) -> None:
    asked = {"who": mine.person.pk, "hall": "town", "day": "2026-03-11"}
    open_town.slot(quota=0)
    first = [mine.client.post("/book/pension/wait", asked).status_code for _ in range(3)]

    assert first == [302] * 3
    assert needed(mine.client.post("/book/pension/wait", asked, headers=PROBLEM))["purpose"] == "wait"
    assert Waiting.objects.count() == 1


SPELLINGS = ["2026-03-11", "03/11/2026", "Mar 11 2026", " 2026-03-11", "Mar 11, 2026"]


@pytest.fixture
def many_wait_for_one_day(settings: Any) -> None:
    """Only a place wanted by many is a pattern."""
    settings.BANSHI_PROOF_USUAL = {"address": 99, "account": 99, "place": 4, "failed": 99}


@pytest.mark.parametrize("door", ["wait", "tell-me"])
@pytest.mark.parametrize(
    "spelled",
    [
        lambda i: {"slot": str(i)},
        lambda i: {"day": SPELLINGS[i]},
        lambda i: {"day": SPELLINGS[i], "slot": "x", "hall": " town "[: 5 + i % 2]},
    ],
)
def test_a_day_that_many_want_is_one_however_it_is_spelled(
    open_town: Town, mine: Phone, many_wait_for_one_day: None, door: str, spelled: Callable[[int], dict[str, str]]
) -> None:
    open_town.slot(quota=0)
    asked = {"who": mine.person.pk, "hall": "town", "day": "2026-03-11"}
    mine.client.cookies["django_language"] = "en"
    for i in range(4):
        answer = mine.client.post(f"/book/pension/{door}", {**asked, **spelled(i)})
        assert answer.status_code == 302, i

    assert needed(mine.client.post(f"/book/pension/{door}", {**asked, **spelled(4)}, headers=PROBLEM))


def test_another_day_of_the_hall_is_not_asked_about(open_town: Town, mine: Phone, many_wait_for_one_day: None) -> None:
    for starts in ("2026-03-11 09:00", "2026-03-12 09:00"):
        open_town.slot(quota=0, starts=at(starts))
    asked = {"who": mine.person.pk, "hall": "town"}
    for _ in range(5):
        mine.client.post("/book/pension/wait", {**asked, "day": "2026-03-11"})

    assert mine.client.post("/book/pension/wait", {**asked, "day": "2026-03-12"}).status_code == 302


def test_booking_again_counts_the_period_it_takes(open_town: Town, mine: Phone, many_wait_for_one_day: None) -> None:
    slot = open_town.slot(quota=9)
    mine.client.post(f"/book/pension/{slot.pk}/", {"who": mine.person.pk})
    code = Appointment.objects.get().code
    mine.client.post(f"/a/{code}/cancel")

    for i in range(3):  # booking it was the first
        mine.client.post(f"/a/{[code, code.lower()][i % 2]}/rebook", {"slot": i})

    assert needed(mine.client.post(f"/a/{code}/rebook", {"slot": 9}, headers=PROBLEM))["purpose"] == "book"


def test_a_refused_wait_shows_the_day_that_was_asked_for(open_town: Town, mine: Phone) -> None:
    open_town.slot(quota=9)
    open_town.slot(quota=9, starts=at("2026-03-12 09:00"))
    mine.client.cookies["django_language"] = "en"

    answer = mine.client.post("/book/pension/wait", {"who": mine.person.pk, "hall": "town", "day": "Mar 12 2026"})

    assert answer.context["choice"].chosen.day == date(2026, 3, 12)


def test_every_public_form_that_costs_something_asks() -> None:
    """Whoever adds such a view is reminded here."""
    from django.urls import get_resolver

    def found(patterns: Any, prefix: str = "") -> dict[str, str]:
        views: dict[str, str] = {}
        for one in patterns:
            if hasattr(one, "url_patterns"):
                views |= found(one.url_patterns, prefix + str(one.pattern))
            elif (purpose := _costs(one.callback)) is not None:
                views[prefix + str(one.pattern)] = purpose
        return views

    assert found(get_resolver().url_patterns) == {
        "book/<slug:item>/take": "hold",
        "book/<slug:item>/<int:slot>/hold": "hold",
        "book/<slug:item>/<int:slot>/": "book",
        "book/<slug:item>/wait": "wait",
        "book/<slug:item>/tell-me": "wait",
        "a/<slug:code>/rebook": "book",
        "a/<slug:code>/move": "book",
        "a/<slug:code>/earlier": "wait",
        "sign-in": "code",
        "me/number": "code",
        "me/clients": "people",
        "me/people": "people",
        "me/family/add": "people",
        "me/organisations/<int:organisation>/appoint": "people",
        "matters/<slug:item>/begin": "people",
        "together/<slug:code>/begin": "people",
        "together/of/<str:items>/begin": "people",
    }


def _costs(view: Any) -> str | None:
    while view is not None:
        if (purpose := view.__dict__.get("costs")) is not None:
            return str(purpose)
        view = getattr(view, "__wrapped__", None)
    return None
