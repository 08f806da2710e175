"""Promises that hold on any machine, and the table in the docs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from banshi.crowd.bench import report


def line(per_s: int, ratio: float, **more: float) -> dict[str, Any]:
    return {
        "per_s": per_s, "p50_ms": 9.0, "p99_ms": 20.0, "pgbench_per_s": 4000, "ratio": ratio, "not_booked": 0, **more,
    }  # fmt: skip


def figures(**changes: Any) -> dict[str, Any]:
    good = {
        "machine": {
            "cores": 2, "processor": "any", "memory_gib": 8, "system": "Linux x86_64", "python": "3.11.2",
            "postgresql": "18.0", "load_1min": 0.1,
        },
        "seconds": 300,
        "book": {
            "wrong": 0,
            "processes": {
                "1": {"16": line(1000, 0.25, web_ms=0.3, database_ms=0.2)},
                "2": {"16": line(2000, 0.5)},
            },
            "wrk": {"16": {"per_s": 1900.5, "p99_ms": 21.0, "ratio": 0.48, "not_booked": 0}},
        },
        "call_next": {
            "windows": 270, "doubles": 0, "called": 270, "expected": 270, "p50_ms": 1, "p99_ms": 2, "round_ms": 3,
            "paced_p50_ms": 1, "paced_p99_ms": 2,
        },
        "issue": {
            "lines": [{"waiting": 3000, "due": 0, "clients": 64, "per_s": 1100, "p50_ms": 1, "p99_ms": 2}], "repeated_numbers": 0,
        },
        "rush": {
            "people": 2000, "places": 180, "booked": 180, "answered_booked": 180, "taken": 180, "slot_full": 1820,
            "other": 0, "per_s": 900, "p99_ms": 300, "clients": 256,
        },
        "push": {"by": {"200": {"p50_ms": 1, "p99_ms": 2, "heard": 8, "calls": 8, "all_p99_ms": 3}}},
        "history": {"days": 100, "book_ratio": 1.1, "call_ratio": 1.0, "pgbench_ratio": 1.0},
        "pages": {
            "Figures of a hall, 100 days": {"p50_ms": 40.0, "p95_ms": 60.0},
            "Guide of a matter": {"p50_ms": 9.0, "p95_ms": 12.0},
        },
    }  # fmt: skip
    for path, value in changes.items():
        part, _, name = path.partition("__")
        good[part][name] = value  # type: ignore[index]
    return good


def test_good_figures_break_no_promise():
    assert report.broken_promises(figures()) == []


def test_one_place_too_many_is_a_broken_promise():
    assert report.broken_promises(figures(rush__booked=181)) == ["180 places, 180 taken, 181 booked, 180 told so"]


def test_a_double_call_and_a_window_left_without_a_number_are_broken_promises():
    found = report.broken_promises(figures(call_next__doubles=1, call_next__called=269))

    assert found == ["1 numbers or windows were called twice", "270 windows called, 269 got a number"]


def test_the_docs_keep_their_words_around_the_figures(tmp_path: Path):
    doc = tmp_path / "bench.md"
    doc.write_text(f"# Bench\n\nbefore\n\n{report.BEGIN}\nstale\n{report.END}\n\nafter\n", encoding="utf-8")

    report.refresh(doc, figures())
    report.refresh(doc, figures())

    text = doc.read_text(encoding="utf-8")
    assert text.startswith("# Bench\n\nbefore\n\n")
    assert text.endswith(f"{report.END}\n\nafter\n")
    assert (text.count("| Bookings over HTTP, 16 clients, 2 web processes |"), text.count("stale")) == (1, 0)


def test_bookings_stand_with_their_aim_where_production_runs_and_what_they_cost():
    assert report.booking_rows(figures()["book"]) == [
        (
            "Bookings over HTTP, 16 clients, 1 web process",
            "1,000/s, p50 9.0 ms, p99 20.0 ms; pgbench 4,000/s; ratio 0.25; processor a booking: web 0.3 ms, database 0.2 ms",
            "",
        ),
        (
            "Bookings over HTTP, 16 clients, 2 web processes",
            "2,000/s, p50 9.0 ms, p99 20.0 ms; pgbench 4,000/s; ratio 0.5",
            "≥ 0.5 × pgbench",
        ),
        (
            "The same asked for by wrk, 16 clients, 2 web processes",
            "1,900/s, p99 21.0 ms; ratio 0.48; 0 not booked",
            "≥ 0.5 × pgbench",
        ),
    ]


def test_bookings_alone_are_a_table_and_a_booking_that_was_not_made_breaks_a_promise():
    book = figures()["book"]
    book["processes"]["2"]["16"]["not_booked"] = 3

    assert len(report.table({"book": book}).splitlines()) == 3
    assert report.broken_promises({"book": book}) == ["3 bookings were not made, with room for all"]


def worth(n: int, held: float, off: float, **more: float) -> dict[str, Any]:
    return {
        "n": n, "at_most": 0.93, "waiting": n // 2, "held": held, "held_error": 0.01, "likely_off": off, "likely_error": 0.02,
        **more,
    }  # fmt: skip


DAY = {
    "hall": "nancheng", "days": 40, **worth(1000, 0.91, 0.04),
    "by_category": {"A": worth(900, 0.92, -0.03), "B": worth(100, 0.84, 0.25, held_error=0.04, likely_error=0.08)},
    "by_hour": {"08:30": worth(1000, 0.91, 0.04)},
}  # fmt: skip


def test_the_crowds_day_is_told_by_category_and_hour_with_its_sampling_errors():
    assert report.crowd_rows(DAY) == [
        ("all", "1,000", "91 ± 2 % held of 500 told to wait, 93 % of all; +4 ± 4 %"),
        ("category A", "900", "92 ± 2 % held of 450 told to wait, 93 % of all; -3 ± 4 %"),
        ("category B", "100", "84 ± 8 % held of 50 told to wait, 93 % of all; +25 ± 16 %"),
        ("the hour from 08:30", "1,000", "91 ± 2 % held of 500 told to wait, 93 % of all; +4 ± 4 %"),
    ]


def test_the_crowds_day_alone_leaves_the_other_figures_of_the_docs_alone(tmp_path: Path):
    doc = tmp_path / "bench.md"
    doc.write_text(f"# Bench\n\n{report.BEGIN}\nmeasured\n{report.END}\n", encoding="utf-8")

    report.refresh(doc, {"crowd_day": DAY})

    assert "measured" in doc.read_text(encoding="utf-8")
    assert doc.read_text(encoding="utf-8").count("| category A | 900 |") == 1
    assert report.broken_promises({"crowd_day": DAY}) == []


def test_a_category_or_an_hour_beyond_the_band_and_two_sampling_errors_is_a_broken_promise():
    late = DAY | {"by_hour": {"09:30": worth(1000, 0.855, 0.0)}}
    short = DAY | {"by_category": {"K": worth(600, 0.9, -0.15)}}
    padded = DAY | {"by_category": {"K": worth(600, 0.98, 0.0)}}

    assert [report.broken_promises({"crowd_day": day}) for day in (late, short, padded)] == [
        ["waits told, the hour from 09:30: 86 ± 2 % held of 500 told to wait, 93 % of all; +0 ± 4 % – **not met**"],
        ["waits told, category K: 90 ± 2 % held of 300 told to wait, 93 % of all; -15 ± 4 % – **not met**"],
        ["waits told, category K: 98 ± 2 % held of 300 told to wait, 93 % of all; +0 ± 4 % – **not met**"],
    ]


def test_pages_stand_beside_their_aims():
    found = {what: (measured, aim) for what, measured, aim in report.rows(figures())}

    assert found["Figures of a hall, 100 days"] == ("p50 40.0 ms, p95 60.0 ms", "p50 ≤ 80 ms")
    assert found["Guide of a matter"][1] == "p50 ≤ 150 ms"


def afar(**changes: Any) -> dict[str, Any]:
    good: dict[str, Any] = {
        "machine": figures()["machine"],
        "heartbeats": {
            "machines": 387, "outcomes": {"200": 387}, "core_percent": 1.5, "alone_percent": 0.6, "web_ms": 0.5,
            "database_ms": 0.1,
            "p99_ms": 9.0,
        },
        "seats": {
            "callers": 200, "seats": 60, "helped": 200, "left": 0, "doubles": 0, "beside": 0, "came_p99_ms": 9.0, "p50_ms": 1.0,
            "p99_ms": 2.0, "at_once_p99_ms": 3.0,
        },
        "sockets": {"sockets": 1000, "open": 1000, "lost": 0, "lines": 60, "heard": 60, "p50_ms": 1.0, "p99_ms": 2.0},
    }  # fmt: skip
    for path, value in changes.items():
        part, _, name = path.partition("__")
        good[part][name] = value
    return good


def test_what_is_at_a_distance_breaks_no_promise_and_has_its_rows(tmp_path: Path):
    doc = tmp_path / "bench.md"

    report.refresh(doc, {"distance": afar()})

    assert report.broken_promises({"distance": afar()}) == []
    assert "1.5 % of a core" in doc.read_text(encoding="utf-8")
    assert "1,000 open, 0 lost" in report.table({"distance": afar()})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"heartbeats__outcomes": {"200": 386, "503 busy": 1}}, "heartbeats were answered"),
        ({"seats__doubles": 1}, "given twice"),
        ({"seats__beside": 2}, "2 seats stayed free"),
        ({"seats__helped": 199}, "199 helped"),
        ({"seats__left": 1}, "1 left"),
        ({"sockets__open": 999}, "999 open"),
        ({"sockets__lost": 3}, "3 lost"),
        ({"sockets__heard": 59}, "59 heard"),
    ],
)
def test_each_broken_promise_at_a_distance_is_named(change: dict[str, Any], said: str):
    (broken,) = report.broken_promises({"distance": afar(**change)})

    assert said in broken
