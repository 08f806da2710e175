"""A line between a browser and an installation that a test can cut, mend, and let lose an answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Line:
    """Passes everything on from a port of its own. Keep-alive connections carry one question after the other."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._up = True
        self._loses = b""
        self.lost = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def cut(self) -> None:
        """Nothing gets through any more, and what was open breaks."""
        with self._lock:
            self._up = False
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._up = True

    def lose_the_answer_to(self, question: bytes) -> None:
        """The next question that begins like this is heard; its answer is lost, and the line is cut."""
        self.lost.clear()
        self._loses = question

    def close(self) -> None:
        self.cut()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for each in self._threads:
            each.join()

    def _start(self, what: Callable[..., None], *about: Any) -> threading.Thread:
        thread = threading.Thread(target=what, args=about, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                asking, _ = self._door.accept()
                self._start(self._carry, asking)

    def _carry(self, asking: socket.socket) -> None:
        with asking, suppress(OSError), socket.create_connection(("127.0.0.1", self._to)) as answering:
            with self._lock:
                if not self._up:
                    return
                self._open |= {asking, answering}
            loses = threading.Event()
            back = self._start(self._pass, answering, asking, True, loses)
            self._pass(asking, answering, False, loses)
            back.join()
            with self._lock:
                self._open -= {asking, answering}

    def _pass(self, one: socket.socket, other: socket.socket, answers: bool, loses: threading.Event) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if not answers and self._loses and data.startswith(self._loses):
                    self._loses = b""
                    loses.set()
                if answers and loses.is_set():
                    self.cut()
                    self.lost.set()
                    break
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
