"""What a process loaded before it served is not looked through for garbage while it serves."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest

from banshi.config import asgi
from banshi.foundation import heap


@pytest.fixture
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("as_before")
def test_what_is_loaded_is_not_looked_through_again() -> None:
    gc.collect()
    loaded = len(gc.get_objects())
    heap.settle()
    assert gc.get_freeze_count() > 0.9 * loaded
    assert len(gc.get_objects()) < 0.1 * loaded  # all that a full collection reads from now on


@pytest.mark.usefixtures("as_before")
def test_what_is_made_later_is_still_collected() -> None:
    heap.settle()
    circle: list[Any] = []
    circle.append(circle)
    del circle
    assert gc.collect() >= 1


def test_the_web_process_settles_when_all_its_pages_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    class Hub:
        def __init__(self, **_: Any) -> None: ...
        async def start(self) -> None:
            order.append("hub")

        async def stop(self) -> None: ...

    class Resolver:
        @property
        def url_patterns(self) -> list[Any]:
            order.append("pages")
            return []

    monkeypatch.setattr(asgi, "Hub", Hub)
    monkeypatch.setattr(asgi, "get_resolver", Resolver)
    monkeypatch.setattr(asgi, "settle", lambda: order.append("settled"))

    async def live() -> None:
        told = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive() -> dict[str, str]:
            return {"type": next(told)}

        async def send(message: dict[str, str]) -> None:
            order.append(message["type"])

        await asgi.App()({"type": "lifespan"}, receive, send)

    asyncio.run(live())
    assert order == ["hub", "pages", "settled", "lifespan.startup.complete", "lifespan.shutdown.complete"]
