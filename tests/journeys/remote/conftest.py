from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from tests.matters import Matters, matters_of
from tests.rooms.remote.conftest import Video, video_of
from tests.town import TUESDAY_NINE, Town


@dataclass
class Call:
    """Somebody who is signed in talks with the clerk about the shop licence; a place is free tomorrow."""

    matters: Matters
    video: Video
    session: Any
    slot: Any

    @property
    def agent(self) -> Actor:
        return self.video.agent


def call_of(town: Town) -> Call:
    from banshi.rooms.remote import actions

    matters, video = matters_of(town), video_of(town)
    video.seat()
    values = {"origin": "web", "wants": "accept", "item": "pension", "person_id": matters.person.pk}
    values["evidence"] = Evidence.CHIP
    asking = actions.Asking(hall=town.hall, account_id=matters.account.pk, **values)
    session = actions.ask(asking, by=matters.applicant, now=TUESDAY_NINE)
    actions.assign(now=TUESDAY_NINE)
    actions.answer(ref=session.ref, by=video.agent, now=TUESDAY_NINE)
    return Call(matters, video, session, town.slot())


@pytest.fixture
def call(town: Town) -> Call:
    return call_of(town)


@pytest.fixture
def committed_call(committed_town: Any) -> Call:
    return call_of(committed_town)
