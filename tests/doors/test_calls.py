"""The socket of a video session: who gets in, what it tells, when it ends, and that nothing is lost between two of them."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

import orjson
import pytest

from banshi.foundation import clock
from banshi.frames import remote_call
from banshi.frames.remote_call import Side
from banshi.live import calls
from banshi.rooms.identity.models import Role
from banshi.rooms.remote import actions
from banshi.rooms.remote import queries as remote
from tests.doors.conftest import Asgi, serving
from tests.rooms.remote.conftest import Video, video_of
from tests.sockets import Ended, Socket
from tests.town import CITIZEN, TUESDAY_NINE, Town

pytestmark = pytest.mark.race
HOST = "testserver"
ME = Side("citizen")


@pytest.fixture
def video(committed_town: Town) -> Video:
    return video_of(committed_town)


class Line:
    """One socket on the application without a port: what was said on it, and how it ended."""

    def __init__(self, asgi: Asgi, path: str, origin: str | None = f"http://{HOST}") -> None:
        self.asgi, self.path, self.origin = asgi, path, origin
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: list[dict[str, Any]] = []
        self.accepted, self.code = False, 0
        self.moved = asyncio.Condition()
        self.task: asyncio.Task[None] | None = None

    def begin(self) -> Line:
        headers = [(b"host", HOST.encode())]
        headers += [(b"origin", self.origin.encode())] if self.origin is not None else []
        raw, _, query = self.path.partition("?")
        scope = {
            "type": "websocket",
            "path": raw,
            "query_string": query.encode(),
            "headers": headers,
            "client": ("192.0.2.1", 1),
        }
        self.inbox.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(self.asgi.app(scope, self.inbox.get, self._send))
        return self

    async def _send(self, message: dict[str, Any]) -> None:
        async with self.moved:
            if message["type"] == "websocket.accept":
                self.accepted = True
            elif message["type"] == "websocket.close":
                self.code = message["code"]
            elif (told := orjson.loads(message["text"]))["kind"] != "ping":
                self.heard.append(told)
            self.moved.notify_all()

    def say(self, told: Any) -> None:
        text = told if isinstance(told, str) else orjson.dumps(told).decode()
        self.inbox.put_nowait({"type": "websocket.receive", "text": text})

    async def until(self, true: Any) -> Any:
        async with self.moved:
            await asyncio.wait_for(self.moved.wait_for(lambda: true(self)), 20)
        return self

    async def ended(self) -> int:
        assert self.task is not None
        await asyncio.wait_for(asyncio.shield(self.task), 20)
        return self.code

    def of(self, kind: str) -> list[Any]:
        return [each for each in self.heard if each["kind"] == kind]

    async def go(self) -> None:
        self.inbox.put_nowait({"type": "websocket.disconnect", "code": 1005})
        assert self.task is not None
        await asyncio.wait_for(self.task, 20)


def path(ref: str, side: Side, query: str = "", *, late: timedelta = timedelta(0)) -> str:
    return f"/live/remote/{ref}.{remote_call.ticket(ref, side, at=clock.wall() - late)}{query}"


def run(asgi: Asgi, story: Any) -> Any:
    """Tell a story once the hub listens."""

    async def told() -> Any:
        hub = await asgi.app._hub()
        await asyncio.wait_for(hub.listening.wait(), 20)
        return await story()

    return asgi.loop.run_until_complete(told())


def in_thread(act: Any) -> Any:
    """Somebody does something, elsewhere."""
    from django.db import connections

    def acted() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    return asyncio.to_thread(acted)


def seat_side(video: Video) -> Side:
    return Side("seat", video.town.clerk.pk)


def test_what_one_browser_tells_the_other_hears_and_nobody_hears_their_own(asgi: Asgi, video: Video) -> None:
    session = video.talking()

    async def story() -> tuple[list[Any], list[Any]]:
        mine, theirs = (Line(asgi, path(session.ref, side)).begin() for side in (ME, seat_side(video)))
        await mine.until(lambda each: each.of("state"))
        await theirs.until(lambda each: each.of("state"))
        mine.say({"kind": "bye", "body": {"peer": "p1"}})
        await theirs.until(lambda each: each.of("signal"))
        theirs.say({"kind": "offer", "body": {"to": "p1"}})
        await mine.until(lambda each: each.of("signal"))
        await mine.go()
        await theirs.go()
        return mine.of("signal"), theirs.of("signal")

    heard, told = run(asgi, story)

    assert heard == [{"kind": "signal", "n": 2, "name": "offer", "body": {"to": "p1"}}]
    assert told == [{"kind": "signal", "n": 1, "name": "bye", "body": {"peer": "p1"}}]


def test_who_lost_the_line_goes_on_where_they_were(asgi: Asgi, video: Video) -> None:
    session = video.talking()
    for n in (1, 2, 3):
        actions.say(ref=session.ref, side="seat", text=f"line {n}", key=f"k{n}", now=TUESDAY_NINE)

    async def story() -> list[Any]:
        again = Line(asgi, path(session.ref, ME, "?said=2&signal=0")).begin()
        await again.until(lambda each: each.of("said"))
        await in_thread(lambda: actions.say(ref=session.ref, side="seat", text="line 4", key="k4", now=TUESDAY_NINE))
        await again.until(lambda each: len(each.of("said")) == 2)
        await again.go()
        return [each["text"] for each in again.of("said")]

    assert run(asgi, story) == ["line 3", "line 4"]


def test_the_citizen_hears_that_it_rings_is_answered_and_ended_and_the_socket_ends_with_it(
    asgi: Asgi, video: Video
) -> None:
    video.seat()
    session = video.asked()

    def happen() -> None:
        actions.assign(video.town.hall, now=TUESDAY_NINE)

    async def story() -> tuple[list[str], int]:
        mine = Line(asgi, path(session.ref, ME)).begin()
        await mine.until(lambda each: each.of("state"))
        await in_thread(happen)
        await mine.until(lambda each: each.of("state")[-1]["state"] == "ringing")
        await in_thread(lambda: actions.answer(ref=session.ref, by=video.agent, now=TUESDAY_NINE))
        await mine.until(lambda each: each.of("state")[-1]["state"] == "talking")
        await in_thread(lambda: actions.end(ref=session.ref, by=video.agent, now=TUESDAY_NINE))
        code = await mine.ended()
        return [each["state"] for each in mine.of("state")], code

    assert run(asgi, story) == (["waiting", "ringing", "talking", "ended"], calls.OVER)


def test_who_waits_hears_that_the_line_got_shorter_from_what_all_of_it_share(
    asgi: Asgi, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody told of their own call anything: a thousand who wait do not each ask the database where they stand."""
    monkeypatch.setattr(calls, "QUIET_S", 0.05)
    video.seat(ready=False)
    first = video.asked(1)
    waits = [video.asked(i, now=TUESDAY_NINE + timedelta(seconds=i)) for i in (2, 3, 4)]
    asked_of_calls, standings = [], []
    news, standing = remote_call.news, remote.standing
    monkeypatch.setattr(remote_call, "news", lambda *call, **now: asked_of_calls.append(call[0]) or news(*call, **now))
    monkeypatch.setattr(remote, "standing", lambda hall, **now: standings.append(hall) or standing(hall, **now))

    async def story() -> list[list[int]]:
        lines = [Line(asgi, path(each.ref, ME)).begin() for each in waits]
        for line in lines:
            await line.until(lambda each: each.of("state"))
        await in_thread(lambda: actions.leave(ref=first.ref, by=CITIZEN, now=TUESDAY_NINE))
        (await asgi.app._hub()).standings.clear()  # a second later
        for n, line in enumerate(lines):
            await line.until(lambda each, n=n: each.of("state")[-1]["ahead"] == n)
            await line.go()
        return [[each["ahead"] for each in line.of("state")] for line in lines]

    assert run(asgi, story) == [[1, 0], [2, 1], [3, 2]]
    assert sorted(asked_of_calls) == sorted(each.ref for each in waits)
    assert len(standings) <= 2


@pytest.mark.parametrize("given", ["nonsense", "late", "other call", "other side", "other member of staff", "hall"])
def test_without_a_ticket_of_its_own_nothing_is_told(asgi: Asgi, video: Video, given: str) -> None:
    session, other = video.talking(), video.asked(2)
    ticket = remote_call.ticket(session.ref, ME, at=clock.wall())
    letter, staff, until, signature = ticket.split("-")
    sent = {
        "nonsense": "AAAAAAAAAAAAAAAA",
        "late": remote_call.ticket(session.ref, ME, at=clock.wall() - timedelta(seconds=remote_call.OPENS_S + 1)),
        "other call": remote_call.ticket(other.ref, ME, at=clock.wall()),
        "other side": f"s-{staff}-{until}-{signature}",
        "other member of staff": f"s-1-{until}-{signature}",
        "hall": remote_call.ticket("hall-town", Side("hall", video.town.clerk.pk), at=clock.wall()),
    }[given]

    async def story() -> tuple[int, list[Any]]:
        line = Line(asgi, f"/live/remote/{session.ref}.{sent}").begin()
        return await line.ended(), line.heard

    assert run(asgi, story) == (calls.OTHER_TICKET, [])


def test_another_seat_hears_nothing_of_a_call_that_is_not_theirs(asgi: Asgi, video: Video) -> None:
    session = video.talking()

    async def story() -> tuple[int, list[Any]]:
        line = Line(asgi, path(session.ref, Side("seat", video.town.second_clerk.pk))).begin()
        return await line.ended(), line.heard

    assert run(asgi, story) == (calls.NOT_YOURS, [])


@pytest.mark.parametrize("origin", [None, "", "null", "https://elsewhere.example", f"http://{HOST}.elsewhere.example"])
def test_a_strangers_page_opens_no_socket(asgi: Asgi, video: Video, origin: str | None) -> None:
    session = video.talking()

    async def story() -> tuple[bool, list[Any]]:
        line = Line(asgi, path(session.ref, ME), origin).begin()
        await line.ended()
        return line.accepted, line.heard

    assert run(asgi, story) == (False, [])


def test_whose_duty_is_taken_away_hears_nothing_more(asgi: Asgi, video: Video) -> None:
    session = video.talking()

    async def story() -> int:
        line = Line(asgi, path(session.ref, seat_side(video))).begin()
        await line.until(lambda each: each.of("state"))
        roles = Role.objects.filter(staff=video.town.clerk)
        await in_thread(lambda: roles.update(ended_at=TUESDAY_NINE))
        return await line.ended()

    assert run(asgi, story) == calls.NOT_YOURS


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("no json", calls.NOT_UNDERSTOOD),
        ("[]", calls.NOT_UNDERSTOOD),
        ('{"kind": "order", "body": {}}', calls.NOT_UNDERSTOOD),
        ('{"kind": "offer", "body": "text"}', calls.NOT_UNDERSTOOD),
        ('{"kind": "offer", "body": {"x": "' + "x" * calls.MOST + '"}}', calls.TOO_LARGE),
    ],
)
def test_what_is_no_signal_ends_the_socket_and_stands_nowhere(asgi: Asgi, video: Video, told: str, code: int) -> None:
    session = video.talking()

    async def story() -> int:
        line = Line(asgi, path(session.ref, ME)).begin()
        await line.until(lambda each: each.of("state"))
        line.say(told)
        return await line.ended()

    assert (run(asgi, story), session.signals.count()) == (code, 0)


def test_who_says_too_much_at_once_is_cut_off(asgi: Asgi, video: Video, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "A_SECOND", 0)
    session = video.talking()

    async def story() -> int:
        line = Line(asgi, path(session.ref, ME)).begin()
        for _ in range(calls.BURST + 1):
            line.say({"kind": "here"})
        return await line.ended()

    assert run(asgi, story) == calls.TOO_MUCH


def test_who_opens_ever_more_sockets_of_one_call_is_refused(asgi: Asgi, video: Video) -> None:
    session = video.talking()

    async def story() -> tuple[int, int]:
        lines = [Line(asgi, path(session.ref, ME)).begin() for _ in range(calls.AT_ONCE)]
        for line in lines:
            await line.until(lambda each: each.of("state"))
        refused = await Line(asgi, path(session.ref, ME)).begin().ended()
        for line in lines:
            await line.go()
        after = Line(asgi, path(session.ref, ME)).begin()
        await after.until(lambda each: each.of("state"))
        await after.go()
        return refused, len([*asgi.app.hub.calls])

    assert run(asgi, story) == (calls.TOO_MUCH, 0)


def test_a_socket_that_has_lived_long_asks_for_another_ticket(
    asgi: Asgi, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "LIFE_S", 0.0)
    session = video.talking()

    async def story() -> int:
        return await Line(asgi, path(session.ref, ME)).begin().ended()

    assert run(asgi, story) == calls.OTHER_TICKET


def test_a_seat_that_waits_hears_that_somebody_came_and_that_it_rings(asgi: Asgi, video: Video) -> None:
    video.seat()
    side = Side("hall", video.town.clerk.pk)

    async def story() -> tuple[str, list[str], str, int]:
        line = Line(asgi, path("hall-town", side)).begin()
        await line.until(lambda each: each.of("state"))
        session = await in_thread(lambda: video.asked())
        await line.until(lambda each: each.of("state")[-1]["line"])
        await in_thread(lambda: actions.assign(video.town.hall, now=TUESDAY_NINE))
        await line.until(lambda each: each.of("state")[-1]["rings"])
        line.say({"kind": "bye", "body": {}})
        last = line.of("state")[-1]
        return session.ref, last["line"], last["rings"], await line.ended()

    ref, waiting, rings, code = run(asgi, story)

    assert (waiting, rings, code) == ([ref], ref, calls.NOT_UNDERSTOOD)


def test_two_web_servers_carry_one_call(video: Video, tmp_path: Any) -> None:
    session = video.talking()
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two, contextlib.ExitStack() as ends:

        def socket(served: Any, side: Side, origin: str = "") -> Socket:
            opened = Socket(served.port, path(session.ref, side), origin=origin or served.url)
            ends.callback(opened.close)
            return opened

        mine, theirs = socket(one, ME), socket(two, seat_side(video))
        begun = (mine.hear()["state"], theirs.hear()["state"])
        mine.say({"kind": "bye", "body": {"peer": "p1"}})
        heard = theirs.hear()
        theirs.say({"kind": "offer", "body": {"sdp": "x" * 9000}})
        offered = mine.hear()
        actions.leave(ref=session.ref, by=CITIZEN, now=TUESDAY_NINE)
        last = [each.hear()["state"] for each in (mine, theirs)]
        codes = []
        for each in (mine, theirs):
            with pytest.raises(Ended) as end:
                each.hear()
            codes.append(end.value.code)
        stranger = socket(one, ME, "https://elsewhere.example").status

    assert (begun, heard["body"], len(offered["body"]["sdp"])) == (("talking", "talking"), {"peer": "p1"}, 9000)
    assert (last, codes, stranger) == (["ended", "ended"], [calls.OVER, calls.OVER], 403)
