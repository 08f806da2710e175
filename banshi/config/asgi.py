"""One port, one program: `/live/…` streams here; everything else is Django's WSGI application in a thread pool."""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banshi.config.settings")

from a2wsgi import WSGIMiddleware

from banshi.config import logs

logs.configure(json=os.environ.get("BANSHI_MODE") == "production", level=os.environ.get("BANSHI_LOG_LEVEL", "INFO"))

from banshi.config.wsgi import application  # sets Django up: rooms can be imported only after it

# isort: split
from banshi.config.lanes import Lanes
from banshi.live import app as live
from banshi.live.hub import Hub

# The default of 5 ms makes a thread that comes back from the database wait behind each busy one.
sys.setswitchinterval(0.001)
THREADS = int(os.environ.get("BANSHI_THREADS", "12"))


class App:
    """The ASGI application granian serves."""

    def __init__(self) -> None:
        self.hub: Hub | None = None
        self.lanes = Lanes()
        self.pages = WSGIMiddleware(application, workers=THREADS)  # type: ignore[arg-type]

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif (lane := self.lanes.route(scope)) is not None:
            await self.lanes.serve(lane, scope, receive, send)
        elif scope["path"].startswith("/live/"):
            await live.serve(scope, receive, send, await self._hub())
        else:
            await self._page(scope, receive, send)

    async def _page(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        # granian's receive and send answer with awaitables; the bridge hands them to run_coroutine_threadsafe, which
        # takes coroutines only.
        async def receiving() -> Any:
            return await receive()

        async def sending(message: Any) -> None:
            await send(message)

        await self.pages(scope, receiving, sending)  # type: ignore[arg-type]

    async def _hub(self) -> Hub:
        if self.hub is None:
            self.hub = Hub()
            await self.hub.start()
        return self.hub

    async def _lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._hub()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self.hub:
                    await self.hub.stop()
                self.lanes.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


app = App()
