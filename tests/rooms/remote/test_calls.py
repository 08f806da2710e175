"""Calls: asked, given, answered, passed on, ended – each once, whoever acts at the same instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.foundation.models import Event
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import RemoteSession, Seat, Talk
from tests.rooms.remote.conftest import Video
from tests.together import meanwhile, together
from tests.town import CITIZEN, TUESDAY_NINE, at

NOW = TUESDAY_NINE
RING = timedelta(seconds=20)
A_SECOND = timedelta(seconds=1)


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


def states() -> list[tuple[str, str]]:
    return [(each.no, each.state) for each in RemoteSession.objects.order_by("id")]


@pytest.mark.django_db
def test_a_call_is_asked_given_answered_ended_and_rated(video: Video):
    seat = video.seat()
    session = video.asked(item="pension")

    assert (session.no, session.state, session.skills, session.promised_at) == ("V001", "waiting", ["A", "hrss"], NOW)
    assert [each.ref for each in actions.assign(video.town.hall, now=NOW)] == [session.ref]
    assert (queries.for_seat(video.town.clerk.pk).ref, Seat.objects.get(pk=seat.pk).state) == (session.ref, "talking")
    actions.answer(ref=session.ref, by=video.agent, now=NOW + A_SECOND)
    ended = actions.end(ref=session.ref, by=video.agent, now=NOW + RING, outcome="告诉了要带的材料")
    assert (ended.state, ended.why, Seat.objects.get(pk=seat.pk).state) == ("ended", "helped", "ready")
    assert actions.rate(ref=session.ref, score=10, by=CITIZEN, now=NOW + RING).score == 10
    assert [(each.answered_at, each.ended_at) for each in Talk.objects.all()] == [(NOW + A_SECOND, NOW + RING)]


@pytest.mark.django_db
def test_each_change_is_told_to_whoever_watches_without_a_word_of_content(video: Video):
    seat = video.seat()
    Event.objects.all().delete()

    session = video.talking()

    told = [(each.topic, each.subject) for each in Event.objects.order_by("id")]
    ours, theirs = ("remote", session.ref), ("seats", str(seat.pk))
    assert told == [ours, ours, theirs, ours, theirs]


@pytest.mark.django_db
def test_who_asks_again_hears_the_number_they_have(video: Video):
    video.seat()
    video.asked()

    with pytest.raises(Refused) as no:
        video.asked()

    assert (no.value.slug, no.value.facts) == ("already-waiting", {"number": "V001"})
    assert video.asked(2).no == "V002"  # the number that was refused was not used up


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_taps_are_one_session(committed_video: Video):
    committed_video.seat(ready=False)
    committed_video.town.person(1)

    made = together(4, lambda _i: committed_video.asked(1))

    assert sorted(getattr(each, "slug", "made") for each in made) == ["already-waiting"] * 3 + ["made"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_no_more_wait_than_the_hall_allows(committed_video: Video):
    committed_video.town.policy(video={"opens": "00:00", "closes": "23:59", "most_waiting": 3})
    committed_video.seat(ready=False)
    committed_video.town.person(8)

    made = together(8, lambda i: committed_video.asked(i))

    assert sorted(getattr(each, "slug", "made") for each in made) == ["made"] * 3 + ["too-many-waiting"] * 5
    assert states() == [("V001", "waiting"), ("V002", "waiting"), ("V003", "waiting")]


@pytest.mark.django_db
def test_a_hall_without_seats_or_outside_its_hours_says_so_and_when(video: Video):
    assert refused(video.asked) == "video-not-here"
    video.seat()
    video.town.policy(video={"opens": "08:30", "closes": "21:00"})

    with pytest.raises(Refused) as no:
        video.asked(now=at("2026-03-10 21:00"))

    assert (no.value.slug, no.value.next) == ("closed", at("2026-03-11 08:30"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_seats_that_are_free_in_the_same_instant_leave_nobody_waiting(committed_video: Video):
    """Each looks at the line by itself, and none sees that the others are free before they have said so."""
    from banshi.rooms.identity.models import Staff

    town, seats = committed_video.town, []
    for i in range(5):
        staff = Staff.objects.create_staff(
            login=f"agent-{i}", password="town-password", name_zh="坐席", name_en="Agent", created_at=NOW
        )
        seats.append(committed_video.seat(staff, ready=False))
    for i in range(5):
        committed_video.asked(i, now=NOW + A_SECOND * i)

    def free(i: int) -> list[str]:
        actions.ready(by=committed_video.by(seats[i].staff), now=NOW + RING, wall=NOW)
        return [each.ref for each in actions.assign(town.hall, now=NOW + RING)]

    refs = [ref for each in together(5, free) for ref in each]

    assert len(refs) == len(set(refs)) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_workers_that_give_at_once_never_give_a_seat_or_a_caller_twice(committed_video: Video):
    from banshi.rooms.identity.models import Staff

    town = committed_video.town
    for i in range(5):
        staff = Staff.objects.create_staff(
            login=f"agent-{i}", password="town-password", name_zh="坐席", name_en="Agent", created_at=NOW
        )
        committed_video.seat(staff)
    for i in range(8):
        committed_video.asked(i, now=NOW + A_SECOND * i)

    given = together(6, lambda _i: [each.ref for each in actions.assign(town.hall, now=NOW + RING)])
    while more := actions.assign(town.hall, now=NOW + RING):
        given.append([each.ref for each in more])

    refs = [ref for each in given for ref in each]
    assert len(refs) == len(set(refs)) == 5
    ringing = RemoteSession.objects.filter(state="ringing").order_by("id")
    assert [each.no for each in ringing] == ["V001", "V002", "V003", "V004", "V005"]
    assert len({each.seat_id for each in ringing}) == 5


@pytest.mark.django_db
def test_the_table_itself_gives_no_seat_twice(video: Video):
    seat = video.seat()
    video.talking()
    other = video.asked(2)

    with pytest.raises(IntegrityError, match="one_call_per_seat"), transaction.atomic():
        RemoteSession.objects.filter(pk=other.pk).update(state="ringing", seat=seat, rung_at=NOW)


@pytest.mark.django_db
def test_who_asked_first_is_helped_first_and_sees_how_many_are_ahead(video: Video):
    video.seat(ready=False)
    first, second = video.asked(1), video.asked(2)

    assert [queries.place(each, now=NOW).ahead for each in (first, second)] == [0, 1]
    assert queries.place(second, now=NOW).minutes is None  # nobody is at work
    actions.ready(by=video.agent, now=NOW, wall=NOW)
    assert [each.no for each in actions.assign(now=NOW)] == ["V001"]
    assert queries.place(second, now=NOW).minutes == 8


@pytest.mark.django_db
def test_a_ring_that_nobody_answers_goes_back_to_its_place_and_rings_elsewhere(video: Video):
    seat = video.seat()
    first = video.asked(1)
    actions.assign(now=NOW)
    video.asked(2, now=NOW + A_SECOND)
    video.seat(video.town.second_clerk, ready=False)

    assert actions.not_answered(now=NOW + 20 * RING - A_SECOND, speed=20) == 0
    assert (actions.not_answered(now=NOW + RING - A_SECOND), actions.not_answered(now=NOW + RING)) == (0, 1)
    assert (states()[0], Seat.objects.get(pk=seat.pk).state) == (("V001", "waiting"), "paused")
    actions.ready(by=video.second, now=NOW + RING, wall=NOW)
    assert [each.ref for each in actions.assign(now=NOW + RING)] == [first.ref]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_answered_in_the_moment_it_is_taken_back_it_is_answered(committed_video: Video):
    committed_video.seat()
    session = committed_video.asked()
    actions.assign(now=NOW)

    back = meanwhile(
        lambda: actions.answer(ref=session.ref, by=committed_video.agent, now=NOW + RING),
        lambda: actions.not_answered(now=NOW + RING),
    )

    assert (back, states()) == (0, [("V001", "talking")])


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_taken_back_in_the_moment_it_is_answered_it_is_nobodys(committed_video: Video):
    committed_video.seat()
    session = committed_video.asked()
    actions.assign(now=NOW)

    late = meanwhile(
        lambda: actions.not_answered(now=NOW + RING),
        lambda: actions.answer(ref=session.ref, by=committed_video.agent, now=NOW + RING),
    )

    assert (late.slug, states()) == ("changed-meanwhile", [("V001", "waiting")])


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
@pytest.mark.parametrize("answers_first", [True, False])
def test_answered_and_left_at_once_it_is_over_and_the_seat_is_free(committed_video: Video, answers_first: bool):
    committed_video.seat()
    session = committed_video.asked()
    actions.assign(now=NOW)

    def answer() -> Any:
        return actions.answer(ref=session.ref, by=committed_video.agent, now=NOW)

    def leave() -> Any:
        return actions.leave(ref=session.ref, by=CITIZEN, now=NOW)

    second = meanwhile(answer, leave) if answers_first else meanwhile(leave, answer)

    assert getattr(second, "slug", second and "ended") == ("ended" if answers_first else "wrong-state")
    assert (states(), Seat.objects.get().state) == ([("V001", "ended")], "ready")
    assert Talk.objects.filter(ended_at=None).count() == 0


@pytest.mark.django_db
def test_another_seat_neither_answers_nor_ends_it(video: Video):
    video.seat()
    video.seat(video.town.second_clerk, ready=False)
    session = video.asked()
    actions.assign(now=NOW)

    assert refused(lambda: actions.answer(ref=session.ref, by=video.second, now=NOW)) == "changed-meanwhile"
    actions.answer(ref=session.ref, by=video.agent, now=NOW)
    assert refused(lambda: actions.end(ref=session.ref, by=video.second, now=NOW)) == "changed-meanwhile"
    assert refused(lambda: actions.end(ref=session.ref, by=SYSTEM, now=NOW)) == "not-allowed"


@pytest.mark.django_db
def test_passed_on_to_a_seat_it_keeps_its_place_and_rings_there_alone(video: Video):
    video.seat()
    other = video.seat(video.town.second_clerk, ready=False)
    session = video.talking()
    later = video.asked(2, now=NOW + A_SECOND)

    passed = actions.transfer(ref=session.ref, by=video.agent, to_seat=other.pk, now=NOW + RING)

    assert (passed.state, passed.seat_id, queries.place(passed, now=NOW + RING).ahead) == ("waiting", None, 0)
    assert [each.ref for each in actions.assign(now=NOW + RING)] == [later.ref]  # the first seat is free for the next
    actions.ready(by=video.second, now=NOW + RING, wall=NOW)
    assert [each.ref for each in actions.assign(now=NOW + RING)] == [session.ref]
    assert [each.why for each in Talk.objects.order_by("id")] == ["transferred"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "to",
    [{}, {"skills": ["B"]}, {"skills": ["A"], "to_seat": 1}, {"language": "en"}, {"language": "fr"},
     {"language": "zh", "to_seat": 1}, {"skills": ["A"], "language": "sign"}],
)  # fmt: skip
def test_passed_on_to_nobody_it_stays(video: Video, to: dict[str, Any]):
    video.seat()
    video.seat(video.town.second_clerk, ready=False, skills=["A"])
    session = video.talking()

    assert refused(lambda: actions.transfer(ref=session.ref, by=video.agent, now=NOW, **to)) == "invalid"
    assert states() == [("V001", "talking")]


@pytest.mark.django_db
def test_passed_on_to_whoever_speaks_a_language_it_waits_for_that(video: Video):
    video.seat(languages=["zh", "en"])
    signs = video.seat(video.town.second_clerk, ready=False, languages=["zh", "sign"])
    session = video.talking()

    passed = actions.transfer(ref=session.ref, by=video.agent, language="sign", now=NOW + RING)

    assert (passed.state, passed.language, passed.only_seat_id) == ("waiting", "sign", None)
    assert actions.assign(now=NOW + RING) == []  # who is free does not speak it
    actions.ready(by=video.second, now=NOW + RING, wall=NOW)
    assert [each.seat_id for each in actions.assign(now=NOW + RING)] == [signs.pk]


@pytest.mark.django_db
def test_called_back_in_the_order_of_the_line_and_not_put_off_by_a_missed_ring(video: Video):
    video.seat()
    session = video.asked()

    assert refused(lambda: actions.call_back(ref=session.ref, phone="12", by=CITIZEN, now=NOW)) == "phone-invalid"
    waits = actions.call_back(ref=session.ref, phone="13800138000", by=CITIZEN, now=NOW)
    actions.assign(now=NOW)
    actions.not_answered(now=NOW + RING)

    session.refresh_from_db()
    assert (waits.state, session.state, session.phone) == ("callback", "callback", "+8613800138000")


@pytest.mark.django_db
def test_at_closing_time_those_who_wait_are_told_and_call_backs_stay(video: Video):
    video.seat(ready=False)
    called_back = video.asked(1)
    video.asked(2)
    actions.call_back(ref=called_back.ref, phone="13800138000", by=CITIZEN, now=NOW)
    video.town.policy(video={"opens": "08:30", "closes": "21:00"})
    hall = video.town.hall

    assert (
        actions.close_due(hall=hall, now=at("2026-03-10 20:59")),
        actions.close_due(hall=hall, now=at("2026-03-10 21:00")),
    ) == (0, 1)
    assert states() == [("V001", "callback"), ("V002", "ended")]


@pytest.mark.django_db
def test_a_window_clerk_who_was_sent_somebody_meanwhile_does_not_answer(video: Video):
    from banshi.rooms.tickets.models import Ticket, Visit, WindowSession

    town = video.town
    town.policy(video={"opens": "00:00", "closes": "23:59", "windows_take": "idle", "idle_s": 0, "hall_waits_below": 9})
    WindowSession.objects.create(
        window=town.windows["01"], hall=town.hall, staff=town.clerk, signed_in_at=NOW, idle_since=NOW
    )
    video.seat(kind="window")
    session = video.asked()
    assert len(actions.assign(now=NOW)) == 1
    visit = Visit.objects.create(hall=town.hall, day=NOW.date(), channel="kiosk", arrived_at=NOW)
    Ticket.objects.create(
        ref="t", hall=town.hall, day=NOW.date(), number="A001", letter="A", seq=1, kind="walk_in",
        category=town.categories["A"], visit=visit, channel="kiosk", state="called", rank_class=4, rank_key=1, made_at=NOW,
        window=town.windows["01"],
    )  # fmt: skip

    assert refused(lambda: actions.answer(ref=session.ref, by=video.agent, now=NOW)) == "window-busy"
    assert actions.decline(ref=session.ref, by=video.agent, now=NOW).state == "waiting"
    actions.ready(by=video.agent, now=NOW, wall=NOW)
    assert actions.assign(now=NOW) == []


@pytest.mark.django_db
def test_only_what_ended_after_a_talk_is_rated_and_once(video: Video):
    session = video.talking()

    def rated(score: int) -> str:
        return refused(lambda: actions.rate(ref=session.ref, score=score, by=CITIZEN, now=NOW))

    assert (rated(11), rated(-1), rated(5)) == ("invalid", "invalid", "wrong-state")
    actions.end(ref=session.ref, by=video.agent, now=NOW)
    actions.rate(ref=session.ref, score=0, by=CITIZEN, now=NOW)
    assert actions.rate(ref=session.ref, score=0, by=CITIZEN, now=NOW).score == 0
    assert rated(1) == "already-rated"


@pytest.mark.django_db
def test_a_ready_seat_whose_page_is_gone_is_away(video: Video):
    video.seat()
    video.seat(video.town.second_clerk)
    later = NOW + timedelta(seconds=90)
    actions.seen(staff_id=video.town.clerk.pk, wall=NOW + A_SECOND)

    assert actions.lose_silent(now=later, wall=later) == 0
    assert actions.lose_silent(now=later, wall=later + A_SECOND) == 1
    assert list(Seat.objects.order_by("id").values_list("state", flat=True)) == ["ready", "away"]
