"""Reads of the video service: a session by its ref, what is new in it, its place in the line, a seat's call, the line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, Q, QuerySet, When

from banshi.kernel.policy import VideoPolicy
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.library.models import DocumentVersion
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policies_of, policy_of
from banshi.rooms.remote import rules
from banshi.rooms.remote.models import Act, Consent, RemoteSession, Said, Screen, Seat, Signal, Talk
from banshi.rooms.remote.rules import hours, routing
from banshi.rooms.tickets.models import AT_WINDOW, Ticket, WindowSession

LAST_TALKS = 20  # whose mean says how long one lasts
AT_ONCE = 200  # lines or signals of one answer


def by_ref(ref: str) -> RemoteSession:
    """:raises Refused: nothing-found."""
    session = _sessions().filter(ref=ref).first()
    if session is None:
        raise Refused("nothing-found", facts={"remote_session": ref})
    return session


def _sessions() -> QuerySet[RemoteSession]:
    return RemoteSession.objects.select_related(
        "hall", "item__department", "seat__staff", "person", "account", "case", "device"
    )


def open_of(person_id: int | None, *, asked_by: str = "") -> RemoteSession | None:
    """The session a person has under way: one in which they are proven, or – a name and a number that were only said – one that
    was asked for by the same (`asked_by`, str(Actor))."""
    if person_id is None:
        return None
    theirs = Q(asked_by=asked_by) if asked_by else Q(evidence__gt=0)
    return _sessions().filter(theirs, person_id=person_id, ended_at=None).first()


def open_of_account(account_id: int) -> RemoteSession | None:
    """The session an account has under way, the newest."""
    return _sessions().filter(account_id=account_id, ended_at=None).order_by("-id").first()


def held_for(appointment: str) -> RemoteSession | None:
    """The session under way for a booked time."""
    return _sessions().filter(appointment=appointment, ended_at=None).first()


def of_account(account_id: int, *, most: int = 20) -> list[RemoteSession]:
    """An account's sessions, the newest first."""
    return list(_sessions().filter(account_id=account_id).order_by("-id")[:most])


def said_since(session: RemoteSession, n: int = 0) -> list[Said]:
    """What was said after line `n`, in its order, at most `AT_ONCE`."""
    rows = Said.objects.select_related("document__document").filter(session=session, n__gt=n)
    return list(rows.order_by("n")[:AT_ONCE])


def files_of(session: RemoteSession) -> list[Said]:
    """The lines that are pictures and files, in their order."""
    rows = Said.objects.select_related("document__document").filter(session=session, document__isnull=False)
    return list(rows.order_by("n"))


def file_of(session: RemoteSession, n: int) -> DocumentVersion:
    """What was sent as line `n`. :raises Refused: nothing-found – also: it is not kept any more."""
    line = Said.objects.select_related("document").filter(session=session, n=n, document__isnull=False).first()
    if line is None or line.document is None:
        raise Refused("nothing-found", facts={"line": n})
    return line.document


def signals_since(session: RemoteSession, *, to: str, n: int = 0) -> list[Signal]:
    """What the other side's browser told `to` (citizen | seat) after signal `n`, in its order, at most `AT_ONCE`."""
    rows = Signal.objects.filter(session=session, n__gt=n).exclude(by=to)
    return list(rows.order_by("n")[:AT_ONCE])


def consents_of(session: RemoteSession) -> frozenset[str]:
    """What the citizen allows now."""
    return frozenset(Consent.objects.filter(session=session, taken_back_at=None).values_list("what", flat=True))


def acts_of(session: RemoteSession, *, after: int = 0) -> list[Act]:
    return list(Act.objects.filter(session=session, n__gt=after).order_by("n")[:AT_ONCE])


def screen_of(session: RemoteSession) -> Screen | None:
    """What the citizen's screen shows, while they let it be seen."""
    return Screen.objects.filter(session=session).first()


def hand_mark(session: RemoteSession) -> str:
    """Another one whenever something of the remote hand moved: no word of what."""
    acts = session.acts.aggregate(n=Count("id"), answered=Count("answered_at"), done=Count("done_at"))
    shown = Screen.objects.filter(session=session).values_list("n", flat=True).first() or 0
    allowed = "y" if "screen" in consents_of(session) else "n"
    return f"{allowed}.{shown}.{acts['n']}.{acts['answered']}.{acts['done']}"


# --- The line -----------------------------------------------------------------------------------------------------


def in_line(hall_id: int | None = None, *, now: datetime) -> QuerySet[RemoteSession]:
    """Who waits for a seat, in the order in which they are helped: whose booked time has come, then who asked first."""
    rows = RemoteSession.objects.filter(state__in=rules.LINE).order_by(*_turn(now))
    return rows if hall_id is None else rows.filter(hall_id=hall_id)


def _turn(now: datetime) -> tuple[Any, ...]:
    return Case(When(first_from__lte=now, then=F("first_from"))).asc(nulls_last=True), "asked_at", "id"


def _before(session: RemoteSession, *, now: datetime) -> Q:
    """Who is helped before a session; before it is saved, whoever has asked already."""
    asked = Q(asked_at__lt=session.asked_at) | Q(asked_at=session.asked_at, id__lt=session.pk)
    if session.pk is None:
        asked = Q(pk__gt=0)
    first = session.first_from
    if first is None or first > now:
        return Q(first_from__lte=now) | asked
    return Q(first_from__lte=now) & (Q(first_from__lt=first) | (Q(first_from=first) & asked))


def halls_in_line() -> set[int]:
    """Ids of the halls in which somebody waits."""
    return set(RemoteSession.objects.filter(state__in=rules.LINE).order_by("hall_id").values_list("hall_id", flat=True))


@dataclass(frozen=True)
class Place:
    """`ahead`: how many are helped before. `minutes` until somebody answers; None: nobody is at work, or it is over."""

    ahead: int
    minutes: int | None


def place(session: RemoteSession, *, now: datetime, there: AtWork | None = None) -> Place:
    """Where a session stands in the line of its hall; before it is saved, where it would.

    :param there: who is at work, where that was read already.
    """
    if session.pk is not None and session.state not in rules.LINE:
        return Place(0, None)
    ahead = in_line(session.hall_id, now=now).filter(_before(session, now=now)).count()
    there = there or at_work(session.hall_id, now=now)
    return there.place(call_of(session), ahead=ahead, now=now)


@dataclass(frozen=True)
class AtWork:
    """Seats that are ready or talk, with their state, what they go by, and minutes of the last talks."""

    seats: Sequence[tuple[routing.FreeSeat, str]]
    policy: VideoPolicy
    lengths: Sequence[float]

    def place(self, call: routing.Call, *, ahead: int, now: datetime) -> Place:
        able = [each for each in self.seats if routing.fits(each[0], call)]
        free = sum(state == "ready" and routing.takes_now(seat, self.policy, now=now) for seat, state in able)
        busy = sum(state == "talking" or routing.takes_now(seat, self.policy, now=now) for seat, state in able)
        return Place(ahead, routing.estimate(ahead=ahead, free=free, at_work=busy, talks=self.lengths))


def at_work(hall_id: int, *, now: datetime) -> AtWork:
    return AtWork(_seats(["ready", "talking"], hall_id), policy_of(hall_id, now=now).video, _lengths(hall_id))


@dataclass(frozen=True)
class Standing:
    """A hall's whole line, read once: where each in it stands."""

    calls: Mapping[int, tuple[int, routing.Call]]  # by session: how many are before it
    seats: AtWork
    now: datetime

    def of(self, session_id: int) -> Place | None:
        """None: in this line no more."""
        found = self.calls.get(session_id)
        return None if found is None else self.seats.place(found[1], ahead=found[0], now=self.now)


def standing(hall_id: int, *, now: datetime) -> Standing:
    calls = {call.id: (n, call) for n, call in enumerate(calls_in_line(hall_id, now=now))}
    return Standing(calls, at_work(hall_id, now=now), now)


def calls_in_line(hall_id: int | None = None, *, now: datetime, most: int | None = None) -> list[routing.Call]:
    """Who waits for a seat, in order, as `routing` knows them."""
    rows = in_line(hall_id, now=now).values_list("pk", "hall_id", "skills", "language", "only_seat_id")[:most]
    return [routing.Call(pk, hall, frozenset(skills), language, seat) for pk, hall, skills, language, seat in rows]


def _lengths(hall_id: int) -> list[float]:
    """Minutes of the last talks of a hall."""
    rows = Talk.objects.filter(hall_id=hall_id, ended_at__isnull=False).order_by("-ended_at")
    ends = list(rows.values_list("answered_at", "ended_at")[:LAST_TALKS])
    return [(ended - answered).total_seconds() / 60 for answered, ended in ends if ended is not None]


def waiting(hall_ids: Collection[int], *, now: datetime) -> list[RemoteSession]:
    """The lines of halls, in their order, with those that ring."""
    rows = _sessions().filter(hall_id__in=hall_ids, state__in=[*rules.LINE, "ringing"])
    return list(rows.order_by(*_turn(now)))


def closed(hall: Hall, *, now: datetime) -> Refusal | None:
    """Why nobody is helped now, with when the video service opens; None: it is open."""
    policy = policy_of(hall.pk, now=now).video
    if policy.opens is not None and policy.closes is not None:
        opens = hours.next_open(policy.opens, policy.closes, local=now.astimezone(ZoneInfo(hall.timezone)))
        return None if opens is None else Refusal("closed", {"reason": hours.NOT_NOW}, opens)
    found = calendars.opening(hall, now)
    if found.open:
        return None
    reason = {"zh": found.why.words.zh, "en": found.why.words.en} if found.why is not None else hours.NOT_NOW
    return Refusal("closed", {"reason": reason}, found.opens_at)


# --- Seats --------------------------------------------------------------------------------------------------------


def seat_of(staff_id: int) -> Seat | None:
    return Seat.objects.select_related("hall", "staff").filter(staff_id=staff_id, staff__is_active=True).first()


def seats(hall_ids: Collection[int]) -> list[Seat]:
    """The seats that reach one of these halls."""
    rows = Seat.objects.select_related("hall", "staff").filter(Q(hall=None) | Q(hall_id__in=hall_ids))
    return list(rows.filter(staff__is_active=True).order_by("kind", "staff__badge", "id"))


def has_seats(hall_id: int) -> bool:
    """Whether anybody may ever take a call of this hall."""
    return Seat.objects.filter(Q(hall=None) | Q(hall_id=hall_id), staff__is_active=True).exists()


def serves(hall: Hall, *, item: str | None, now: datetime) -> bool:
    """Whether the hall has the service, and the matter that somebody asks about."""
    if policy_of(hall.pk, now=now).video.most_waiting == 0 or not has_seats(hall.pk):
        return False
    return item is None or HallItem.objects.filter(hall=hall, item__code=item).exists()


def for_seat(staff_id: int) -> RemoteSession | None:
    """The call that rings at somebody's seat, or that they are in."""
    return _sessions().filter(seat__staff_id=staff_id, state__in=rules.WITH_A_SEAT).first()


def call_of(session: RemoteSession) -> routing.Call:
    return routing.Call(
        session.pk or 0, session.hall_id, frozenset(session.skills), session.language, session.only_seat_id
    )


def free_seats(hall_id: int | None, *, now: datetime) -> list[routing.FreeSeat]:
    """Seats that are ready, and whose policy lets them take a call now. :param hall_id: None = of all halls."""
    ready = [seat for seat, _ in _seats(["ready"], hall_id)]
    policies = policies_of({seat.hall for seat in ready if seat.hall is not None}, now=now)
    return [s for s in ready if s.hall is None or routing.takes_now(s, policies[s.hall].video, now=now)]


def _seats(states: list[str], hall_id: int | None) -> list[tuple[routing.FreeSeat, str]]:
    rows = Seat.objects.filter(state__in=states, staff__is_active=True).order_by("id")
    if hall_id is not None:
        rows = rows.filter(Q(hall=None) | Q(hall_id=hall_id))
    found = list(rows)
    desks = _desks([seat.staff_id for seat in found if seat.kind == "window"])
    return [
        (
            routing.FreeSeat(
                seat.pk, seat.hall_id, seat.kind, frozenset(seat.skills), frozenset(seat.languages), seat.since,
                desks.get(seat.staff_id),
            ),
            seat.state,
        )
        for seat in found
    ]  # fmt: skip


def _desks(staff_ids: list[int]) -> dict[int, routing.Desk]:
    """By staff id, the window each works at now."""
    if not staff_ids:
        return {}
    sessions = list(WindowSession.objects.filter(staff_id__in=staff_ids, signed_out_at=None).order_by("id"))
    halls = {each.hall_id for each in sessions}
    lines = Ticket.objects.filter(hall_id__in=halls, state="waiting").values("hall_id").annotate(n=Count("id"))
    waits = {each["hall_id"]: each["n"] for each in lines.order_by("hall_id")}
    windows = [each.window_id for each in sessions]
    busy = set(
        Ticket.objects.filter(window_id__in=windows, state__in=AT_WINDOW)
        .order_by("id")
        .values_list("window_id", flat=True)
    )
    return {
        each.staff_id: routing.Desk(
            idle_since=None if each.window_id in busy else each.idle_since or each.signed_in_at,
            paused=each.paused_at is not None or each.emergency_at is not None,
            hall_waits=waits.get(each.hall_id, 0),
        )
        for each in sessions
    }


def number_at_window(staff_id: int) -> str | None:
    """The number that is called or served at the window where somebody works."""
    window = (
        WindowSession.objects.filter(staff_id=staff_id, signed_out_at=None).values_list("window_id", flat=True).first()
    )
    if window is None:
        return None
    return Ticket.objects.filter(window_id=window, state__in=AT_WINDOW).values_list("number", flat=True).first()
