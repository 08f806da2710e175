"""What a view asks a form for: a middleware that listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict

ASKED: set[str] = set()  # names, since whoever listens emptied it


class Heard(QueryDict):
    """A form that remembers what it was asked for."""

    def __getitem__(self, key: str) -> Any:
        ASKED.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        ASKED.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, default: Any = None) -> Any:
        ASKED.add(key)
        return super().getlist(key, default)


class Watches:
    """The innermost middleware: what others read of a form before the view does not count."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST":
            request.POST = Heard(request.POST.urlencode(), encoding="utf-8")  # type: ignore[assignment]
            ASKED.clear()  # what making it asked
        return self.get_response(request)
