"""What is collected in a call lies at the window with the booking; once, whoever touches twice."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from banshi.foundation import clock
from banshi.journeys.remote import hand_over
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import form_of
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import RemoteSession
from tests.journeys.remote.conftest import Call
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE

NOW = TUESDAY_NINE


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


def gathered(call: Call, **more: Any) -> Case:
    return hand_over.gather(ref=call.session.ref, by=call.agent, now=NOW, **more)


@pytest.mark.django_db
def test_answers_and_form_go_into_one_draft_of_the_person(call: Call):
    first = gathered(call, answers={"premises": "rented"})
    again = gathered(call, form={"name": "小镇书店"})

    assert (first.no, again.channel, again.phase) == (again.no, "video", "draft")
    assert (again.person_id, again.account_id) == (call.matters.person.pk, call.matters.account.pk)
    assert (again.answers["premises"], form_of(again)["name"]) == ("rented", "小镇书店")
    assert RemoteSession.objects.get().case_id == again.pk


@pytest.mark.django_db
def test_what_the_person_began_before_is_gone_on_with(call: Call):
    begun = call.matters.opened()

    assert gathered(call, form={"name": "另一家"}).no == begun.no
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_a_picture_of_the_call_becomes_a_paper_of_the_case_once(call: Call):
    out = BytesIO()
    Image.new("RGB", (60, 60), "white").save(out, "JPEG")
    ref = call.session.ref
    actions.say_file(ref=ref, side="citizen", content=out.getvalue(), name="租约.jpg", key="p1", by=CITIZEN, now=NOW)
    actions.say(ref=ref, side="citizen", text="这是租约", key="t1", now=NOW)
    gathered(call, answers={"premises": "rented", "food": "no"})

    made = [hand_over.paper(ref=ref, line=1, code="lease", by=call.agent, now=NOW) for _ in range(2)]

    assert (made[0].pk, CaseMaterial.objects.count(), made[0].channel) == (made[1].pk, 1, "upload")
    assert refused(lambda: hand_over.paper(ref=ref, line=2, code="lease", by=call.agent, now=NOW)) == "invalid"


@pytest.mark.django_db
def test_the_folder_travels_with_the_appointment(call: Call):
    case = gathered(call, form={"name": "小镇书店"})

    booked = hand_over.hand_over(ref=call.session.ref, slot_id=call.slot.pk, by=call.agent, now=NOW)
    again = hand_over.hand_over(ref=call.session.ref, slot_id=call.slot.pk, by=call.agent, now=NOW)

    case.refresh_from_db()
    session = RemoteSession.objects.get()
    assert (again.code, booked.source, Appointment.objects.count()) == (booked.code, "video", 1)
    assert (case.appointment, case.phase, session.booking, session.case_id) == (
        booked.code,
        "draft",
        booked.code,
        case.pk,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_touches_at_once_book_one_time(committed_call: Call):
    call = committed_call

    made = together(
        4, lambda _i: hand_over.hand_over(ref=call.session.ref, slot_id=call.slot.pk, by=call.agent, now=NOW).code
    )

    assert (len(set(made)), Appointment.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_nobody_else_collects_and_nothing_after_the_end(call: Call):
    ref, second = call.session.ref, call.video.second

    assert refused(lambda: hand_over.gather(ref=ref, by=second, now=NOW)) == "changed-meanwhile"
    assert refused(lambda: hand_over.gather(ref=ref, by=CITIZEN, now=NOW)) == "not-allowed"
    actions.end(ref=ref, by=call.agent, now=NOW)
    assert refused(lambda: hand_over.hand_over(ref=ref, slot_id=call.slot.pk, by=call.agent, now=NOW)) == "wrong-state"
    assert Appointment.objects.count() == 0


@pytest.mark.django_db
def test_of_somebody_unknown_nothing_is_collected(call: Call):
    actions.end(ref=call.session.ref, by=call.agent, now=NOW)
    session = call.video.asked(None, item="pension")
    actions.assign(now=NOW)
    actions.answer(ref=session.ref, by=call.agent, now=NOW)

    assert refused(lambda: hand_over.gather(ref=session.ref, by=call.agent, now=NOW)) == "invalid"
    assert Case.objects.count() == 0


@pytest.mark.django_db
def test_every_second_what_nobody_saw_to_is_seen_to(call: Call):
    from datetime import timedelta

    from banshi.journeys.remote import attend

    waits = call.video.asked(7)
    actions.end(ref=call.session.ref, by=call.agent, now=NOW)

    attend.look(now=NOW, wall=NOW)
    waits.refresh_from_db()
    assert waits.state == "ringing"
    attend.look(now=NOW + timedelta(seconds=20), wall=clock.wall())
    waits.refresh_from_db()
    assert waits.state == "waiting"
