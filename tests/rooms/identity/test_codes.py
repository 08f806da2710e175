"""A telephone signs in with a code: once, in the browser that asked for it, for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.identity import actions
from banshi.rooms.identity.models import Account, SignInCode
from tests.together import together
from tests.town import TUESDAY_NINE

PHONE = "13800139999"
pytestmark = pytest.mark.django_db


def code(**more: str) -> str:
    return actions.new_code(phone=PHONE, now=TUESDAY_NINE, **more)  # type: ignore[arg-type]


def sign_in(said: str, **more: str) -> Account:
    return actions.use_code(phone=PHONE, code=said, now=TUESDAY_NINE, **more)


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06d}"


def test_the_first_sign_in_makes_the_account_and_later_ones_find_it() -> None:
    first, again = sign_in(code()), sign_in(code())

    assert (first.pk, first.phone, Account.objects.count()) == (again.pk, "+8613800139999", 1)


def test_a_code_is_good_once() -> None:
    said = code()
    sign_in(said)

    with pytest.raises(Refused) as no:
        sign_in(said)

    assert (no.value.slug, no.value.facts["left"]) == ("code-wrong", 0)


def test_a_newer_code_ends_the_older_one_of_its_browser_alone() -> None:
    elsewhere, older, newer = code(browser="b"), code(browser="a"), code(browser="a")

    assert sign_in(elsewhere, browser="b") == sign_in(newer, browser="a")
    assert older == newer or SignInCode.objects.filter(used_at=None).count() == 0


def test_a_code_is_of_the_browser_that_asked_for_it() -> None:
    said = code(browser="a")

    with pytest.raises(Refused, match="code-wrong"):
        sign_in(said, browser="b")

    assert sign_in(said, browser="a").pk


def test_wrong_tries_are_counted_and_end_the_code() -> None:
    right = code()
    left = []
    for _ in range(5):
        with pytest.raises(Refused) as no:
            sign_in(wrong(right))
        left.append(no.value.facts["left"])

    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(Refused, match="code-wrong"):
        sign_in(right)


def test_a_code_ends_by_the_machines_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    said, asked = code(), clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: asked + actions.CODE_LASTS + timedelta(seconds=1))

    with pytest.raises(Refused, match="code-wrong"):
        sign_in(said)


def test_who_asks_too_often_uses_up_their_own_share() -> None:
    for _ in range(5):
        code(asker="net-1")

    with pytest.raises(Refused, match="rate-limited"):
        code(asker="net-1")
    assert code(asker="net-2")


def test_of_a_code_only_a_hash_is_kept() -> None:
    said = code()

    row = SignInCode.objects.get()
    assert (said in row.code_hash, len(row.code_hash)) == (False, 64)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_several_with_one_code_one_signs_in() -> None:
    said = code()

    done = together(5, lambda _: sign_in(said))

    assert [isinstance(each, Account) for each in done].count(True) == 1
    assert {each.slug for each in done if isinstance(each, Refused)} == {"code-wrong"}
