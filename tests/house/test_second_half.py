"""A draft of what is still to come of the second half – cabinets, couriers, video, the pages of those who act for others –
finds its place under the import contracts as they are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What each draft file has to import to do its part; packages get their __init__.py.
DRAFTS: dict[str, list[str]] = {
    # 送达 by cabinet and courier
    "rooms/delivery/ports.py": ["kernel.refusals"],
    # 视频办: a window that is not in the hall, and the hotline
    "rooms/remote/ports.py": ["kernel.refusals"],
    "rooms/remote/models.py": ["rooms.tickets.models", "rooms.cases.models"],
    "rooms/remote/actions.py": [
        "rooms.remote.models",
        "rooms.delivery.actions",
        "rooms.feedback.actions",
        "rooms.tickets.actions",
    ],
    "rooms/remote/queries.py": ["rooms.remote.models", "rooms.cases.queries", "rooms.tickets.queries"],
    # insight and staffing read what is new
    "rooms/insight/queries/cases.py": ["rooms.cases.models", "rooms.delivery.models", "rooms.remote.models"],
    # stories over several of them
    "journeys/case/by_video.py": ["rooms.remote.actions", "journeys.visit.take_number", "journeys.person.mandates"],
    "journeys/hall/case_duties.py": ["journeys.case.conclude", "journeys.hall.housekeeping"],
    # pages: on the staff's frame, strangers to each other
    "surfaces/agent/pages.py": [
        "frames.typed",
        "rooms.identity.queries.agents",
        "journeys.person.mandates",
        "journeys.case.from_library",
    ],
    "live/signalling.py": ["rooms.remote.queries", "live.hub"],
    "gateways/cabinets/__init__.py": ["rooms.delivery.ports"],
    "gateways/courier/__init__.py": ["rooms.delivery.ports", "foundation.crypto"],
    "gateways/face/__init__.py": ["rooms.remote.ports"],
    "config/second_wiring.py": ["gateways.cabinets", "gateways.courier", "gateways.face", "rooms.remote.ports"],
}


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with the drafts in it."""
    root = tmp_path_factory.mktemp("second-half")
    shutil.copy(ROOT / "pyproject.toml", root)
    only_code = shutil.ignore_patterns("__pycache__", "locale", "static", "templates", "fonts", "*.md")
    shutil.copytree(ROOT / "banshi", root / "banshi", ignore=only_code)
    for path, imports in DRAFTS.items():
        write(root, path, imports)
    return root


def write(root: Path, path: str, imports: list[str]) -> None:
    file = root / "banshi" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    for package in (file.parent, file.parent.parent):
        if not (package / "__init__.py").exists():
            (package / "__init__.py").touch()
    file.write_text("".join(f"import banshi.{name}\n" for name in imports), encoding="utf-8")


def contracts(root: Path) -> tuple[int, str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as go; go()"]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, timeout=280
    )
    return done.returncode, done.stdout + done.stderr


def test_every_draft_imports_what_is_there() -> None:
    """Else the contracts would be asked about nothing."""
    missing = {
        name
        for imports in DRAFTS.values()
        for name in imports
        if not any(
            (ROOT / "banshi" / f"{name.replace('.', '/')}{end}").is_file() or f"{name.replace('.', '/')}{end}" in DRAFTS
            for end in (".py", "/__init__.py")
        )
    }

    assert missing == set()


def test_the_second_half_finds_its_place_and_an_import_upward_does_not(draft: Path) -> None:
    before = contracts(draft)
    write(draft, "rooms/cases/ports.py", ["rooms.remote.models"])
    after = contracts(draft)

    assert before[0] == 0, before[1]
    assert after[0] == 1
    assert "banshi.rooms.cases is not allowed to import banshi.rooms.remote" in after[1]
