from __future__ import annotations

import pytest

from tests.matters import Matters, matters_of
from tests.town import Town


@pytest.fixture
def matters(town: Town) -> Matters:
    return matters_of(town)
