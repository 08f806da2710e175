"""Change the rules and actions a little, one change at a time, and see whether a test notices (cosmic-ray's mutants).

    python tools/mutate.py                          a sample of each area, within the time
    python tools/mutate.py kernel booking/rules     these areas only
    python tools/mutate.py kernel --each 100 --minutes 60 --seed 2

An area is `kernel`, or `rules` or `actions` of a room. A place in the code is changed in one of the ways it can be. A change
that a test near it notices is killed; one that none notices has survived: its line is printed. The score is the killed
among the tried, in per cent. The sample of a seed is always the same, as long as the code is; areas take turns until the
time is over, so a shorter run has tried the first of each.

The work is done in a copy of the repository, with a PostgreSQL of its own (var/mutants-pg).
Results also go to `mutation.json` in the data folder.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("banshi", "tests", "presets", "docs", "tools", "pyproject.toml", "README.md", "README.zh.md")
PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-n0", "--reuse-db", "-p", "no:cacheprovider")
LEFT_OUT = ("-m", "not browser and not race and not crash")
# `is` for `==` and the like changes nothing that matters; decorators declare.
POINTLESS = re.compile(r"RemoveDecorator|ReplaceComparisonOperator_(?!Is_IsNot|IsNot_Is)(\w+_Is(Not)?|Is(Not)?_\w+)$")


@dataclass(frozen=True)
class Mutant:
    module: str
    operator: str
    occurrence: int
    line: int
    column: int


@dataclass
class Area:
    """`tests` are those near it: the file of its rules first, then its room's. `took_s`: how long they take unchanged."""

    name: str
    modules: list[str]
    tests: list[str]
    places: int = 0
    sample: list[Mutant] = field(default_factory=list)
    killed: int = 0
    survived: list[str] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def tried(self) -> int:
        return self.killed + len(self.survived)

    @property
    def score(self) -> float:
        return 100 * self.killed / self.tried if self.tried else 0.0


def areas(root: Path) -> list[Area]:
    found = [Area("kernel", _modules(root / "banshi/kernel", root), ["tests/kernel"])]
    for room in sorted(each.parent for each in (root / "banshi/rooms").glob("*/apps.py")):
        tests = f"tests/rooms/{room.name}"
        first = [f"{tests}/test_rules.py"] if (root / tests / "test_rules.py").exists() else []
        for shelf in ("rules", "actions"):
            if modules := _modules(room / shelf, root) or _modules(room / f"{shelf}.py", root):
                found.append(Area(f"{room.name}/{shelf}", modules, [*(first if shelf == "rules" else []), tests]))
    return found


def _modules(place: Path, root: Path) -> list[str]:
    files = [place] if place.is_file() else sorted(place.rglob("*.py")) if place.is_dir() else []
    return [str(each.relative_to(root)) for each in files if each.stat().st_size]


def mutants(module: str, text: str) -> Iterator[Mutant]:
    """Every change cosmic-ray knows for it, but in what is not run (annotations) and in what only declares (decorators)."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast

    passed_over = _declares(text)
    tree = get_ast(text)
    for name in sorted(plugins.operator_names()):
        operator_class = plugins.get_operator(name)
        if operator_class.arguments() or POINTLESS.search(name):
            continue
        operator = operator_class()
        positions = (place for node in ast_nodes(tree) for place in operator.mutation_positions(node))
        for occurrence, (start, _) in enumerate(positions):
            if not any(a <= start <= b for a, b in passed_over):
                yield Mutant(module, name, occurrence, *start)


def _declares(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Spans (line, column) of annotations and decorators."""
    spans: list[ast.expr] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            spans += [*node.decorator_list, *([node.returns] if node.returns else [])]
        elif isinstance(node, ast.ClassDef):
            spans += node.decorator_list
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            spans.append(node.annotation)
    return [((e.lineno, e.col_offset), (e.end_lineno or 0, e.end_col_offset or 0)) for e in spans]


def draw(area: Area, root: Path, *, each: int, seed: int) -> None:
    """Fill the area's sample: `each` of its places, by the seed and the area's name, and of each one of its changes."""
    places: dict[tuple[str, int, int], list[Mutant]] = {}
    for module in area.modules:
        for mutant in mutants(module, (root / module).read_text("utf-8")):
            places.setdefault((mutant.module, mutant.line, mutant.column), []).append(mutant)
    chance = random.Random(f"{seed}:{area.name}")  # noqa: S311 – a sample, no secret
    area.places = len(places)
    area.sample = [chance.choice(places[each]) for each in chance.sample(list(places), min(each, len(places)))]


def tried(area: Area, mutant: Mutant, root: Path) -> str | None:
    """The line as it was changed, where no test noticed; None where one did."""
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import MutationSpec

    place = (mutant.line, mutant.column)
    spec = MutationSpec(
        module_path=Path(mutant.module), operator_name=mutant.operator, occurrence=mutant.occurrence, start_pos=place,
        end_pos=(mutant.line, mutant.column + 1),
    )  # fmt: skip
    result = mutate_and_test([spec], shlex.join([*PYTEST, *area.tests, *LEFT_OUT]), 30 + 3 * area.took_s)
    if result.is_killed:
        return None
    changed = [line for line in (result.diff or "").splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return f"{mutant.module}:{mutant.line} {' → '.join(line[1:].strip() for line in changed)}"


def unchanged(area: Area) -> float:
    """How long the tests near it take as they are, in seconds."""
    begun = time.monotonic()
    made = subprocess.run([*PYTEST, "--create-db", *area.tests, *LEFT_OUT], capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(f"{area.name}: its tests fail as they are\n{made.stdout[-3000:]}")
    return time.monotonic() - begun


def run(chosen: list[Area], root: Path, *, until: float) -> None:
    """Try them in turn, one of each area, until the time is over."""
    for turn in range(max(len(area.sample) for area in chosen)):
        for area in chosen:
            if turn >= len(area.sample):
                continue
            if time.monotonic() > until:
                return
            if not area.took_s:
                area.took_s = unchanged(area)
            said = tried(area, area.sample[turn], root)
            area.killed += said is None
            if said is not None:
                area.survived.append(said)
                print(f"  survived  {said}", flush=True)


def report(chosen: list[Area], file: Path) -> None:
    print(f"\n{'area':24}{'places':>9}{'tried':>7}{'killed':>8}{'score':>8}")
    for area in chosen:
        score = f"{area.score:.0f} %" if area.tried else "–"
        print(f"{area.name:24}{area.places:>9,}{area.tried:>7}{area.killed:>8}{score:>8}")
    all_tried, all_killed = sum(area.tried for area in chosen), sum(area.killed for area in chosen)
    if all_tried:
        print(f"{'together':24}{'':9}{all_tried:>7}{all_killed:>8}{f'{100 * all_killed / all_tried:.0f} %':>8}")
    content = [
        {k: v for k, v in asdict(area).items() if k not in ("sample", "modules", "took_s")}
        | {"tried": area.tried, "score": round(area.score, 1)}
        for area in chosen
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("areas", nargs="*", help="kernel, booking/rules …; none: all")
    asked.add_argument("--each", type=int, default=12, help="places tried in each area at most")
    asked.add_argument("--minutes", type=float, default=20)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    until = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory(prefix="banshi-mutants-") as scratch:
        root = Path(scratch)
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, root / name)
        chosen = [area for area in areas(root) if not options.areas or area.name in options.areas]
        if not chosen:
            sys.exit(f"no such area; there are {', '.join(area.name for area in areas(root))}")
        for area in chosen:
            draw(area, root, each=options.each, seed=options.seed)
        os.chdir(root)
        # The tests import this copy, not the installed package; and they share one server for as long as this runs. It
        # does not lie in the copy: to stop it at the end its folder must be there still.
        sys.path.insert(0, str(root))
        os.environ["PYTHONPATH"] = str(root)
        os.environ.pop("DATABASE_URL", None)
        from banshi.foundation import postgres

        os.environ["DATABASE_URL"] = postgres.for_tests(ROOT / "var" / "mutants-pg")
        run(chosen, root, until=until)
        os.chdir(ROOT)
    report(chosen, Path(os.environ.get("BANSHI_DATA", ROOT / "var")) / "mutation.json")


if __name__ == "__main__":
    main()
