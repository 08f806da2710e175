"""What was measured at a distance, as rows of the table, and what must hold of it on any machine."""

from __future__ import annotations

from typing import Any


def distance_rows(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, measured, aim)."""
    beats, seats, sockets = found["heartbeats"], found["seats"], found["sockets"]
    return [
        (
            f"Heartbeats of {beats['machines']} machines, each every 15 s",
            f"{beats['core_percent']} % of a core, web and database together ({beats['alone_percent']} % where nobody speaks); "
            f"one {beats['web_ms']} + {beats['database_ms']} ms of processor, answered p99 {beats['p99_ms']} ms",
            "< 2 % of a core",
        ),
        (
            f"Video: {seats['callers']} people come in the same instant to {seats['seats']} free seats",
            f"p99 {seats['came_p99_ms']} ms until each has a seat or a place",
            "",
        ),
        (
            f"Video: a seat gets its next caller, {seats['callers']} callers and {seats['seats']} seats",
            f"p50 {seats['p50_ms']} ms, p99 {seats['p99_ms']} ms; all seats in the same instant p99 {seats['at_once_p99_ms']} "
            f"ms; {seats['doubles']} doubles, {seats['beside']} free beside somebody who waits",
            "p99 ≤ 100 ms; 0 doubles",
        ),
        (
            f"Signalling: {sockets['sockets']:,} sockets open in one web process",
            f"{sockets['open']:,} open, {sockets['lost']} lost; a line written is there p50 {sockets['p50_ms']} ms, "
            f"p99 {sockets['p99_ms']} ms ({sockets['heard']} of {sockets['lines']} heard)",
            "all open, all heard",
        ),
    ]


def distance_broken(found: dict[str, Any]) -> list[str]:
    """What must hold on any machine."""
    broken = []
    beats, seats, sockets = found["heartbeats"], found["seats"], found["sockets"]
    if set(beats["outcomes"]) != {"200"}:
        broken.append(f"heartbeats were answered {beats['outcomes']}")
    if seats["doubles"] or seats["beside"]:
        broken.append(
            f"{seats['doubles']} calls or seats were given twice, {seats['beside']} seats stayed free beside a caller"
        )
    if seats["helped"] != seats["callers"] or seats["left"]:
        broken.append(f"{seats['callers']} callers, {seats['helped']} helped, {seats['left']} left in the line")
    if sockets["open"] != sockets["sockets"] or sockets["lost"]:
        broken.append(f"{sockets['sockets']} sockets, {sockets['open']} open, {sockets['lost']} lost")
    if sockets["heard"] != sockets["lines"]:
        broken.append(f"{sockets['lines']} lines written, {sockets['heard']} heard")
    return broken
