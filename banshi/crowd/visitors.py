"""The public: booking by the channel, cancelling and moving, arriving at the kiosk, following the phone, rating."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from banshi.crowd import plan
from banshi.crowd.client import Reply
from banshi.crowd.dice import dice, weighted
from banshi.crowd.guest import Guest

if TYPE_CHECKING:
    from banshi.crowd.hall import HallRun

SLOTS_KNOWN = timedelta(minutes=20)  # how long a phone shows the places it has loaded
SOME_OTHER_TIME = (
    "limit-half-day",
    "suspended",
    "limit-live",
    "same-time",
    "not-bookable",
    "item-not-here",
    "item-retired",
    "out-of-season",
)
WORDS = ("等得久了一点，不过办得很清楚。", "材料说明不够清楚，跑了两趟。", "工作人员态度很好。")


class Phones:
    """Phones that follow a number: some by the live stream, others look once in a while."""

    STREAMS = 12  # of one hall at a time

    def __init__(self) -> None:
        self.open = 0
        self.late_s: list[float] = []  # machine seconds from the clerk's answer to the phone's event
        self.wrong = 0

    def follow(self, hall: HallRun, ref: str, guest: Guest) -> None:
        if self.open < self.STREAMS:
            self.open += 1
            hall.spawn(self._stream(hall, ref, guest))
        elif dice(hall.seed, ref, "looks").random() < 0.25:
            hall.later(hall.clock.now() + timedelta(minutes=4), lambda: self._look(hall, ref))

    async def _stream(self, hall: HallRun, ref: str, guest: Guest) -> None:
        events = hall.api.events(f"/live/tickets/{ref}")
        try:
            async for state in events:
                if not state:
                    continue
                if state["id"] != ref:
                    self.wrong += 1
                if state["state"] == "called" and guest.heard_at is None:
                    guest.heard_at = time.monotonic()
                if state["state"] in ("serving", "finished", "missed", "closed", "left", "redirected"):
                    return
        finally:
            self.open -= 1
            await events.aclose()  # type: ignore[attr-defined]

    async def _look(self, hall: HallRun, ref: str) -> None:
        reply = await hall.api.get(f"/tickets/{ref}", hall.keys.kiosk[hall.code])
        self.wrong += reply.ok and reply.body["id"] != ref

    def called(self, guest: Guest, answered_at: float) -> None:
        """Compare when the phone said so with when the clerk knew."""
        if guest.heard_at is not None:
            self.late_s.append(max(0.0, guest.heard_at - answered_at))


# ---- walking in ----


async def walk_in(hall: HallRun, arrival: plan.Arrival) -> None:
    """Take a number for a category or an item."""
    assert hall.day is not None
    someone = plan.citizen(hall.profile, seed=hall.seed, day=hall.day, number=arrival.number)
    session = plan.session_at(hall.sessions, arrival.at)
    chance = dice(hall.seed, hall.code, hall.day, "item", arrival.number)
    body: dict[str, Any] = {}
    if session is not None and (session.items or session.kind != "regular"):
        offered = session.items or sorted(hall.profile.extended_items)
        if offered:
            body["item"] = chance.choice(offered)
    if not body and someone.by_item and hall.items.get(someone.category):
        body["item"] = chance.choice(hall.items[someone.category])
    if not body:
        body["category"] = someone.category or next(iter(hall.items), "A")
    if someone.named:
        body |= {"person": someone.who.body(), "presented": "read"}
    if someone.lane:
        body["lane"] = someone.lane
    issued_at = hall.clock.now()
    reply = await hall.api.post(f"/halls/{hall.code}/tickets", hall.keys.kiosk[hall.code], body)
    if reply.slug in ("identity-invalid", "rate-limited") and "person" not in body:
        body |= {"person": someone.who.body(), "presented": "read"}
        issued_at = hall.clock.now()
        reply = await hall.api.post(f"/halls/{hall.code}/tickets", hall.keys.kiosk[hall.code], body)
    taken(hall, reply, Guest(someone, issued_at, booked=False, misses=someone.misses, took_s=reply.took_s))


def taken(hall: HallRun, reply: Reply, guest: Guest) -> bool:
    if reply.status >= 500:
        hall.seen.unsure += 1
        return False
    if not reply.ok:
        hall.seen.turned_away[reply.slug] += 1
        return False
    told = reply.body.get("estimate")
    guest.promise = (told["likely"], told["at_most"]) if told else None
    guest.category = (reply.body.get("category") or {}).get("code") or ""
    hall.took(reply.body["id"], guest, reply.body)
    return True


# ---- booking ----


async def book(hall: HallRun, arrival: plan.Arrival) -> None:
    """Book for one of the coming days; refused for a full slot, take what is offered instead."""
    assert hall.day is not None
    chance = dice(hall.seed, hall.code, hall.day, "book", arrival.number)
    someone = plan.citizen(hall.profile, seed=hall.seed, day=hall.day, number=arrival.number)
    items = hall.bookable.get(someone.category)
    if not items:
        return
    item = chance.choice(items)
    slot = _choose(await _slots(hall, item), chance)
    if slot is None:
        hall.seen.turned_away["nothing free"] += 1
        return
    body = {
        "slot": slot["id"], "item": item, "person": someone.who.body(), "source": weighted(chance, plan.SOURCES),
    }  # fmt: skip
    reply = await hall.api.post("/appointments", hall.keys.channel, body)
    for _ in range(2):
        offered = (reply.body or {}).get("next") if not reply.ok and isinstance(reply.body, dict) else None
        if reply.slug in SOME_OTHER_TIME or not isinstance(offered, list) or not offered:
            break
        hall.slots.pop(item, None)
        body["slot"] = chance.choice(offered)["slot"] if "slot" in offered[0] else offered[0]["slot_id"]
        reply = await hall.api.post("/appointments", hall.keys.channel, body)
    if reply.status >= 500:
        hall.seen.unsure += 1
        return
    if not reply.ok:
        hall.seen.turned_away[reply.slug] += 1
        return
    booking = plan.fate(
        hall.profile, seed=hall.seed, code=reply.body["code"], hall=hall.code, item=item, number=arrival.number,
        made_at=hall.clock.now(), starts_at=_time(reply.body["starts_at"]), ends_at=_time(reply.body["ends_at"]),
    )  # fmt: skip
    hall.seen.counts["appointments"] += 1
    hall.booked.append(booking)
    hall.plan_booked(booking)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def _slots(hall: HallRun, item: str) -> list[dict[str, Any]]:
    """Bookable slots of the coming days, as a phone shows them: not quite fresh."""
    now = hall.clock.now()
    known = hall.slots.get(item)
    if known is not None and timedelta(0) <= now - known[0] < SLOTS_KNOWN:
        return known[1]
    days = {"from": now.date().isoformat(), "to": (now.date() + timedelta(days=9)).isoformat()}
    reply = await hall.api.get(f"/halls/{hall.code}/slots", hall.keys.channel, item=item, limit=200, **days)
    rows = [row for row in reply.body["data"] if row["bookable"] and row["free"] > 0] if reply.ok else []
    if len(hall.slots) > 400:
        hall.slots.clear()
    hall.slots[item] = (now, rows)
    return rows


def _choose(slots: list[dict[str, Any]], chance: Any) -> dict[str, Any] | None:
    """Soon rather than late, mornings rather than afternoons, and some heed the advice to avoid the crowd."""
    if not slots:
        return None
    first = _time(slots[0]["starts_at"]).date()
    weights = {}
    for n, slot in enumerate(slots):
        starts = _time(slot["starts_at"])
        weight = 0.6 ** (starts.date() - first).days * (1.5 if 9 <= starts.hour < 11 else 1.0)
        weights[n] = weight * (1.3 - slot["busy"])
    return slots[weighted(chance, weights)]


async def change_mind(hall: HallRun, booking: plan.Booked) -> None:
    """Cancel, or move to another time."""
    if booking.done or not hall.on:
        return
    if booking.fate == "cancel":
        reply = await hall.api.delete(f"/appointments/{booking.code}", hall.keys.channel)
        if reply.ok:
            booking.done = "cancelled"
            hall.seen.counts["cancelled"] += 1
        elif reply.status >= 500:
            hall.seen.unsure += 1
        return
    booking.fate, booking.act_at = "come", None
    slot = _choose(await _slots(hall, booking.item), dice(hall.seed, booking.code, "move"))
    if slot is not None and _time(slot["starts_at"]) != booking.starts_at:
        reply = await hall.api.post(f"/appointments/{booking.code}/move", hall.keys.channel, {"slot": slot["id"]})
        if reply.ok:
            early = booking.starts_at - booking.come_at
            booking.starts_at, booking.ends_at = _time(reply.body["starts_at"]), _time(reply.body["ends_at"])
            booking.come_at = booking.starts_at - early
            hall.seen.counts["moved"] += 1
    hall.plan_booked(booking)


# ---- arriving with an appointment ----


async def arrive(hall: HallRun, booking: plan.Booked) -> None:
    """Check in at the kiosk by code or document; who is too early waits at the door until it opens."""
    if booking.done or not hall.on or hall.day is None:
        return
    day = datetime.fromisoformat(booking.made_on).date()
    someone = plan.citizen(hall.profile, seed=hall.seed, day=day, number=booking.number)
    card = {"id_number": someone.who.id_number, "name": someone.who.name, "presented": "read"}
    body = card if booking.by_id else {"code": booking.code}
    issued_at = hall.clock.now()
    reply = await hall.api.post(f"/halls/{hall.code}/check-ins", hall.keys.kiosk[hall.code], body)
    if reply.slug == "too-early" and isinstance(reply.body.get("next"), str):
        opens = _time(reply.body["next"])
        if opens - hall.clock.now() < timedelta(hours=2):
            hall.later(opens + timedelta(seconds=5), lambda: arrive(hall, booking))
            return
    guest = Guest(someone, issued_at, booked=True, misses=someone.misses, took_s=reply.took_s)
    if taken(hall, reply, guest):
        booking.done = "checked_in" if reply.body["kind"] == "booked" else "walk_in"
        guest.booked = reply.body["kind"] == "booked"
    else:
        booking.done = "refused"


# ---- afterwards ----


async def rate(hall: HallRun, ref: str, guest: Guest) -> None:
    """Press a button on the evaluator; who is unhappy says a word."""
    stars = guest.citizen.stars
    await hall.clock.sleep(dice(hall.seed, ref, "rate").uniform(20, 400))
    body: dict[str, Any] = {"stars": stars}
    if stars <= 3:
        body["text"] = WORDS[stars % len(WORDS)]
    reply = await hall.api.post(f"/tickets/{ref}/rating", hall.keys.kiosk[hall.code], body)
    if reply.ok:
        hall.seen.counts["ratings"] += 1
    elif reply.status >= 500:
        hall.seen.unsure += 1


async def come_back(hall: HallRun, ref: str, guest: Guest) -> None:
    """Missed the call, is there now: ask to be put back, as the hall's policy allows."""
    reply = await hall.api.post(f"/tickets/{ref}/reinstate", hall.keys.kiosk[hall.code])
    if reply.ok:
        guest.misses = False
        hall.seen.counts["reinstated"] += 1
