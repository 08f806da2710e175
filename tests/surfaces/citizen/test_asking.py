"""Asking a department on the phone: the form, what is answered already, one's questions, nobody else's business."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation import clock
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.consulting import actions
from banshi.rooms.consulting.models import Enquiry, PublicAnswer, Question
from banshi.rooms.identity.models import Account
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, browser, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
TEXT = "店面还在装修，能先办许可证吗？"


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


@pytest.fixture
def matters(shop: tuple[Matters, Phone]) -> Matters:
    return shop[0]


@pytest.fixture
def me(shop: tuple[Matters, Phone]) -> Phone:
    return shop[1]


def asked(me: Phone, words: str = TEXT, **more: str) -> Any:
    return me.client.post("/items/pension/ask", {"hall": "town", "text": words, **more})


def answer(matters: Matters, no: str, words: str = "能，先带租约来。", seq: int = 1) -> None:
    by = matters.by["reviewer"]
    actions.answer(no=no, seq=seq, text=words, department="hrss", by=by, now=clock.now())


def published(matters: Matters, question: str, words: str) -> PublicAnswer:
    asking = actions.Asking(hall=matters.town.hall, item_code="pension", text=TEXT)
    enquiry = actions.ask(asking, by=Actor(ActorKind.CHANNEL, "7"), now=clock.now())
    answer(matters, enquiry.no)
    row = actions.write_up(
        no=enquiry.no, writing=actions.Writing(question, words), department="hrss", by=matters.by["reviewer"],
        now=clock.now(),
    )  # fmt: skip
    return actions.publish(
        answer_id=row.pk, hall=matters.town.hall, department="", by=matters.by["approver"], now=clock.now()
    )


def test_a_question_is_sent_and_its_page_says_by_when(me: Phone) -> None:
    form = text(me.get("/items/pension/ask"))
    done = asked(me)

    enquiry = Enquiry.objects.get()
    page = text(me.get(done.url))
    assert (done.status_code, done.url) == (302, f"/enquiries/{enquiry.no}/")
    assert ("人社局" in form, TEXT in page, enquiry.no in text(me.get("/enquiries/"))) == (True, True, True)


def test_who_is_not_signed_in_signs_in_first_and_loses_nothing(open_town: Town) -> None:
    client = browser()

    done = client.post("/items/pension/ask", {"hall": "town", "text": TEXT})

    assert (done.status_code, done.url.startswith("/sign-in?next=")) == (302, True)
    assert TEXT not in done.url


@pytest.mark.parametrize("words", ["", "短", "问" * 1001, "换\u202e个地址怎么办？"])
def test_what_is_refused_is_there_again(me: Phone, words: str) -> None:
    refused = asked(me, words)

    assert (refused.status_code, Enquiry.objects.count()) == (422, 0)
    assert 'aria-invalid="true"' in refused.content.decode()
    assert words[:20] in refused.content.decode()
    assert words[:20] in me.get("/items/pension/ask").content.decode()


def test_too_many_say_so_and_keep_the_words(me: Phone) -> None:
    for n in range(5):
        asked(me, f"第 {n} 个问题，怎么办？")

    refused = asked(me)

    page = refused.content.decode()
    assert (refused.status_code, TEXT in page, 'href="/enquiries/"' in page) == (409, True, True)


def test_what_is_answered_already_comes_first(me: Phone, matters: Matters) -> None:
    published(matters, "装修时能办许可证吗？", "能，先带租约来。")

    first = asked(me)
    typed = me.client.post("/items/pension/ask/alike", {"text": "装修的时候"})
    sent = asked(me, sure="1")

    page = first.content.decode()
    assert (first.status_code, "能，先带租约来。" in page, TEXT in page) == (200, True, True)
    assert "能，先带租约来。" in typed.content.decode()
    assert (sent.status_code, Question.objects.filter(enquiry__account=matters.account).count()) == (302, 1)


def test_everybody_reads_and_searches_what_is_published(open_town: Town, me: Phone, matters: Matters) -> None:
    published(matters, "装修时能办许可证吗？", "能，先带租约来。")
    client = browser()

    guide, listed, found, none = (
        client.get(path).content.decode()
        for path in (
            "/items/pension", "/items/pension/answers", "/items/pension/answers?q=装修", "/items/pension/answers?q=天气",
        )
    )  # fmt: skip

    assert ["能，先带租约来。" in page for page in (guide, listed, found, none)] == [True, True, True, False]
    assert TEXT not in guide + listed


def test_answered_asked_further_marked_and_closed(me: Phone, matters: Matters) -> None:
    asked(me)
    enquiry = Enquiry.objects.get()
    answer(matters, enquiry.no)
    there = f"/enquiries/{enquiry.no}/"

    page = text(me.get(there))
    marked = me.client.post(f"{there}helped", {"helped": "no"})
    short = me.client.post(f"{there}further", {"text": "短"})
    further = me.client.post(f"{there}further", {"text": "租约要原件吗？"})
    answer(matters, enquiry.no, "要原件。", seq=2)
    closed = me.client.post(f"{there}close")

    assert "能，先带租约来。" in page
    assert [each.status_code for each in (marked, short, further, closed)] == [302, 422, 302, 302]
    assert (Enquiry.objects.get().state, "要原件。" in text(me.get(there))) == ("closed", True)


def test_taken_back_while_it_was_answered_says_how_it_stands(me: Phone, matters: Matters) -> None:
    asked(me)
    enquiry = Enquiry.objects.get()
    answer(matters, enquiry.no)

    late = me.client.post(f"/enquiries/{enquiry.no}/withdraw")

    assert (late.status_code, "能，先带租约来。" in late.content.decode()) == (409, True)


def test_nobody_else_finds_it(me: Phone, matters: Matters) -> None:
    asked(me)
    enquiry = Enquiry.objects.get()
    stranger = Account.objects.create(phone="+8613800138999", phone_index="stranger", created_at=TUESDAY_NINE)
    client = browser()
    session = client.session
    session["account"] = stranger.pk
    session.save()

    looks = [client.get(f"/enquiries/{enquiry.no}/")]
    looks += [
        client.post(f"/enquiries/{enquiry.no}/{verb}", {"text": "租约要原件吗？", "helped": "yes"})
        for verb in ("further", "helped", "close", "withdraw")
    ]

    assert [each.status_code for each in looks] == [404] * 5
    assert enquiry.no not in client.get("/enquiries/").content.decode()
