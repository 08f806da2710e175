from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.signers import sealing


@pytest.fixture(autouse=True)
def plain_signer(settings: Any, tmp_path: Path) -> None:
    """One that gives certificates and draws no PDFs."""
    sealing(settings, tmp_path)
