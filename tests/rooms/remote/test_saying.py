"""What is said is there once; signals go; consents are closed, never changed; the remote hand waits for a yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.remote import actions, queries, rules
from banshi.rooms.remote.models import Consent, Said, Signal
from tests.rooms.remote.conftest import Video
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE

NOW = TUESDAY_NINE
A_SECOND = timedelta(seconds=1)
JPEG = 60


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


def said(session: Any, text: str = "您好", key: str = "k1", side: str = "citizen", now: Any = NOW) -> Said:
    return actions.say(ref=session.ref, side=side, text=text, key=key, now=now)


@pytest.mark.django_db
def test_what_is_sent_again_after_a_lost_line_is_there_once(video: Video):
    session = video.talking()

    first, again, theirs = said(session), said(session, "另一句"), said(session, "你好", side="seat")

    assert (first.pk == again.pk, [(each.n, each.body) for each in queries.said_since(session)]) == (
        True, [(1, "您好"), (2, "你好")]
    )  # fmt: skip
    assert [each.pk for each in queries.said_since(session, 1)] == [theirs.pk]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_the_same_line_sent_at_once_is_said_once_and_others_have_numbers_without_gaps(committed_video: Video):
    session = committed_video.talking()

    together(8, lambda i: said(session, f"第 {i % 4} 句", key=f"k{i % 4}"))

    assert sorted(Said.objects.values_list("n", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db
def test_what_was_written_while_waiting_is_there_when_somebody_answers(video: Video):
    video.seat(ready=False)
    session = video.asked()
    said(session, "我想问退休手续")
    actions.ready(by=video.agent, now=NOW, wall=NOW)
    actions.assign(now=NOW)
    actions.answer(ref=session.ref, by=video.agent, now=NOW)

    assert [each.body for each in queries.said_since(session)] == ["我想问退休手续"]


@pytest.mark.django_db
def test_words_rest_sealed(video: Video):
    session = video.talking()
    said(session, "我的号码写在这里")
    actions.signal(ref=session.ref, side="citizen", kind="offer", body="v=0 secret", now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM remote_said UNION ALL SELECT body FROM remote_signal")
        assert all(row[0].startswith("v1:") for row in cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"text": " "}, {"text": "长" * (rules.LONGEST_TEXT + 1)}, {"text": "a\u202eb"}, {"key": ""}, {"key": "a b"}],
)
def test_a_line_that_cannot_be_meant_is_refused(video: Video, wrong: dict[str, str]):
    session = video.talking()

    assert refused(lambda: said(session, **wrong)) == "invalid"
    assert Said.objects.count() == 0


@pytest.mark.django_db
def test_after_the_end_nothing_is_said_but_what_was_on_its_way_is_answered_as_before(video: Video):
    session = video.talking()
    said(session)
    actions.end(ref=session.ref, by=video.agent, now=NOW)

    assert refused(lambda: said(session, key="k2")) == "wrong-state"
    assert said(session).n == 1


@pytest.mark.django_db
def test_a_picture_is_a_document_of_the_person_once(video: Video):
    from io import BytesIO

    from PIL import Image

    session, out = video.talking(), BytesIO()
    Image.new("RGB", (JPEG, JPEG), "white").save(out, "JPEG")

    def sent() -> Said:
        return actions.say_file(
            ref=session.ref, side="citizen", content=out.getvalue(), name="证.jpg", key="p1", by=CITIZEN, now=NOW
        )

    first, again = sent(), sent()

    assert (first.pk == again.pk, first.kind) == (True, "picture")
    assert first.document.document.person_id == session.person_id  # type: ignore[union-attr]


@pytest.mark.django_db
def test_signals_reach_the_other_side_in_order_and_are_gone_after_an_hour(video: Video):
    session = video.talking()
    for n, (side, kind) in enumerate([("seat", "offer"), ("citizen", "answer"), ("seat", "candidate")]):
        actions.signal(ref=session.ref, side=side, kind=kind, body=f"{n}", now=NOW)

    assert [each.kind for each in queries.signals_since(session, to="citizen")] == ["offer", "candidate"]
    assert [each.kind for each in queries.signals_since(session, to="citizen", n=1)] == ["candidate"]
    hour = timedelta(hours=1)
    assert (actions.forget_signals(now=NOW + hour), actions.forget_signals(now=NOW + hour + A_SECOND)) == (0, 3)
    assert Signal.objects.count() == 0


@pytest.mark.django_db
def test_a_consent_is_given_once_taken_back_and_given_anew(video: Video):
    session = video.talking()

    for step in (actions.consent, actions.consent, actions.take_back, actions.take_back, actions.consent):
        step(ref=session.ref, what="screen", by=CITIZEN, now=NOW)

    assert list(Consent.objects.order_by("id").values_list("taken_back_at", flat=True)) == [NOW, None]
    assert queries.consents_of(session) == {"screen"}


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"what": "recording"}, {"given_at": NOW - A_SECOND}, {"taken_back_at": None}])
def test_a_consent_that_was_taken_back_stays_as_it_is(video: Video, change: dict[str, Any]):
    session = video.talking()
    actions.consent(ref=session.ref, what="screen", by=CITIZEN, now=NOW)
    actions.take_back(ref=session.ref, what="screen", by=CITIZEN, now=NOW)

    with pytest.raises(IntegrityError, match="closed once"), transaction.atomic():
        Consent.objects.update(**change)


@pytest.mark.django_db
def test_the_remote_hand_needs_consent_and_then_a_yes_to_each_act(video: Video):
    session = video.talking()

    def asked(key: str = "a1") -> Any:
        body = {"field": "phone", "value": "x"}
        return actions.ask_act(ref=session.ref, kind="fill", body=body, key=key, by=video.agent, now=NOW)

    def done() -> Any:
        return actions.act_done(ref=session.ref, n=1, by=CITIZEN, now=NOW)

    assert refused(asked) == "consent-missing"
    actions.consent(ref=session.ref, what="screen", by=CITIZEN, now=NOW)
    assert (asked().n, asked().n, refused(done)) == (1, 1, "wrong-state")
    actions.answer_act(ref=session.ref, n=1, yes=True, by=CITIZEN, now=NOW)
    assert done().done_at == NOW
    assert refused(lambda: actions.answer_act(ref=session.ref, n=1, yes=False, by=CITIZEN, now=NOW)) == "wrong-state"
    asked("a2")
    actions.answer_act(ref=session.ref, n=2, yes=False, by=CITIZEN, now=NOW)
    assert refused(lambda: actions.act_done(ref=session.ref, n=2, by=CITIZEN, now=NOW)) == "wrong-state"


@pytest.mark.django_db
def test_what_was_said_is_deleted_with_time_and_how_it_ended_stays(video: Video):
    session = video.talking()
    said(session, "我的号码写在这里")
    actions.end(ref=session.ref, by=video.agent, now=NOW, outcome="告诉了要带的材料")
    hall = video.town.hall.pk

    session.caller_name = "赵小云"
    session.save(update_fields=["caller_name"])
    gone = [actions.forget_words(before={hall: until}, most=9) for until in (NOW, NOW + A_SECOND, NOW + A_SECOND)]

    session.refresh_from_db()
    assert (gone, session.outcome, session.why, session.caller_name) == ([0, 1, 0], "", "helped", None)
    assert [each.body for each in queries.said_since(session)] == [""]
