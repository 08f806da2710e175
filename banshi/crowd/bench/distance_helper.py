"""A helper process of the bench that stands inside the product: it sets up seats of the video service, opens sockets of calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from banshi.crowd.bench.inside import speak


class Helper:
    """One verb a line, as `case_helper`."""

    def __init__(self, hall: str) -> None:
        self.hall = hall

    def seats(self, count: int) -> dict[str, Any]:
        """So many who take calls of the hall alone. :returns: their keys, by id of the seat."""
        from banshi.foundation import clock
        from banshi.kernel.actors import SYSTEM
        from banshi.rooms.identity.actions import create_key
        from banshi.rooms.identity.models import Role, Staff
        from banshi.rooms.places.queries import hall_by_code
        from banshi.rooms.remote import actions

        now, hall = clock.now(), hall_by_code(self.hall)
        keys = {}
        for n in range(count):
            staff = Staff.objects.create(
                login=f"bench-{n}", password="!", name_zh=f"坐席{n}", name_en=f"Seat {n}", badge=f"bench{n}",  # noqa: S106
                created_at=now,
            )  # fmt: skip
            Role.objects.create(
                staff=staff, role="video_agent", scope_kind="hall", scope=hall.code, given_at=now, given_by="system"
            )
            seat = actions.set_up(staff=staff, hall=hall, kind="dedicated", by=SYSTEM, now=now)
            keys[str(seat.pk)] = create_key(name=f"bench {n}", scope="staff", now=now, hall=hall.code, staff=staff)
        return {"keys": keys}

    def lines(self, halls: Sequence[str], most: int) -> dict[str, Any]:
        """So many may wait in each of these halls."""
        from banshi.foundation import clock
        from banshi.kernel.actors import SYSTEM
        from banshi.rooms.places.actions import publish_policy
        from banshi.rooms.places.queries import hall_by_code, policy_of

        now = clock.now()
        for hall in map(hall_by_code, halls):
            document = policy_of(hall.pk, now=now).model_dump(mode="json")
            document["video"]["most_waiting"] = most
            publish_policy(hall=hall, document=document, by=SYSTEM, now=now)
        return {}

    def tickets(self, refs: Sequence[str]) -> dict[str, Any]:
        """What opens the citizen's socket of each call, for a minute."""
        from banshi.foundation import clock
        from banshi.frames.remote_call import Side, ticket

        at = clock.wall()
        return {"tickets": {ref: ticket(ref, Side("citizen"), at=at) for ref in refs}}


VERBS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "seats": Helper.seats, "lines": Helper.lines, "tickets": Helper.tickets,
}  # fmt: skip


if __name__ == "__main__":
    speak(lambda first: Helper(first["hall"]), VERBS)
