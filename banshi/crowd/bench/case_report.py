"""What was measured of cases, as rows of the table, and what must hold of it on any machine."""

from __future__ import annotations

from typing import Any, Final

FLAT: Final = 1.2
AIMS: Final = {"Work list of a department": 80, "One case": 80}  # ms, p95


def case_rows(cases: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, measured, aim): each page at both sizes and how many times as dear it has become, then what has no size."""
    few, many = _ends(cases)
    small, large = (f"{cases['sizes'][place]:,}" for place in (0, -1))
    yardstick = next(page for name, page in many["pages"].items() if "yardstick" in name)
    found = [
        (
            f"{name}, {small} → {large} cases",
            f"{_both(few['pages'][name], page)}{_times(cases, name)}; "
            f"{_of(page, yardstick)}{_statements(few['pages'][name], page)}",
            f"p95 ≤ {AIMS[name]} ms; ≤ {FLAT} ×" if name in AIMS else "" if "yardstick" in name else f"≤ {FLAT} ×",
        )
        for name, page in many["pages"].items()
    ]
    items = cases.get("items")
    accept, due, papers, uploads = many["accept"], many["due"], cases["papers"], cases["uploads"]
    return [
        *found,
        (
            f"A case accepted, {small} → {large} cases",
            f"{_both(few['accept'], accept)}{_times(cases, 'accept')}; {accept['accepted']} of {accept['asked']} accepted",
            f"p95 ≤ 100 ms; ≤ {FLAT} ×",
        ),
        (
            f"Accepted because nobody answered, {small} → {large} cases",
            f"{few['due']['per_s']} → {due['per_s']}/s ({due['per_processor_s']} a second of processor); "
            f"the run after it, which looks again at reminders said today, {few['due']['idle_ms']} → {due['idle_ms']} ms",
            "",
        ),
        (
            "Papers as PDF, made, sealed and kept",
            f"{papers['per_s']}/s, {papers['per_processor_s']} a second of one core",
            "≥ 20/s a core",
        ),
        (
            f"Photos of {uploads['mib_each']} MiB taken in: opened, drawn anew, sealed",
            f"{uploads['mib_per_s']} MiB/s, p50 {uploads['p50_ms']} ms each; one after the other",
            "",
        ),
        *([(
            f"A store's file of {items['items']:,} items taken in as drafts",
            f"{items['per_s']}/s; the same documents into a bare table {items['bare_per_s']}/s; the same file again "
            f"{items['again_s']} s",
            "",
        )] if items else []),
    ]  # fmt: skip


def _ends(cases: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """At the smallest size, and at the largest."""
    return cases["by"][str(cases["sizes"][0])], cases["by"][str(cases["sizes"][-1])]


def _both(few: dict[str, Any], many: dict[str, Any]) -> str:
    return f"p50 {few['p50_ms']} → {many['p50_ms']} ms, p95 {few['p95_ms']} → {many['p95_ms']} ms"


def _times(cases: dict[str, Any], name: str) -> str:
    """How many times as dear; of processor time, which what else the machine does hardly moves."""
    few, many = _ends(cases)
    one, other = (each["accept"] if name == "accept" else each["pages"][name] for each in (few, many))
    if "web_ms" not in one:
        return f", × {cases['ratios'][name]}"
    spent = [each["web_ms"] + each["database_ms"] for each in (one, other)]
    times = f"; processor {spent[0]:.1f} → {spent[1]:.1f} ms" + (f", × {spent[1] / spent[0]:.2f}" if spent[0] else "")
    return f", × {cases['ratios'][name]}{times}"


def _of(page: dict[str, Any], yardstick: dict[str, Any]) -> str:
    """How many times as dear as the page that looks into no case, at the same size and moment."""
    if page is yardstick or not yardstick["p50_ms"]:
        return ""
    return f"{page['p50_ms'] / yardstick['p50_ms']:.1f} × the yardstick; "


def _statements(few: dict[str, Any], many: dict[str, Any]) -> str:
    a, b = few["statements"], many["statements"]
    said = f"{b} statements" if a == b else f"{a} → {b} statements"
    return f"{said}, {few['kib']} → {many['kib']} KiB" if "kib" in many else said


def cases_broken(cases: dict[str, Any]) -> list[str]:
    """What must hold on any machine."""
    found = []
    if cases["broken_chains"]:
        found.append(f"the stories of {cases['broken_chains']} cases are not as they were written")
    for size, at in cases["by"].items():
        accept, due = at["accept"], at["due"]
        if accept["accepted"] != accept["asked"]:
            found.append(f"{accept['asked']} cases to accept, {accept['accepted']} accepted, with {size} cases")
        if due["done"] != due["late"]:
            found.append(f"{due['late']} cases counted as accepted, {due['done']} were, with {size} cases")
    return found
