"""People arriving together: n threads wait at a barrier and then act at once, each on its own connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def together(n: int, act: Callable[[int], Any]) -> list[Any]:
    """Run act(0) … act(n-1) at the same instant; exceptions are returned as results, in order."""
    barrier = threading.Barrier(n)
    results: list[Any] = [None] * n

    def one(i: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            results[i] = act(i)
        except Exception as trouble:
            results[i] = trouble
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
