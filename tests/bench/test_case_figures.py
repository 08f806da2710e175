"""Cases of the bench: stories that the product's own table of steps allows, and figures as rows of the table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from banshi.crowd.bench import report
from banshi.crowd.bench.case_helper import store_record
from banshi.crowd.bench.case_report import case_rows, cases_broken
from banshi.crowd.bench.case_rows import AFTER, OUTCOMES, PHASES, SHARES, STORIES, WORKERS
from banshi.crowd.bench.cases import ratios, why_left_out
from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.actions.drafts import import_records
from tests.town import TUESDAY_NINE, Town


@pytest.mark.parametrize("phase", STORIES)
def test_a_story_takes_steps_that_may_be_taken(phase: str):
    at = ""
    for verb in STORIES[phase]:
        assert verb == "open" or CASE.refusal(at, verb) is None, (at, verb)
        assert AFTER[verb] == ("draft" if verb == "open" else CASE.steps[verb].to or at)
        at = AFTER[verb]

    assert at == phase
    assert (phase in OUTCOMES) is (phase in CASE.ends)


def test_every_phase_has_its_share_of_a_thousand():
    assert len(PHASES) == 1000
    assert set(SHARES) == set(CASE.states) - {"delivered"}  # which lasts no longer than its transaction
    assert sum(SHARES[phase] for phase in OUTCOMES) == 940


def test_whoever_accepts_does_not_decide_and_who_decides_does_not_issue():
    assert len({WORKERS[verb] for verb in ("accept", "decide", "issue")}) == 3


def page(p50: float, **more: Any) -> dict[str, Any]:
    return {"p50_ms": p50, "p95_ms": 2 * p50, "statements": 12, **more}


def at(*, p50: float, **more: Any) -> dict[str, Any]:
    return {
        "pages": {
            "One case": page(p50, web_ms=8.0, database_ms=2.0),
            "A case found by its number": page(p50),
            "The page to sign in, as a yardstick": page(5.0, statements=1),
        },
        "accept": {**page(p50), "asked": 42, "accepted": 42},
        "due": {"late": 200, "done": 200, "per_s": 90.0, "per_processor_s": 150.0, "idle_ms": 9.0},
        **more,
    }  # fmt: skip


def figures() -> dict[str, Any]:
    by = {"1000": at(p50=20.0), "100000": at(p50=22.0)}
    return {
        "sizes": [1000, 100_000], "by": by, "ratios": ratios(*by.values()), "broken_chains": 0,
        "papers": {"made": 60, "per_s": 30.0, "per_processor_s": 40.0},
        "uploads": {"files": 20, "mib_each": 3.3, "p50_ms": 900.0, "mib_per_s": 3.6},
        "machine": {"cores": 2, "processor": "any", "memory_gib": 8, "system": "Linux x86_64", "python": "3.11.2",
                    "postgresql": "18.0", "load_1min": 0.1},
    }  # fmt: skip


def test_a_page_stands_at_both_sizes_with_ratio_yardstick_and_statements():
    found = {what: (measured, aim) for what, measured, aim in case_rows(figures())}

    assert found["One case, 1,000 → 100,000 cases"] == (
        "p50 20.0 → 22.0 ms, p95 40.0 → 44.0 ms, × 1.1; processor 10.0 → 10.0 ms, × 1.00; 4.4 × the yardstick; 12 statements",
        "p95 ≤ 80 ms; ≤ 1.2 ×",
    )
    assert found["A case accepted, 1,000 → 100,000 cases"] == (
        "p50 20.0 → 22.0 ms, p95 40.0 → 44.0 ms, × 1.1; 42 of 42 accepted", "p95 ≤ 100 ms; ≤ 1.2 ×",
    )  # fmt: skip
    assert found["Papers as PDF, made, sealed and kept"][1] == "≥ 20/s a core"


def test_what_does_not_hold_on_any_machine_is_said():
    found = figures()
    found["broken_chains"] = 2
    found["by"]["1000"]["accept"]["accepted"] = 41
    found["by"]["100000"]["due"]["done"] = 199

    assert cases_broken(found) == [
        "the stories of 2 cases are not as they were written",
        "42 cases to accept, 41 accepted, with 1000 cases",
        "200 cases counted as accepted, 199 were, with 100000 cases",
    ]


def test_a_size_of_its_own_is_measured_where_the_disk_has_room_and_else_says_why_not():
    gib = 2**30

    assert why_left_out(1_000_000, after=100_000, free=100 * gib) == ""
    assert why_left_out(1_000_000, after=100_000, free=4 * gib) == (
        "left out 1,000,000 cases: they take up to 15 GiB, and 4 are free"
    )
    assert why_left_out(50_000, after=100_000, free=100 * gib).endswith("100,000 are measured anyway")


def test_with_a_third_size_the_ends_are_compared():
    found = figures()
    found["sizes"].append(1_000_000)
    found["by"]["1000000"] = at(p50=30.0)

    assert "One case, 1,000 → 1,000,000 cases" in {name for name, _, _ in case_rows(found)}


@pytest.mark.django_db
def test_what_the_bench_sends_of_a_store_is_read_as_items(town: Town):
    content = json.dumps({"STATUS": {"CODE": "00"}, "CUSTOM": [store_record(n) for n in range(3)]}).encode()

    said = [
        [(each.result, each.unknown) for each in import_records(content, by=SYSTEM, now=TUESDAY_NINE)] for _ in range(2)
    ]

    assert said == [[("new", ())] * 3, [("unchanged", ())] * 3]


def test_cases_alone_leave_the_other_figures_of_the_docs_alone(tmp_path: Path):
    doc = tmp_path / "bench.md"
    doc.write_text(
        f"# Bench\n\n{report.BEGIN}\nmeasured\n{report.END}\n\n{report.CASES_BEGIN}\nold\n{report.CASES_END}\n"
    )

    report.refresh(doc, {"cases": figures()})

    text = doc.read_text(encoding="utf-8")
    assert ("measured" in text, "old" in text, text.count("| One case, 1,000 → 100,000 cases |")) == (True, False, 1)
    assert report.broken_promises({"cases": figures()}) == []
    assert len(report.table({"cases": figures()}).splitlines()) == len(case_rows(figures()))
