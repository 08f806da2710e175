"""The figures as a table, in the terminal and in docs/bench.md between two marks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, measured, aim)."""
    found = []
    for clients, row in figures["book"]["clients"].items():
        found.append(
            (
                f"Bookings over HTTP, {clients} clients",
                f"{row['per_s']:,}/s, p50 {row['p50_ms']} ms, p99 {row['p99_ms']} ms; "
                f"pgbench {row['pgbench_per_s']:,}/s; ratio {row['ratio']}",
                "≥ 0.25 × pgbench",
            )
        )
    call = figures["call_next"]
    found += [
        (
            f"Call next, {call['windows']} windows in the same instant",
            f"p50 {call['p50_ms']} ms, p99 {call['p99_ms']} ms, all answered in {call['round_ms']} ms; {call['doubles']} doubles",
            "p99 ≤ 50 ms; 0 doubles",
        ),
        (
            f"Call next, {call['windows']} windows within 10 s",
            f"p50 {call['paced_p50_ms']} ms, p99 {call['paced_p99_ms']} ms",
            "p99 ≤ 50 ms",
        ),
    ]
    issue = figures["issue"]
    found.append(
        (
            f"Numbers taken, {issue['clients']} kiosks",
            f"{issue['per_s']:,}/s, p50 {issue['p50_ms']} ms, p99 {issue['p99_ms']} ms; {issue['repeated_numbers']} repeated",
            "0 repeated",
        )
    )
    rush = figures["rush"]
    found.append(
        (
            f"Rush of {rush['people']:,} people on {rush['places']} places, {rush['clients']} at a time",
            f"{rush['booked']} booked, {rush['slot_full']:,} told “full” with other times, {rush['other']} other answers; "
            f"{rush['per_s']:,}/s, p99 {rush['p99_ms']} ms",
            "exactly the places",
        )
    )
    for size, push in figures["push"]["by"].items():
        found.append(
            (
                f"Call to phone, {int(size):,} phones on one hall",
                f"called phone p50 {push['p50_ms']} ms, p99 {push['p99_ms']} ms ({push['heard']} of {push['calls']} calls "
                f"heard); all phones p99 {push['all_p99_ms']} ms",
                "p99 ≤ 200 ms",
            )
        )
    history = figures["history"]
    found.append(
        (
            f"The same with {history['days']} days in the tables instead of 1",
            f"booking × {history['book_ratio']}, call × {history['call_ratio']} (pgbench itself × {history['pgbench_ratio']})",
            "≤ 1.2",
        )
    )
    return found


def broken_promises(figures: dict[str, Any]) -> list[str]:
    """What must hold on any machine: nothing double, nothing oversold, nobody lost."""
    call, rush = figures["call_next"], figures["rush"]
    found = []
    if call["doubles"]:
        found.append(f"{call['doubles']} numbers or windows were called twice")
    if call["called"] != call["expected"]:
        found.append(f"{call['expected']} windows called, {call['called']} got a number")
    if not rush["booked"] == rush["answered_booked"] == rush["taken"] == rush["places"]:
        found.append(
            f"{rush['places']} places, {rush['taken']} taken, {rush['booked']} booked, {rush['answered_booked']} told so"
        )
    if figures["book"]["wrong"]:
        found.append(f"{figures['book']['wrong']} slots count other than their appointments")
    if figures["issue"]["repeated_numbers"]:
        found.append(f"{figures['issue']['repeated_numbers']} numbers were given twice")
    return found


def table(figures: dict[str, Any]) -> str:
    lines = rows(figures)
    width = max(len(what) for what, _, _ in lines)
    return "\n".join(f"{what:<{width}}  {measured}   [{aim}]" for what, measured, aim in lines)


def markdown(figures: dict[str, Any]) -> str:
    machine = figures["machine"]
    lines = [
        f"Measured on {machine['cores']} cores ({machine['processor']}), {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}, PostgreSQL {machine['postgresql']}; load before the start {machine['load_1min']}. "
        f"The whole bench took {figures['seconds']} s.",
        "",
        "| What | Measured | Aim |",
        "|---|---|---|",
        *(f"| {what} | {measured} | {aim} |" for what, measured, aim in rows(figures)),
    ]
    return "\n".join(lines)


def refresh(doc: Path, figures: dict[str, Any]) -> None:
    """Put the figures between the marks; a document without marks gets them at its end."""
    text = doc.read_text(encoding="utf-8") if doc.exists() else "# Bench\n"
    block = f"{BEGIN}\n{markdown(figures)}\n{END}"
    if BEGIN in text and END in text:
        before, _, rest = text.partition(BEGIN)
        text = before + block + rest.partition(END)[2]
    else:
        text = f"{text.rstrip()}\n\n{block}\n"
    doc.write_text(text, encoding="utf-8")
