"""`banshi crowd`: keep the halls alive, then say what was seen and whether the halls report the same.

Everything goes through the public API and its streams, with the keys of demo.json. The public is thinned out when the
clock runs so fast that the whole of it would be too much for a small machine; the output says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from banshi.crowd.client import Api, Closing
from banshi.crowd.hall import HallRun, Keys
from banshi.crowd.halls import Profile, profile_of
from banshi.crowd.halltime import EVERY_S, HallClock
from banshi.crowd.ledger import (
    CASE_COUNTS,
    WAY_COUNTS,
    Finding,
    Kept,
    Seen,
    by_window,
    compare,
    compare_cases,
    compare_ways,
    kept,
    kept_by,
    mean_of,
    totals,
)
from banshi.crowd.matter import known
from banshi.crowd.matters import Matters
from banshi.crowd.plan import Booked

PER_SECOND = 50.0  # requests of the whole crowd, at most
SPENT = 0.7  # of them by plan; the rest is for polling, pauses and second tries
PER_VISIT = 9.0  # requests a visit takes, from booking to rating
PEAK = 1.7  # busiest half hour over the mean of the day
DAY_S = 7 * 3600.0
SWITCH_EVERY_S = 3.0
SAVE_EVERY_S = 5.0
SLOW_S, QUICK_S, LEAST_EASE = 0.4, 0.15, 0.05
GONE_S = 2.5  # for comparing when told to go
GOING_S = 1.5  # for requests under way when told to go
WINDING_DOWN_S = 45.0  # for clerks to finish when a run of some minutes ends
LOOK_AHEAD = timedelta(days=40)


def main(url: str, demo_json: Path, options: dict[str, Any]) -> int:
    """Play until `minutes` of hall time are over or SIGTERM comes; then compare.

    :param options: halls (codes; empty: those the demo's switch names), speed (None: as it is), minutes (hall time;
        None: until told), seed, json; optional: scale (share of the public, default 1 or $BANSHI_CROWD_SCALE), quiet.
    :returns: 0 – the halls report what the crowd saw; 1 – they do not, or the server broke on a request.
    """
    crowd = Crowd(url, demo_json, options)
    try:
        return asyncio.run(crowd.play())
    except KeyboardInterrupt:
        return 1


def share_of_public(daily: float, speed: float, *, per_second: float = PER_SECOND) -> float:
    """Share of the public that may come so that the busiest half hour stays below `per_second` requests.

    :param daily: visitors a day of all halls played. :param speed: hall seconds per second.
    """
    busiest = daily / DAY_S * PEAK * PER_VISIT * speed
    return 1.0 if busiest <= 0 else min(1.0, per_second * SPENT / busiest)


class Crowd:
    def __init__(self, url: str, demo_json: Path, options: dict[str, Any]) -> None:
        self.url, self.options, self.demo_json = url, options, demo_json
        self.seed = int(options.get("seed") or 1)
        self.wanted = list(options.get("halls") or [])
        self.minutes: float | None = options.get("minutes")
        self.thin = float(options.get("scale") or os.environ.get("BANSHI_CROWD_SCALE") or 1.0)
        seeds = json.loads(demo_json.read_text(encoding="utf-8"))
        keys = seeds["keys"]
        self.keys = Keys(
            keys["channel"], keys["read"], keys["demo"], keys["kiosk"], keys["desk"], keys.get("staff", {})
        )
        # Windows that people sign in at by the logins of the demo are left to them.
        self.reserved = frozenset(str(login["user"]) for login in seeds.get("logins", {}).values())
        self.file = demo_json.with_name("crowd.json")
        self.kept: dict[str, Any] = {}
        self.clock = HallClock()
        self.api = Api(url, per_second=PER_SECOND)
        self.halls: dict[str, HallRun] = {}
        self.running: dict[str, asyncio.Task[None]] = {}
        self.profiles: dict[str, Profile] = {}
        self.before: dict[str, tuple[Counter[str], Counter[str], date, date]] = {}
        self.cases_before: dict[str, Counter[str]] = {}
        self.told = asyncio.Event()
        self.said_scale = -1.0
        self.idle_said = False
        self.ease = 1.0  # less while the server answers slowly
        self.began = time.monotonic()

    # ---- life ----

    async def play(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.told.set)
        try:
            work = asyncio.create_task(self._play())
            stop = asyncio.create_task(self.told.wait())
            await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
            if self.told.is_set():
                await self.api.finish(GOING_S)
                self.api.patience_s = 1.0  # the server is probably being stopped too
                work.cancel()
            with contextlib.suppress(asyncio.CancelledError, Closing):
                await work
            stop.cancel()
            await self._go_home()
            return await self._report()
        finally:
            await self.api.close()

    async def _play(self) -> None:
        await self._ask_time()
        if self.options.get("speed"):
            await self.api.put("/demo/clock", self.keys.demo, {"speed": self.options["speed"]})
            await self._ask_time()
        self._recall()
        until = self.clock.now() + timedelta(minutes=self.minutes) if self.minutes else None
        self._say(
            f"crowd at {self.url}: {self.clock.now():%Y-%m-%d %H:%M}, {self.clock.speed:g} hall seconds a second, "
            f"seed {self.seed}"
        )
        helpers = [asyncio.create_task(self._follow_clock()), asyncio.create_task(self._keep())]
        try:
            news_at = self.clock.now()
            while until is None or self.clock.now() < until:
                await self._switch()
                self._spare()
                self._say_scale()
                if abs(self.clock.now() - news_at) >= timedelta(hours=1):
                    news_at = self.clock.now()
                    self._say_news()
                step = self.clock.now() + timedelta(days=9)
                await self.clock.sleep_until(min(until, step) if until else step, most_s=SWITCH_EVERY_S)
            await asyncio.gather(*(hall.wind_down(WINDING_DOWN_S) for hall in self.halls.values()))
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _go_home(self) -> None:
        await self.api.finish(GOING_S)
        for task in self.running.values():
            task.cancel()
        await asyncio.gather(*self.running.values(), return_exceptions=True)
        await asyncio.gather(*(hall.end() for hall in self.halls.values()))
        self._save()

    # ---- time ----

    async def _ask_time(self) -> None:
        sent = time.monotonic()
        reply = await self.api.get("/demo/clock", self.keys.demo)
        if not reply.ok:
            raise SystemExit(f"the clock does not answer: {reply.status} {reply.slug}")
        middle = (sent + time.monotonic()) / 2
        self.clock.heard(datetime.fromisoformat(reply.body["now"]), float(reply.body["speed"]), asked_at=middle)

    async def _follow_clock(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            with contextlib.suppress(SystemExit):
                await self._ask_time()

    def scale(self) -> float:
        """Share of the public that comes at the present speed."""
        daily = sum(self.profiles[code].daily_arrivals for code, hall in self.halls.items() if hall.on)
        return min(self.thin, share_of_public(daily, self.clock.speed)) * self.ease

    def _spare(self) -> None:
        """A slow server gets fewer people, and more of them again once it is quick."""
        if self.api.takes_s > SLOW_S:
            self.ease = max(LEAST_EASE, self.ease * 0.8)
        elif self.api.takes_s < QUICK_S:
            self.ease = min(1.0, self.ease * 1.1)

    # ---- which halls ----

    async def _switch(self) -> None:
        codes = self.wanted
        if unknown := sorted(set(codes) - set(self.keys.kiosk)):
            known = ", ".join(sorted(self.keys.kiosk))
            raise SystemExit(f"demo.json has no keys for {', '.join(unknown)}; there are: {known}")
        if not codes:
            reply = await self.api.get("/demo/crowd", self.keys.demo)
            if not reply.ok:
                return
            codes = [code for code in reply.body["halls"] if code in self.keys.kiosk]
        if not codes and not self.idle_said:
            self._say("the demo's switch names no hall; waiting")
        self.idle_said = not codes
        for code in codes:
            if code not in self.running:
                await self._open(code)
            elif not self.halls[code].on:
                self.halls[code].on = True
                self.halls[code].jumps = -1
                self._say(f"{code}: the crowd is back")
        for code, hall in self.halls.items():
            if code not in codes and hall.on:
                self._say(f"{code}: switched off; clerks finish those they serve and sign out")
                hall.on = False
                hall.wake_all()
            task = self.running[code]
            if (
                task.done()
                and not task.cancelled()
                and (trouble := task.exception())
                and not isinstance(trouble, Closing)
            ):
                self.api.traffic.broken[f"{code}: {type(trouble).__name__}: {trouble}"[:160]] += 1
                self.running[code] = asyncio.create_task(hall.run())

    async def _open(self, code: str) -> None:
        self.profiles[code] = profile_of(code)
        await self._baseline(code)
        kept = self.kept.get(code, {})
        booked = []
        for row in kept.get("booked", []):
            with contextlib.suppress(KeyError, TypeError, ValueError):
                booked.append(Booked.known(row))
        matters = []
        for row in kept.get("matters", []):
            with contextlib.suppress(KeyError, TypeError):
                matters.append(known(row))
        hall = HallRun(
            code, api=self.api, clock=self.clock, keys=self.keys, profile=self.profiles[code], seed=self.seed,
            scale=self.scale, say=self._say, reserved=self.reserved, booked=booked,
            at_windows=dict(kept.get("at_windows", {})), matters=matters,
        )  # fmt: skip
        self.halls[code] = hall
        self.running[code] = asyncio.create_task(hall.run())

    # ---- what is kept for the next run ----

    def _recall(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            if kept.get("channel") == self.keys.channel and kept.get("url") == self.url:
                self.kept = kept.get("halls", {})

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            self._save()

    def _save(self) -> None:
        halls = {
            code: {
                "booked": [b.kept() for b in hall.booked if not b.done],
                "at_windows": hall.at_windows,
                "matters": [each.kept() for each in hall.matters.open.values()] if hall.matters is not None else [],
            }
            for code, hall in self.halls.items()
        }
        draft = self.file.with_suffix(".json.new")
        with contextlib.suppress(OSError):
            draft.write_text(
                json.dumps({"url": self.url, "channel": self.keys.channel, "halls": {**self.kept, **halls}}),
                encoding="utf-8",
            )
            draft.chmod(0o600)
            draft.replace(self.file)

    # ---- what is said ----

    def _say(self, text: str) -> None:
        if not self.options.get("quiet"):
            out = sys.stderr if self.options.get("json") else sys.stdout
            out.write(text + "\n")
            out.flush()

    def _say_scale(self) -> None:
        scale = round(self.scale(), 2)
        moved = abs(scale - self.said_scale) > 0.3 * max(self.said_scale, 0.0) or (scale == 1) != (self.said_scale == 1)
        if moved and any(hall.on for hall in self.halls.values()):
            self.said_scale = scale
            why = f"{self.clock.speed:g} hall seconds a second, at most {PER_SECOND:g} requests a second"
            if self.ease < 1:
                why += f"; the server takes {self.api.takes_s * 1000:.0f} ms"
            self._say(f"{scale:.0%} of the public comes ({why})" if scale < 1 else f"the whole public comes ({why})")

    def _say_news(self) -> None:
        for code, hall in self.halls.items():
            counts, wait = hall.seen.counts, mean_of(hall.seen.waits)
            if hall.on and (counts["tickets"] or counts["appointments"]):
                self._say(
                    f"{self.clock.now():%m-%d %H:%M} {code}: {counts['tickets']} numbers, {counts['served']} served, "
                    f"{counts['missed']} missed, {counts['appointments']} booked"
                    + (f", mean wait {wait / 60:.1f} min" if wait is not None else "")
                    + (f"; {counts['cases_opened']} cases" if counts["cases_opened"] else "")
                )

    # ---- comparing ----

    async def _visits(self, code: str, first: date, last: date, by: str | None) -> list[Any]:
        return await self.api.pages(
            "/stats/visits", self.keys.read, hall=code, by=by, **{"from": first.isoformat(), "to": last.isoformat()}
        )

    async def _baseline(self, code: str) -> None:
        first = self.clock.now().date()
        last = first + LOOK_AHEAD
        days = totals(await self._visits(code, first, last, "day"))
        windows = by_window(await self._visits(code, first, last, "window"))
        self.before[code] = (days, windows, first, last)
        self.cases_before[code] = await self._cases(code, first, last)

    async def _cases(self, code: str, first: date, last: date) -> Counter[str]:
        """Cases of a hall that works them, as its figures count them; nothing of another."""
        if code not in self.keys.staff:
            return Counter()
        days = {"from": first.isoformat(), "to": last.isoformat()}
        rows = await self.api.pages("/stats/cases", self.keys.read, hall=code, by="day", **days)
        return totals(rows, CASE_COUNTS)

    async def _report(self) -> int:
        self.api.closing = False
        compared = [asyncio.create_task(self._compared(code, hall)) for code, hall in self.halls.items()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GONE_S if self.told.is_set() else None):
                await asyncio.gather(*compared, return_exceptions=True)
        findings: list[Finding] = []
        trouble = ""
        for each in compared:
            try:
                findings += each.result()
            except asyncio.CancelledError:
                trouble = trouble or "no answer in time"
            except (RuntimeError, TypeError) as error:
                trouble = trouble or str(error)
        return self._tell(findings, trouble)

    async def _compared(self, code: str, hall: HallRun) -> list[Finding]:
        before, windows_before, first, last = self.before[code]
        stayed_in = all(first <= day <= last for day in hall.days)
        if not stayed_in:
            # The clock was set to days that were not looked at before: what was there then is unknown.
            return [Finding(code, "all counts", None, None, "skipped")]
        findings: list[Finding] = []
        if hall.matters is not None and not self.told.is_set():
            await hall.matters.check_open()
        for attempt in range(4):  # no-shows are found by a job
            hall.settle()
            rows = await self._visits(code, first, last, "day")
            windows = by_window(await self._visits(code, first, last, "window"))
            total = next(iter(await self._visits(code, first, last, None)), None)
            findings = compare(
                hall.seen, before=before, after=totals(rows), windows_before=windows_before, windows_after=windows,
                times=total if not before["tickets"] else None,
                clock_s=0.5 * self.clock.speed + self.clock.off_s,
            )  # fmt: skip
            findings += compare_cases(
                hall.seen, before=self.cases_before[code], after=await self._cases(code, first, last)
            )
            if not any(f.bad for f in findings) or attempt == 3:
                break
            await asyncio.sleep(1.5)
        if hall.matters is not None:
            findings += compare_ways(code, hall.matters.ways)
        if self.told.is_set():
            return findings  # asking about everybody who waits would take too long now
        live = await self.api.get(f"/halls/{code}/live", self.keys.read)
        if live.ok:
            mine = await self._still_waiting(hall)
            verdict = "same" if live.body["waiting"] == mine else "others" if live.body["waiting"] > mine else "differs"
            findings.append(Finding(code, "waiting now", mine, live.body["waiting"], verdict))
        return findings

    async def _still_waiting(self, hall: HallRun) -> int:
        """Those of the crowd whom the hall still shows as waiting; asked one by one, so only for so many."""
        waiting = 0
        for ref in list(hall.guests)[:300]:
            reply = await self.api.get(f"/tickets/{ref}", self.keys.kiosk[hall.code])
            waiting += reply.ok and reply.body["state"] == "waiting"
        return waiting

    def _tell(self, findings: list[Finding], trouble: str) -> int:
        traffic = self.api.traffic
        late = sorted(s * 1000 for hall in self.halls.values() for s in hall.phones.late_s)
        wrong = sum(hall.phones.wrong for hall in self.halls.values())
        bad = any(f.bad for f in findings) or bool(traffic.broken) or wrong > 0
        bad = bad or (bool(trouble) and not self.told.is_set())  # told to go, the server may have gone first
        report = {
            "ok": not bad,
            "seed": self.seed,
            "share_of_public": self.said_scale if self.said_scale >= 0 else None,
            "seconds": round(time.monotonic() - self.began, 1),
            "halls": {code: _seen(hall.seen) for code, hall in self.halls.items()},
            "findings": [{**f.__dict__} for f in findings],
            "matters": {code: _lived(hall.matters) for code, hall in self.halls.items() if hall.matters is not None},
            "traffic": {
                "requests": traffic.requests, "refusals": dict(traffic.refusals), "broken": dict(traffic.broken),
                "server_away": traffic.away, "phones_followed": len(late), "phones_wrong": wrong,
                "phone_ms_p50": round(late[len(late) // 2], 1) if late else None,
            },
            "trouble": trouble,
        }  # fmt: skip
        if self.options.get("json"):
            sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        else:
            sys.stdout.write(_table(report) + "\n")
        sys.stdout.flush()
        return 1 if bad else 0


def _seen(seen: Seen) -> dict[str, Any]:
    wait, handling = mean_of(seen.waits), mean_of(seen.handlings)
    return {
        **dict(sorted(seen.counts.items())),
        "mean_wait_min": round(wait / 60, 2) if wait is not None else None,
        "mean_handling_min": round(handling / 60, 2) if handling is not None else None,
        "promises": _promises(seen),
        "turned_away": dict(seen.turned_away),
        "strangers": seen.strangers,
        "unsure": seen.unsure,
    }


def _lived(matters: Matters) -> dict[str, Any]:
    """Matters by kind of way – begun, ended, with a difference –, and each difference with its case and step."""
    ways = {way: {what: counts[what] for what in WAY_COUNTS} for way, counts in sorted(matters.ways.items())}
    return {"ways": ways, "differences": matters.differences}


def _promises(seen: Seen) -> dict[str, Any] | None:
    whole = kept(seen.promises)
    if whole is None:
        return None
    by = {
        "by_category": kept_by(seen.promises, lambda told: told.category),
        "by_hour": kept_by(seen.promises, lambda told: f"{told.hour:02}"),
    }
    return {
        **_rounded(whole),
        **{name: {part: _rounded(worth) for part, worth in parts.items()} for name, parts in by.items()},
    }


def _rounded(worth: Kept) -> dict[str, Any]:
    return {"n": worth.n, "at_most": round(worth.at_most, 4), "likely_off": round(worth.likely_off, 4)}


def _table(report: dict[str, Any]) -> str:
    signs = {"same": "=", "others": "≤", "differs": "≠", "skipped": "·"}
    lines = ["", f"{'hall':<12}{'what':<32}{'seen':>10}{'':^5}{'reported':>10}"]
    for f in report["findings"]:
        seen, reported = ("–" if v is None else f"{v:g}" for v in (f["seen"], f["reported"]))
        lines.append(f"{f['hall']:<12}{f['what']:<32}{seen:>10}{signs[f['verdict']]:^5}{reported:>10}")
    for hall, seen_there in report["halls"].items():
        if told := seen_there["promises"]:
            lines.append(
                f"{hall:<12}waits told to {told['n']}: at most kept in {told['at_most']:.0%}, about {told['likely_off']:+.0%}"
            )
    lines += [f"{hall:<12}{each}" for hall, said in report["matters"].items() for each in said["differences"]]
    traffic = report["traffic"]
    lines += [
        "",
        f"{traffic['requests']} requests in {report['seconds']:g} s; refusals: {_list(traffic['refusals'])}",
        f"phones followed live: {traffic['phones_followed']}"
        + (
            f", half of them heard within {traffic['phone_ms_p50']:g} ms" if traffic["phone_ms_p50"] is not None else ""
        ),
    ]
    if traffic["server_away"]:
        lines.append(f"the server did not answer {traffic['server_away']} times; what was asked then was asked again")
    if traffic["broken"]:
        lines.append(f"BROKEN: {_list(traffic['broken'])}")
    if report["trouble"]:
        lines.append(f"the halls could not be asked: {report['trouble']}")
    lines.append("= equal  ≤ others were there too  ≠ differs  · not compared")
    if report["trouble"]:
        lines.append("Not everything could be compared.")
    else:
        lines.append(f"The halls {'report' if report['ok'] else 'do NOT report'} what the crowd saw.")
    return "\n".join(lines)


def _list(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
