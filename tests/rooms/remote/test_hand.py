"""The remote hand when things happen at once: a yes, and the screen taken back."""

from __future__ import annotations

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import Act, Consent, Screen
from tests.rooms.remote.conftest import Video
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE

NOW = TUESDAY_NINE


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_a_yes_and_taking_back_at_once_leave_one_of_two_stories(committed_video: Video):
    """Either the yes came first and counts, or it came too late: never a yes after the screen was taken back."""
    session = committed_video.talking()
    actions.consent(ref=session.ref, what="screen", by=CITIZEN, now=NOW)
    actions.ask_act(ref=session.ref, kind="press", body={}, key="a", by=committed_video.agent, now=NOW)

    def yes(_i: int) -> str:
        try:
            return f"{actions.answer_act(ref=session.ref, n=1, yes=True, by=CITIZEN, now=NOW).yes}"
        except Refused as no:
            return no.slug

    def back(_i: int) -> str:
        actions.take_back(ref=session.ref, what="screen", by=CITIZEN, now=NOW)
        return "back"

    said = together(2, lambda i: (yes, back)[i](i))

    assert said in (["True", "back"], ["consent-missing", "back"])
    assert Act.objects.get().yes is (True if said[0] == "True" else None)
    assert Consent.objects.get().taken_back_at == NOW


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_screens_told_at_once_are_counted_and_the_last_stays(committed_video: Video):
    session = committed_video.talking()
    actions.consent(ref=session.ref, what="screen", by=CITIZEN, now=NOW)

    together(6, lambda i: actions.show_screen(ref=session.ref, body={"title": f"{i}"}, now=NOW))

    assert Screen.objects.get().n == 6
