"""The version that programs tell each other is the one that is built."""

import tomllib
from pathlib import Path

from banshi.kernel.version import VERSION


def test_the_version_stands_in_one_place():
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())["project"]

    assert project["version"] == VERSION
