"""One port, one program: `/live/…` streams here; everything else is Django's WSGI application in a thread pool."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banshi.config.settings")

from a2wsgi import WSGIMiddleware  # noqa: E402

from banshi.config import logs  # noqa: E402

logs.configure(json=os.environ.get("BANSHI_MODE") == "production", level=os.environ.get("BANSHI_LOG_LEVEL", "INFO"))

from banshi.config.wsgi import application  # noqa: E402 – sets Django up
from banshi.live import app as live  # noqa: E402
from banshi.live.hub import Hub  # noqa: E402

THREADS = int(os.environ.get("BANSHI_THREADS", "12"))


class App:
    """The ASGI application granian serves."""

    def __init__(self) -> None:
        self.hub: Hub | None = None
        self.pages = WSGIMiddleware(application, workers=THREADS)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
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
                await send({"type": "lifespan.shutdown.complete"})
                return


app = App()
