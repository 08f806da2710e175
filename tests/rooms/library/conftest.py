from __future__ import annotations

import pytest

from banshi.rooms.identity.models import Organisation
from tests.town import TUESDAY_NINE


@pytest.fixture(autouse=True)
def firms(request: pytest.FixtureRequest) -> None:
    """Organisations by the numbers that tests name."""
    used = [name for name in ("committed_town", "town", "transactional_db", "db") if name in request.fixturenames]
    if not used:
        return
    request.getfixturevalue(used[0])
    Organisation.objects.bulk_create(
        Organisation(
            id=i, uscc=f"firm {i}", uscc_index=f"firm {i}", name=f"厂 {i}", masked_name="厂*", created_at=TUESDAY_NINE
        )
        for i in (5, 6, 8)
    )
