"""Bodies that come slowly, never, in part, or far too large: nobody else waits, and nothing is done by halves."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from banshi.config.bodies import Bodies, NoBody
from banshi.rooms.tickets.models import Ticket
from tests.doors.conftest import Asgi, Served, serving
from tests.surfaces.api.conftest import keys_of, open_all_day, stop_the_clock

FORM = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
API = b"POST /api/v1/appointments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture
def served(committed_town: Any, tmp_path: Any) -> Iterator[Served]:
    with serving(tmp_path, BANSHI_BODY_FIRST_S="2", BANSHI_BODY_WHOLE_S="2") as one:
        yield one


@pytest.mark.race
def test_fifty_bodies_that_do_not_come_keep_nobody_waiting_and_are_told_so(served: Served) -> None:
    held = [served.socket((FORM if i % 2 else API) + b"Content-Length: 500\r\n\r\nphone=1") for i in range(50)]

    page, files, health = served.get("/sign-in"), served.get("/static/nothing"), served.get("/healthz")
    answers = [one.recv(4096) for one in held]

    assert (page.status_code, files.status_code) == (200, 404)
    assert health.json()["web"] == "ok"
    assert {answer.split(b"\r\n", 1)[0] for answer in answers} == {b"HTTP/1.1 408 Request Timeout"}
    assert b'"type":"too-slow"' in b"".join([answers[0], held[0].recv(4096)])
    for one in held:
        one.close()


@pytest.mark.race
def test_a_whole_hall_behind_one_address_may_ask_at_once(committed_town: Any, tmp_path: Any) -> None:
    body = b"phone=1"
    request = FORM + b"Content-Length: %d\r\n\r\n" % len(body) + body
    unhurried = dict.fromkeys(("BANSHI_BODY_PROMPT_S", "BANSHI_BODY_FIRST_S", "BANSHI_BODY_WHOLE_S"), "600")
    with serving(tmp_path, BANSHI_BODIES_PER_ADDRESS="1", **unhurried) as served:
        asked = [served.socket(request) for _ in range(40)]
        for one in asked:
            one.settimeout(120)
        answers = {one.recv(4096).split(b"\r\n", 1)[0] for one in asked}
        for one in asked:
            one.close()

    assert answers == {b"HTTP/1.1 403 Forbidden"}


@pytest.mark.race
def test_eighty_megabytes_are_refused_before_they_are_read(served: Served) -> None:
    announced = served.socket(FORM + b"Content-Length: 83886080\r\n\r\n" + b"x" * 1000)
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    unannounced = served.socket(FORM + b"Transfer-Encoding: chunked\r\n\r\n")
    sent = 0
    try:
        while sent < 80 * 2**20:
            unannounced.sendall(chunk)
            sent += 65536
    except OSError:
        pass

    with announced, unannounced:
        assert announced.recv(4096).startswith(b"HTTP/1.1 413 ")
    assert sent < 20 * 2**20
    assert served.get("/sign-in").status_code == 200


def test_a_body_that_breaks_off_calls_nobody(asgi: Asgi, committed_town: Any) -> None:
    stop_the_clock()
    open_all_day(committed_town)
    keys = keys_of(committed_town)
    desk = {"Authorization": f"Bearer {keys['desk']}"}
    asgi("post", "/api/v1/halls/town/tickets", b'{"category":"A"}', Authorization=f"Bearer {keys['kiosk']}")
    asgi("post", "/api/v1/windows/town-01/sign-in", b"", **desk)
    gone = [{"type": "http.disconnect"}]
    short = [{"type": "http.request", "body": b"{", "more_body": False}]
    half = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    answers = [
        asgi("post", "/api/v1/windows/town-01/calls", parts=parts, Content_Length="2", **desk)
        for parts in (gone, short, half)
    ]

    assert [(a.status, a.body[:21]) for a in answers] == [(400, b'{"type":"bad-request"')] * 3
    assert list(Ticket.objects.values_list("state", flat=True)) == ["waiting"]
    assert asgi("post", "/api/v1/windows/town-01/calls", b"{}", **desk).status == 201


def test_a_form_that_breaks_off_is_not_carried_out(asgi: Asgi) -> None:
    half = [{"type": "http.request", "body": b"language=en&", "more_body": True}, {"type": "http.disconnect"}]
    form = {"Content_Type": "application/x-www-form-urlencoded"}

    answer = asgi("post", "/i18n/setlang/", parts=half, Content_Length="40", **form)

    assert answer.status == 400


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [("/api/v1/appointments", 256 * 1024 + 1, 413), ("/sign-in", 1024 * 1024 + 1, 413), ("/sign-in", 1000, 403)],
)
def test_each_kind_of_address_has_its_size(asgi: Asgi, path: str, size: int, status: int) -> None:
    parts = [{"type": "http.request", "body": b"x" * size, "more_body": False}]

    assert asgi("post", path, parts=parts, Content_Type="text/plain").status == status


def test_one_address_keeps_us_waiting_no_more_often_than_its_share(settings: Any) -> None:
    import asyncio

    from tests.doors.conftest import scope_of

    settings.BANSHI_BODIES_PER_ADDRESS = 2
    settings.BANSHI_BODY_PROMPT_S = 0
    bodies = Bodies()
    never = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await never.wait()
        return {"type": "http.request", "body": b"ab"}

    async def ask(client: str) -> str:
        try:
            body = await bodies.read(scope_of("post", "/sign-in", {"Content-Length": "2"}, client), receive)
        except NoBody as none:
            return none.slug
        return body.decode()

    async def arrive() -> list[str]:
        asked = [asyncio.create_task(ask(client)) for client in ("192.0.2.1",) * 3 + ("192.0.2.2",)]
        while bodies.in_all < 3:
            await asyncio.sleep(0)
        never.set()
        return await asyncio.gather(*asked)

    assert asyncio.run(arrive()) == ["ab", "ab", "busy", "ab"]
    assert (bodies.in_all, dict(bodies.waiting)) == (0, {})


def test_a_body_that_arrived_while_the_server_was_busy_kept_nobody_waiting(settings: Any, monkeypatch: Any) -> None:
    """Between any two looks at its clock the loop was away for a minute; the body waits to be read."""
    import asyncio
    from itertools import count

    from banshi.config import bodies as reading
    from tests.doors.conftest import scope_of

    settings.BANSHI_BODIES_PER_ADDRESS = 0
    minutes = count(0, 60)
    monkeypatch.setattr(reading.clock, "monotonic", lambda: float(next(minutes)))
    parts = [{"type": "http.request", "body": b"a", "more_body": i < 9} for i in range(10)]

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return parts.pop(0)

    asked = reading.Bodies().read(scope_of("post", "/sign-in", {"Content-Length": "10"}), receive)

    assert asyncio.run(asked) == b"a" * 10


LONG = [
    b"GET /%b HTTP/1.1",
    b"GET /api/v1/halls?q=%b HTTP/1.1",
    b"GET /live/halls/town?q=%b HTTP/1.1",
    b"GET /static/%b HTTP/1.1",
]


@pytest.mark.parametrize("path", ["/?q=", "/api/v1/halls?q=", "/live/halls/town?q=", "/static/", "/healthz?q="])
def test_a_long_address_is_refused_before_a_thread_is_taken(
    asgi: Asgi, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    for bridge in (asgi.app.pages, asgi.app.quick, asgi.app.probes):
        monkeypatch.setattr(bridge, "answer", lambda scope, _body: taken.append(scope["path"]))

    reply = asgi("GET", path + "x" * 70_000)

    assert (reply.status, taken) == (414, [])


@pytest.mark.race
def test_ten_megabytes_of_address_end_the_connection_and_keep_nobody_waiting(served: Served) -> None:
    firsts = []
    for line in LONG:
        one = served.socket(line.split(b"%b")[0])
        try:
            for _ in range(160):
                one.sendall(b"x" * 65536)
        except OSError:  # closed while it was still being sent: refused all the same
            pass
        try:
            firsts.append(one.recv(4096).split(b" ")[1:2])
        except OSError:
            firsts.append([])
        one.close()

    assert {status[0] for status in firsts if status} <= {b"414", b"431"}
    assert served.get("/livez").status_code == 200


@pytest.mark.parametrize(("bytes_a_part", "answer"), [(1, "too-slow"), (400, "x" * 4000)])
def test_a_body_that_trickles_is_given_up_and_one_that_flows_is_waited_for(
    settings: Any, monkeypatch: Any, bytes_a_part: int, answer: str
) -> None:
    """A part every three seconds; at least a hundred bytes a second are asked for, and ten parts are to come."""
    import asyncio

    from banshi.config import bodies as reading
    from tests.doors.conftest import scope_of

    settings.BANSHI_BODY_FIRST_S, settings.BANSHI_BODY_WHOLE_S, settings.BANSHI_BODY_LEAST_PER_S = 5, 60, 100
    parts = iter(range(1, 11))
    passed, due = 0.0, 3.0
    came = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await came.wait()
        came.clear()
        return {"type": "http.request", "body": b"x" * bytes_a_part, "more_body": next(parts) < 10}

    async def look(part: asyncio.Future[Any], seconds: float) -> float:
        nonlocal passed, due
        counts = min(seconds, due - passed)
        passed += counts
        if passed >= due:
            due += 3
            came.set()
            await asyncio.wait({part})
        return counts

    monkeypatch.setattr(reading, "look", look)

    async def ask() -> str:
        try:
            return (
                await Bodies().read(scope_of("post", "/sign-in", {"Transfer-Encoding": "chunked"}), receive)
            ).decode()
        except NoBody as none:
            return none.slug

    assert asyncio.run(ask()) == answer


@pytest.mark.race
def test_who_closes_their_half_before_the_body_is_whole_reads_that_it_was_not_read(served: Served) -> None:
    """An application that answers nothing makes the server say 500."""
    one = served.socket(FORM + b"Content-Length: 200\r\n\r\nphone=1")
    one.shutdown(socket.SHUT_WR)

    answer = one.recv(4096).split(b"\r\n", 1)[0]
    one.close()

    assert answer == b"HTTP/1.1 400 Bad Request"


def post(*headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"path": "/api/v1/windows/w/calls", "method": "POST", "headers": headers, "client": ("10.0.0.1", 1)}


def test_nobody_waits_for_a_body_that_is_none() -> None:
    async def never() -> dict[str, Any]:
        raise AssertionError("nothing is to come")

    assert asyncio.run(Bodies().read(post((b"content-length", b"0")), never)) == b""


def test_what_comes_all_the_same_is_not_taken_for_nothing() -> None:
    async def some() -> dict[str, Any]:
        return {"type": "http.request", "body": b"more"}

    scope = post((b"content-length", b"0"), (b"transfer-encoding", b"chunked"))
    with pytest.raises(NoBody):
        asyncio.run(Bodies().read(scope, some))
