"""tools/mutate.py: what it changes, near which tests, and that a sample can be drawn again."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = """
from dataclasses import dataclass
@dataclass(frozen=True)
class Span:
    begins: int | None = 3
    def within(self, moment: int | str) -> int | None:
        return moment if self.begins <= moment else None
"""


@pytest.fixture(scope="module")
def mutate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutate", ROOT / "tools" / "mutate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutate"] = module  # dataclasses look for their module
    spec.loader.exec_module(module)
    return module


def test_the_kernel_and_the_rules_and_actions_of_every_room_are_areas(mutate: ModuleType) -> None:
    rooms = ROOT / "banshi" / "rooms"
    shelves = {
        f"{place.parent.name}/{place.stem}"
        for shelf in ("rules", "actions")
        for place in [*rooms.glob(f"*/{shelf}"), *rooms.glob(f"*/{shelf}.py")]
    }
    found = {area.name: area for area in mutate.areas(ROOT)}

    assert set(found) == {"kernel", *shelves}
    assert [
        path for area in found.values() for path in [*area.modules, *area.tests] if not (ROOT / path).exists()
    ] == []
    assert all(area.modules for area in found.values())


def test_what_runs_is_changed_and_what_only_declares_is_not(mutate: ModuleType) -> None:
    changed = {(mutant.line, mutant.operator.removeprefix("core/")) for mutant in mutate.mutants("x.py", TEXT)}

    assert (5, "NumberReplacer") in changed
    assert (7, "ReplaceComparisonOperator_LtE_Lt") in changed
    assert {line for line, _ in changed} == {5, 7}
    assert not any(operator.endswith(("_Is", "_IsNot")) for _, operator in changed)


def test_a_sample_of_a_seed_is_the_same_again_and_each_place_is_in_it_once(mutate: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("\n".join(f"a{n} = {n} + b < {n}" for n in range(50)))

    def drawn(seed: int, each: int = 20) -> list[object]:
        area = mutate.Area("x", ["x.py"], [])
        mutate.draw(area, tmp_path, each=each, seed=seed)
        return list(area.sample)

    places = [(each.line, each.column) for each in drawn(1, 1000)]
    assert drawn(1) == drawn(1) != drawn(2)
    assert len(drawn(1)) == 20
    assert len(places) == len(set(places)) == 200
