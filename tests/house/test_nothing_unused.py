"""What nothing in the product uses goes; what is found by name is said in pyproject.toml (`tool.vulture`)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_function_method_or_class_is_there_for_tests_alone() -> None:
    done = subprocess.run([sys.executable, "-m", "vulture"], cwd=ROOT, capture_output=True, text=True, timeout=280)

    assert done.returncode in (0, 3), done.stderr  # 3: something else than these is unused
    assert [line for line in done.stdout.splitlines() if re.search(r"unused (function|method|class) ", line)] == []
