"""This product's version, as pyproject.toml says it: a machine's program and its server tell each other theirs."""

from typing import Final

VERSION: Final = "0.1.0"
