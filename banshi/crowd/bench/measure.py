"""What is measured, each a function of a running installation that returns figures. Times in milliseconds, rates a second."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from banshi.crowd.bench import fill, wrk
from banshi.crowd.bench.figures import median, ms, percentile, ratio
from banshi.crowd.bench.ground import DAY, OPENING, Installation, Worker
from banshi.crowd.bench.pages import pages
from banshi.crowd.bench.processor import Spent, spent
from banshi.crowd.bench.yardstick import Yardstick

HALL = "dongguan"
RUSH_HALL, RUSH_PLACES = "nancheng", 180
LATE_ROUNDS = 20  # how often a called phone that has not heard yet is asked again
Say = Callable[[str], None]


class Bench:
    """Keeps what the measurements share: bookable pairs of slot and item, windows with their keys, fresh people."""

    def __init__(self, on: Installation, *, quick: bool, say: Say) -> None:
        self.on, self.quick, self.say = on, quick, say
        self._people = 10_000_000  # numbers of people used so far
        self.windows: list[tuple[str, str]] = sorted(
            (code, key) for code, key in on.keys["desk"].items() if code.startswith(f"{HALL}-")
        )
        hall = on.get(f"/halls/{HALL}", on.keys["read"])
        self.categories: list[str] = [c["code"] for c in hall["categories"]]
        bookable = self._pairs(HALL)
        self._open_wide(list(bookable))
        # Today's are kept for the people who are due while numbers are taken.
        self.today, self.pairs = (
            sorted((slot, item) for slot, (item, day) in bookable.items() if (day == DAY) is today)
            for today in (True, False)
        )
        self._book_one()
        self.yardstick = Yardstick(on, self.pairs, people=20_000 if quick else 200_000, now=OPENING)

    def people(self, many: int = 200_000) -> int:
        """The first number of people nobody has used yet."""
        self._people += many
        return self._people - many

    def _pairs(self, hall: str) -> dict[int, tuple[str, str]]:
        """Bookable slots with an item of theirs, one item per category, and their day."""
        items: dict[str, list[str]] = {}
        for row in self.on.pages(f"/items?hall={hall}", self.on.keys["read"]):
            if row["category"] and row["bookable"]:
                items.setdefault(row["category"]["code"], []).append(row["code"])
        pairs: dict[int, tuple[str, str]] = {}
        for category in sorted(items)[: 6 if self.quick else None]:
            for code in items[category][:3]:
                rows = self.on.pages(f"/halls/{hall}/slots?item={code}", self.on.keys["channel"])
                free = [(row["id"], row["starts_at"][:10]) for row in rows if row["bookable"]]
                for slot, day in free:
                    pairs.setdefault(slot, (code, day))
                if free:
                    break
        return pairs

    def _open_wide(self, slots: list[int]) -> None:
        """Room for everybody: what is measured is the work, not the shortage."""
        self.on.sql("UPDATE booking_slot SET quota = 10000000, touched = true WHERE id = ANY(%s)", [slots])

    def _book_one(self) -> None:
        run = self.on.load(
            kind="book",
            mode="loop",
            clients=1,
            most=1,
            key=self.on.keys["channel"],
            pairs=self.pairs,
            first=self.people(1),
        )
        outcome = run.go()["outcomes"]
        if outcome != {"201": 1}:
            raise RuntimeError(f"a first booking was not made: {outcome}")

    # ---- booking ----

    def bookings(self, clients: int, seconds: float) -> dict[str, Any]:
        run = self.on.load(
            kind="book", mode="loop", clients=clients, seconds=seconds, key=self.on.keys["channel"], pairs=self.pairs,
            first=self.people(), ahead=int(seconds * 2500), processes=1,
        )  # fmt: skip
        result = run.go()
        made = result["outcomes"].get("201", 0)
        return {
            "per_s": made / result["seconds"], "latencies": result["latencies"], "made": made,
            "other": sum(result["outcomes"].values()) - made, "outcomes": result["outcomes"],
        }  # fmt: skip

    def book(self) -> dict[str, Any]:
        """Bookings over HTTP and pgbench in turn, with one and with two web processes (production's), at 16, 64 and 128
        clients; medians of the turns. And the same by a client of somebody else's making."""
        found: dict[str, Any] = {"processes": {}, "wrk": {}}
        for processes in (1, 2):
            self.on.serve(processes)
            found["processes"][str(processes)] = {str(n): self._book_line(n) for n in (16, 64, 128)}
        seconds = 1 if self.quick else 6
        for clients in (16,) if self.quick else (16, 64, 128):
            first = self.people(wrk.MOST_PER_S * seconds)
            row = wrk.wrk(self.on, clients=clients, seconds=seconds, pairs=self.pairs, first=first)
            if row is None:
                self.say("wrk is not installed: no second client")
                break
            row["pgbench_per_s"] = found["processes"]["2"][str(clients)]["pgbench_per_s"]
            row["ratio"] = ratio(row["per_s"], row["pgbench_per_s"])
            found["wrk"][str(clients)] = row
            self.say(f"book by wrk, {clients} clients: {row}")
        self.on.serve(1)
        best = max((row for rows in found["processes"].values() for row in rows.values()), key=lambda row: row["per_s"])
        found |= {name: best[name] for name in ("per_s", "pgbench_per_s", "ratio", "p99_ms")}
        found["wrong"] = self._wrong_slots()
        return found

    def _book_line(self, clients: int) -> dict[str, Any]:
        turns, seconds = (1, 1) if self.quick else (3, 5)
        if not self.quick:  # warm: each process has prepared its statements
            self.bookings(clients, 3)
            self.yardstick.run(clients, 1)
        ours, theirs, latencies, other, made = [], [], [], 0, 0
        used = Spent()
        for _ in range(turns):
            with spent(self.on) as turn:
                mine = self.bookings(clients, 0.5 if self.quick else seconds)
            used.web, used.database = used.web + turn.web, used.database + turn.database
            ours.append(mine["per_s"])
            latencies += mine["latencies"]
            other += mine["other"]
            made += mine["made"]
            theirs.append(self.yardstick.run(clients, seconds))
        row = {
            "per_s": round(median(ours)), "pgbench_per_s": round(median(theirs)),
            "ratio": ratio(median(ours), median(theirs)), "p50_ms": ms(percentile(latencies, 0.5)),
            "p99_ms": ms(percentile(latencies, 0.99)), "not_booked": other, **used.per_request(made),
            "runs": [round(x) for x in ours], "pgbench_runs": [round(x) for x in theirs],
        }  # fmt: skip
        self.say(f"book, {clients} clients, web processes {self.on.processes}: {row}")
        return row

    def _wrong_slots(self) -> int:
        """Slots whose count of places taken is not the number of their live appointments."""
        return int(
            self.on.sql(
                "SELECT count(*) FROM booking_slot s WHERE s.id = ANY(%s) AND s.taken <> (SELECT count(*) FROM "
                "booking_appointment a WHERE a.slot_id = s.id AND a.state IN ('booked', 'checked_in'))",
                [[slot for slot, _ in self.pairs]],
            )[0][0]
        )

    # ---- calling ----

    def sign_in(self) -> None:
        run = self.on.load(kind="sign_in", mode="loop", clients=4, most=len(self.windows), windows=self.windows)
        outcomes = run.go()["outcomes"]
        if outcomes != {"200": len(self.windows)}:
            raise RuntimeError(f"not every window could be signed in: {outcomes}")

    def call_round(self, *, spread_s: float, waiting: int, seed: int = 1) -> dict[str, Any]:
        """Every window calls once. People are left in the line so that nobody's answer is an easy 'nobody waits'."""
        fill.clear_line(self.on, HALL)
        fill.line(self.on, HALL, waiting, OPENING)
        self.on.sql("ANALYZE tickets_ticket")
        run = self.on.load(
            kind="call", mode="burst", clients=len(self.windows), windows=self.windows, spread_s=spread_s, seed=seed
        )
        result = run.go()
        refs = [ref for ref in result["bodies"] if ref]
        twice = self.on.sql(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM tickets_call c JOIN tickets_ticket t ON t.id = c.ticket_id "
            "WHERE t.ref = ANY(%s) GROUP BY t.id HAVING count(*) > 1) x), (SELECT count(*) FROM (SELECT 1 FROM "
            "tickets_ticket WHERE state IN ('called', 'serving') GROUP BY window_id HAVING count(*) > 1) y)",
            [refs],
        )[0]
        doubles = len(refs) - len(set(refs)) + int(twice[0]) + int(twice[1])
        return {
            "latencies": result["latencies"], "called": len(refs), "doubles": doubles, "outcomes": result["outcomes"],
            "seconds": result["seconds"],
        }  # fmt: skip

    def call_next(self) -> dict[str, Any]:
        """270 windows calling in the same instant, and the same windows calling within ten seconds."""
        rounds = 1 if self.quick else 5
        waiting = 4 * len(self.windows)
        self.sign_in()
        self.call_round(spread_s=0.0, waiting=waiting)  # warm
        at_once, doubles, called, lasted = [], 0, 0, []
        outcomes: dict[str, int] = {}
        for _ in range(rounds):
            one = self.call_round(spread_s=0.0, waiting=waiting)
            at_once += one["latencies"]
            doubles += one["doubles"]
            called += one["called"]
            for name, count in one["outcomes"].items():
                outcomes[name] = outcomes.get(name, 0) + count
            lasted.append(one["seconds"])
        paced = []
        for n in range(1 if self.quick else 2):
            one = self.call_round(spread_s=3.0 if self.quick else 10.0, waiting=waiting, seed=n)
            paced += one["latencies"]
            doubles += one["doubles"]
        found = {
            "windows": len(self.windows), "doubles": doubles, "p99_ms": ms(percentile(at_once, 0.99)),
            "p50_ms": ms(percentile(at_once, 0.5)), "rounds": rounds, "called": called, "expected": rounds * len(self.windows),
            "round_ms": ms(median(lasted)), "paced_p50_ms": ms(percentile(paced, 0.5)),
            "paced_p99_ms": ms(percentile(paced, 0.99)), "outcomes": outcomes,
        }  # fmt: skip
        self.say(f"call next: {found}")
        return found

    # ---- taking a number ----

    def issue(self) -> dict[str, Any]:
        """Walk-in numbers at kiosks for new people: 16 and 64 machines at an empty hall; 64 with three thousand waiting, and
        with three thousand booked people due."""
        lines, outcomes = [], Counter[str]()
        many = 300 if self.quick else 3000
        for waiting, due, clients in ((0, 0, 16), (0, 0, 64), (many, 0, 64), (0, many, 64)):
            fill.clear_line(self.on, HALL)
            if waiting:
                fill.line(self.on, HALL, waiting, OPENING)
            if due:
                self._book_today(due)
            self.on.sql("ANALYZE tickets_ticket, booking_appointment")
            self._numbers(clients, 0.2 if self.quick else 0.5)  # warm
            run = self._numbers(clients, 0.5 if self.quick else 6)
            outcomes.update(run["outcomes"])
            lines.append(
                {
                    "waiting": waiting, "due": due, "clients": clients,
                    "per_s": round(run["outcomes"].get("201", 0) / run["seconds"]),
                    "p50_ms": ms(percentile(run["latencies"], 0.5)), "p99_ms": ms(percentile(run["latencies"], 0.99)),
                }
            )  # fmt: skip
        repeated = self.on.sql(
            "SELECT count(*) FROM (SELECT 1 FROM tickets_ticket WHERE day = %s "
            "GROUP BY hall_id, letter, seq HAVING count(*) > 1) x",
            [DAY],
        )[0][0]
        found = {"lines": lines, "repeated_numbers": int(repeated), "outcomes": dict(outcomes)}
        self.say(f"ticket issue: {found}")
        return found

    def _book_today(self, count: int) -> None:
        outcomes = self.on.load(
            kind="book", mode="loop", clients=16, most=count, key=self.on.keys["channel"], pairs=self.today, first=self.people(),
        ).go()["outcomes"]  # fmt: skip
        if outcomes != {"201": count}:
            raise RuntimeError(f"not everybody could be booked for today: {outcomes}")

    def _numbers(self, clients: int, seconds: float) -> dict[str, Any]:
        return self.on.load(
            kind="issue", mode="loop", clients=clients, seconds=seconds, key=self.on.keys["kiosk"][HALL], hall=HALL,
            categories=self.categories, first=self.people(), ahead=int(seconds * 1500),
        ).go()  # fmt: skip

    # ---- the rush ----

    def rush(self) -> dict[str, Any]:
        """Everybody wants one of 180 places of a morning."""
        people = 2_000 if self.quick else 20_000
        pairs = self._rush_pairs()
        slots = [slot for slot, _ in pairs]
        run = self.on.load(
            kind="book", mode="loop", clients=256, most=people, key=self.on.keys["channel"], pairs=pairs,
            first=self.people(), ahead=people, processes=1,
        )  # fmt: skip
        result = run.go()
        booked, taken, places = self.on.sql(
            "SELECT (SELECT count(*) FROM booking_appointment WHERE slot_id = ANY(%s) AND state = 'booked'), "
            "sum(taken), sum(quota) FROM booking_slot WHERE id = ANY(%s)",
            [slots, slots],
        )[0]
        outcomes = result["outcomes"]
        full = outcomes.get("409 slot-full", 0)
        found = {
            "people": people, "places": int(places), "booked": int(booked), "answered_booked": outcomes.get("201", 0),
            "taken": int(taken), "slot_full": full, "other": people - full - outcomes.get("201", 0),
            "p50_ms": ms(percentile(result["latencies"], 0.5)), "p99_ms": ms(percentile(result["latencies"], 0.99)),
            "seconds": round(result["seconds"], 1), "per_s": round(people / result["seconds"]), "clients": 256,
            "outcomes": outcomes,
        }  # fmt: skip
        self.say(f"rush: {found}")
        return found

    def _rush_pairs(self) -> list[tuple[int, str]]:
        """Six slots of one business on one day, 180 places in all, none taken."""
        items = [
            row["code"]
            for row in self.on.pages(f"/items?hall={RUSH_HALL}", self.on.keys["read"])
            if row["bookable"] and row["category"]
        ]
        for item in items:
            rows = self.on.pages(f"/halls/{RUSH_HALL}/slots?item={item}", self.on.keys["channel"])
            day = next((row["starts_at"][:10] for row in rows if row["bookable"]), None)
            slots = [row["id"] for row in rows if row["bookable"] and row["starts_at"][:10] == day][:6]
            if len(slots) < 6:
                continue
            quota = RUSH_PLACES // len(slots)
            self.on.sql(
                "UPDATE booking_slot SET quota = %s, touched = true WHERE id = ANY(%s) AND taken = 0", [quota, slots]
            )
            return [(slot, item) for slot in slots]
        raise RuntimeError(f"{RUSH_HALL} has no day with six free periods")

    # ---- pushes ----

    def push(self, watchers: int) -> dict[str, Any]:
        """So many phones each follow their own number in one hall; one window after the other calls."""
        calls, gap_s = (8, 0.5) if self.quick else (25, 0.8 if watchers <= 1000 else 1.6)
        fill.clear_line(self.on, HALL)
        refs = fill.line(self.on, HALL, watchers, OPENING)
        self.on.sql("ANALYZE tickets_ticket")
        random.Random(1).shuffle(refs)  # noqa: S311
        crowd = [self.on.worker("banshi.crowd.bench.watch") for _ in range(2)]
        for n, worker in enumerate(crowd):
            worker.say(json.dumps({"port": self.on.port, "refs": refs[n::2]}))
        followed = sum(int(worker.hear().split()[1]) for worker in crowd)
        time.sleep(1.0)
        _take(crowd)
        called: dict[str, float] = {}
        answered: dict[str, float] = {}
        to_all: list[float] = []
        for n in range(calls + LATE_ROUNDS):
            if n < calls:
                ref, answered_at = self._one_call(n)
                answered[ref] = answered_at
            elif len(called) == calls:
                break
            time.sleep(gap_s)
            heard = _take(crowd)
            to_all += [max(0.0, at - answered_at) for at in heard["events"]]
            for each, at in heard["called"].items():  # a late word counts too, with the time it took
                if each in answered:
                    called.setdefault(each, max(0.0, at - answered[each]))
        for worker in crowd:
            worker.end()
            self.on.helpers.remove(worker)
        found = {
            "watchers": watchers, "followed": followed, "calls": calls, "heard": len(called),
            "p50_ms": ms(percentile(list(called.values()), 0.5)) if called else None,
            "p99_ms": ms(percentile(list(called.values()), 0.99)) if called else None,
            "all_events": len(to_all), "all_p50_ms": ms(percentile(to_all, 0.5)) if to_all else None,
            "all_p99_ms": ms(percentile(to_all, 0.99)) if to_all else None,
        }  # fmt: skip
        self.say(f"push: {found}")
        return found

    def _one_call(self, n: int) -> tuple[str, float]:
        window = self.windows[n % len(self.windows)]
        result = self.on.load(kind="call", mode="burst", clients=1, windows=[window]).go()
        return result["bodies"][0], result["answered_at"][0]

    # ---- history ----

    def pace(self) -> dict[str, Any]:
        """What history must not slow: bookings a second at 16 clients, the time of one call, the yardstick."""
        turns, seconds = (1, 1) if self.quick else (3, 4)
        book = median([self.bookings(16, seconds)["per_s"] for _ in range(turns)])
        calls = [latency for _ in range(turns) for latency in self._calls_one_by_one()]
        return {
            "book_per_s": book, "call_p50_s": percentile(calls, 0.5), "call_p99_s": percentile(calls, 0.99),
            "pgbench_per_s": median([self.yardstick.run(16, seconds) for _ in range(turns)]),
        }  # fmt: skip

    def history(self, before: dict[str, Any]) -> dict[str, Any]:
        """The same again with a hundred days in the tables where there was one. Ratios: how many times as dear."""
        days = 3 if self.quick else 100
        before_rows = before.pop("rows")
        began = time.monotonic()
        fill.history(self.on, first=2, last=days)
        fill.settle(self.on)
        took = time.monotonic() - began
        after = self.pace()
        found = {
            "book_ratio": round(before["book_per_s"] / after["book_per_s"], 2),
            "call_ratio": round(after["call_p50_s"] / before["call_p50_s"], 2),
            "pgbench_ratio": round(before["pgbench_per_s"] / after["pgbench_per_s"], 2),
            "days": days, "book_per_s": [round(before["book_per_s"]), round(after["book_per_s"])],
            "call_p50_ms": [ms(before["call_p50_s"]), ms(after["call_p50_s"])],
            "call_p99_ms": [ms(before["call_p99_s"]), ms(after["call_p99_s"])],
            "rows_before": before_rows, "rows": fill.rows(self.on), "filled_in_s": round(took),
        }  # fmt: skip
        self.say(f"history: {found}")
        return found

    def pages(self, days: int) -> dict[str, Any]:
        """Pages that read what so many days have left."""
        found = pages(self.on, HALL, self.pairs[0][1], days=days, quick=self.quick)
        self.say(f"pages: {found}")
        return found

    def _calls_one_by_one(self) -> list[float]:
        """Half of the windows call one after the other: what one call takes when nothing queues for the processor."""
        fill.clear_line(self.on, HALL)
        fill.line(self.on, HALL, 4 * len(self.windows), OPENING)
        self.on.sql("ANALYZE tickets_ticket")
        run = self.on.load(kind="call", mode="loop", clients=1, most=len(self.windows) // 2, windows=self.windows)
        latencies: list[float] = run.go()["latencies"]
        return latencies

    def before_history(self) -> dict[str, Any]:
        fill.people(self.on, "past", fill.POOL)
        fill.history(self.on, first=1, last=1)
        fill.settle(self.on)
        self.sign_in()
        self.bookings(16, 0.5 if self.quick else 2)  # warm
        self._calls_one_by_one()
        rows = fill.rows(self.on)
        return {**self.pace(), "rows": rows}


def _take(crowd: list[Worker]) -> dict[str, Any]:
    for worker in crowd:
        worker.say("take")
    parts = [json.loads(worker.hear()) for worker in crowd]
    return {
        "called": {ref: at for part in parts for ref, at in part["called"].items()},
        "events": [at for part in parts for at in part["events"]],
    }
