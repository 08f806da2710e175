from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.matters import Matters, matters_of
from tests.surfaces.office.editing import signed_in
from tests.town import Town


@pytest.fixture
def matters(town: Town, monkeypatch: pytest.MonkeyPatch) -> Matters:
    from tests.surfaces.api.conftest import stop_the_clock

    stop_the_clock()
    return matters_of(town)


@pytest.fixture
def committed_matters(committed_town: Town) -> Matters:
    return matters_of(committed_town)


@pytest.fixture
def client_of(matters: Matters) -> Callable[[str], Client]:
    """Signed in as one of those who work cases."""
    kept: dict[str, Any] = {}

    def of(who: str) -> Client:
        if who not in kept:
            kept[who] = signed_in(matters.staff[who])
        return kept[who]

    return of
