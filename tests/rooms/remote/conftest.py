from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from tests.town import CITIZEN, TUESDAY_NINE, Town


@dataclass
class Video:
    """The town with a service: the hall is open all day, and its clerks have seats."""

    town: Town

    def by(self, staff: Any) -> Actor:
        return Actor(ActorKind.STAFF, str(staff.pk))

    @property
    def agent(self) -> Actor:
        return self.by(self.town.clerk)

    @property
    def second(self) -> Actor:
        return self.by(self.town.second_clerk)

    def seat(self, staff: Any = None, *, ready: bool = True, now: datetime = TUESDAY_NINE, **more: Any) -> Any:
        from banshi.rooms.remote import actions

        staff = staff or self.town.clerk
        values = {"hall": self.town.hall, "kind": "dedicated", **more}
        seat = actions.set_up(staff=staff, by=self.by(self.town.manager), now=now, **values)
        return actions.ready(by=self.by(staff), now=now, wall=now) if ready else seat

    def asked(self, i: int | None = 1, *, now: datetime = TUESDAY_NINE, by: Actor = CITIZEN, **more: Any) -> Any:
        from banshi.rooms.remote import actions

        person = None if i is None else self.town.person(i).pk
        proof = Evidence.DECLARED if i is None else Evidence.VOUCHED
        values = {
            "hall": self.town.hall,
            "origin": "web",
            "wants": "consult",
            "person_id": person,
            "evidence": proof,
            **more,
        }
        return actions.ask(actions.Asking(**values), by=by, now=now)

    def talking(self, i: int = 1, *, now: datetime = TUESDAY_NINE) -> Any:
        """Somebody who talks with the clerk."""
        from banshi.rooms.remote import actions
        from banshi.rooms.remote.models import Seat

        if not Seat.objects.filter(staff=self.town.clerk, state="ready").exists():
            self.seat(now=now)
        session = self.asked(i, now=now)
        actions.assign(self.town.hall, now=now)
        return actions.answer(ref=session.ref, by=self.agent, now=now)


def video_of(town: Town) -> Video:
    town.policy(video={"opens": "00:00", "closes": "23:59"})
    return Video(town)


@pytest.fixture
def video(town: Town) -> Video:
    return video_of(town)


@pytest.fixture
def committed_video(committed_town: Any) -> Video:
    return video_of(committed_town)
