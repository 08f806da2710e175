from __future__ import annotations

from typing import Any

import pytest

from tests.matters import Matters, matters_of
from tests.town import Town


@pytest.fixture
def matters(town: Town) -> Matters:
    return matters_of(town)


@pytest.fixture
def committed_matters(committed_town: Any) -> Matters:
    return matters_of(committed_town)
