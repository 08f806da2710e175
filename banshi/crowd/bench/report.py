"""The figures as a table, in the terminal and in docs/bench.md between two marks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from banshi.crowd.bench.case_report import case_rows, cases_broken
from banshi.crowd.bench.distance_report import distance_broken, distance_rows
from banshi.crowd.bench.worth import ERRORS, within

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
CASES_BEGIN, CASES_END = "<!-- cases: begin -->", "<!-- cases: end -->"
DISTANCE_BEGIN, DISTANCE_END = "<!-- distance: begin -->", "<!-- distance: end -->"
CROWD_BEGIN, CROWD_END = "<!-- crowd day: begin -->", "<!-- crowd day: end -->"


def rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, measured, aim)."""
    found = []
    found += booking_rows(figures["book"])
    call = figures["call_next"]
    found += [
        (
            f"Call next, {call['windows']} windows in the same instant",
            f"p50 {call['p50_ms']} ms, p99 {call['p99_ms']} ms, all answered in {call['round_ms']} ms; {call['doubles']} doubles",
            "p99 ≤ 150 ms; 0 doubles",
        ),
        (
            f"Call next, {call['windows']} windows within 10 s",
            f"p50 {call['paced_p50_ms']} ms, p99 {call['paced_p99_ms']} ms",
            "p99 ≤ 30 ms",
        ),
    ]
    for line in figures["issue"]["lines"]:
        found.append(
            (
                f"Numbers taken, {line['clients']} kiosks, {line['waiting']:,} waiting and {line['due']:,} due at first",
                f"{line['per_s']:,}/s, p50 {line['p50_ms']} ms, p99 {line['p99_ms']} ms; "
                f"{figures['issue']['repeated_numbers']} repeated",
                "≥ 450/s, p99 ≤ 150 ms; 0 repeated" if line["clients"] == 64 else "0 repeated",
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
                "p99 ≤ 200 ms; all ≤ 300 ms",
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
    found += [
        (f"{name}", f"p50 {page['p50_ms']} ms, p95 {page['p95_ms']} ms", _page_aim(name))
        for name, page in figures["pages"].items()
    ]
    return found


def _page_aim(name: str) -> str:
    return "p50 ≤ 80 ms" if name.startswith("Figures") else "p50 ≤ 150 ms"


BOOKING_AIMS = {"16": 0.5, "64": 1.0, "128": 1.5}  # × pgbench, with production's two web processes


def booking_rows(book: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Bookings with one and with two web processes, and by wrk; the aim stands where it is measured."""
    found = []
    for processes, lines in book["processes"].items():
        for clients, row in lines.items():
            cost = ""
            if "web_ms" in row:
                cost = f"; processor a booking: web {row['web_ms']} ms, database {row['database_ms']} ms"
            found.append(
                (
                    f"Bookings over HTTP, {clients} clients, {_web(processes)}",
                    f"{row['per_s']:,}/s, p50 {row['p50_ms']} ms, p99 {row['p99_ms']} ms; "
                    f"pgbench {row['pgbench_per_s']:,}/s; ratio {row['ratio']}{cost}",
                    f"≥ {BOOKING_AIMS[clients]} × pgbench" if processes == "2" else "",
                )
            )
    for clients, row in book["wrk"].items():
        found.append(
            (
                f"The same asked for by wrk, {clients} clients, {_web('2')}",
                f"{row['per_s']:,.0f}/s, p99 {row['p99_ms']} ms; ratio {row['ratio']}; {row['not_booked']} not booked",
                f"≥ {BOOKING_AIMS[clients]} × pgbench",
            )
        )
    return found or [("Bookings over HTTP", "not measured", "")]


def _web(processes: str) -> str:
    return "1 web process" if processes == "1" else f"{processes} web processes"


def crowd_rows(day: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(whose waits, how many were told, “at most” held and “about” off): of all, of each category, of each hour."""
    return [(whose, f"{worth['n']:,}", _worth(worth)) for whose, worth in _parts(day)]


def _parts(day: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("all", day),
        *((f"category {code}", worth) for code, worth in day["by_category"].items()),
        *((f"the hour from {hour}", worth) for hour, worth in day["by_hour"].items()),
    ]


def _worth(worth: dict[str, Any]) -> str:
    said = []
    if "held" in worth:
        said.append(
            f"{100 * worth['held']:.0f} ± {_percent(worth['held_error'])} % held of {worth['waiting']:,} told to wait, "
            f"{100 * worth['at_most']:.0f} % of all"
        )
    if "likely_off" in worth:
        said.append(f"{100 * worth['likely_off']:+.0f} ± {_percent(worth['likely_error'])} %")
    return "; ".join(said) + ("" if within(worth) else " – **not met**")


def _percent(error: float) -> str:
    return f"{100 * ERRORS * error:.0f}"


def broken_promises(figures: dict[str, Any]) -> list[str]:
    """What must hold on any machine: nothing double, nothing oversold, nobody lost."""
    found: list[str] = []
    if day := figures.get("crowd_day"):
        found += [f"waits told, {whose}: {_worth(worth)}" for whose, worth in _parts(day) if not within(worth)]
    if book := figures.get("book"):
        found += _bookings_broken(book)
    if cases := figures.get("cases"):
        found += cases_broken(cases)
    if afar := figures.get("distance"):
        found += distance_broken(afar)
    if "rush" not in figures:  # a section alone
        return found
    call, rush = figures["call_next"], figures["rush"]
    if call["doubles"]:
        found.append(f"{call['doubles']} numbers or windows were called twice")
    if call["called"] != call["expected"]:
        found.append(f"{call['expected']} windows called, {call['called']} got a number")
    if not rush["booked"] == rush["answered_booked"] == rush["taken"] == rush["places"]:
        found.append(
            f"{rush['places']} places, {rush['taken']} taken, {rush['booked']} booked, {rush['answered_booked']} told so"
        )
    if figures["issue"]["repeated_numbers"]:
        found.append(f"{figures['issue']['repeated_numbers']} numbers were given twice")
    return found


def _bookings_broken(book: dict[str, Any]) -> list[str]:
    found = []
    if book["wrong"]:
        found.append(f"{book['wrong']} slots count other than their appointments")
    refused = sum(row["not_booked"] for lines in (*book["processes"].values(), book["wrk"]) for row in lines.values())
    if refused:
        found.append(f"{refused} bookings were not made, with room for all")
    return found


def table(figures: dict[str, Any]) -> str:
    lines = rows(figures) if "rush" in figures else booking_rows(figures["book"]) if "book" in figures else []
    if cases := figures.get("cases"):
        lines += case_rows(cases)
    if afar := figures.get("distance"):
        lines += distance_rows(afar)
    if day := figures.get("crowd_day"):
        lines += [(f"Waits told, {whose}", f"{n} told; {worth}", AIM) for whose, n, worth in crowd_rows(day)]
    width = max(len(what) for what, _, _ in lines)
    return "\n".join(f"{what:<{width}}  {measured}   [{aim}]" for what, measured, aim in lines)


def markdown(figures: dict[str, Any]) -> str:
    return _tabled(f"{_where(figures['machine'])} The whole bench took {figures['seconds']} s.", rows(figures))


def cases_markdown(cases: dict[str, Any]) -> str:
    return _tabled(_where(cases["machine"]), case_rows(cases))


def distance_markdown(afar: dict[str, Any]) -> str:
    return _tabled(_where(afar["machine"]), distance_rows(afar))


def _where(machine: dict[str, Any]) -> str:
    return (
        f"Measured on {machine['cores']} cores ({machine['processor']}), {machine['memory_gib']} GiB, {machine['system']}, "
        f"Python {machine['python']}, PostgreSQL {machine['postgresql']}; load before the start {machine['load_1min']}."
    )


def _tabled(before: str, found: list[tuple[str, str, str]]) -> str:
    lines = [f"| {what} | {measured} | {aim} |" for what, measured, aim in found]
    return "\n".join([before, "", "| What | Measured | Aim |", "|---|---|---|", *lines])


AIM = "88–95 % held; within ±10 %"


def crowd_markdown(day: dict[str, Any]) -> str:
    lines = [
        f"A seeded crowd lived {day['days']} days of {day['hall']}; ±: two sampling errors, by which a part may lie outside.",
        "",
        f"| Waits told | How many | “At most” held; “about” off ({AIM}) |",
        "|---|---|---|",
        *(f"| {whose} | {n} | {worth} |" for whose, n, worth in crowd_rows(day)),
    ]
    return "\n".join(lines)


def refresh(doc: Path, figures: dict[str, Any]) -> None:
    """Put what was measured between its marks; a document without marks gets them at its end."""
    text = doc.read_text(encoding="utf-8") if doc.exists() else "# Bench\n"
    if "rush" in figures:
        text = _between(text, BEGIN, END, markdown(figures))
    if cases := figures.get("cases"):
        text = _between(text, CASES_BEGIN, CASES_END, cases_markdown(cases))
    if afar := figures.get("distance"):
        text = _between(text, DISTANCE_BEGIN, DISTANCE_END, distance_markdown(afar))
    if day := figures.get("crowd_day"):
        text = _between(text, CROWD_BEGIN, CROWD_END, crowd_markdown(day))
    doc.write_text(text, encoding="utf-8")


def _between(text: str, begin: str, end: str, told: str) -> str:
    block = f"{begin}\n{told}\n{end}"
    if begin in text and end in text:
        before, _, rest = text.partition(begin)
        return before + block + rest.partition(end)[2]
    return f"{text.rstrip()}\n\n{block}\n"
