"""The video service (视频办): ask for somebody, write, and what the two browsers tell each other; seats and their calls.

Whoever asks is seen by the key that asked; a seat sees the calls of its halls. Words and signals go through here, too, so that
a program without a WebSocket can do all that a page does; sound and picture never pass the server.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from banshi.foundation import clock
from banshi.frames import remote_call
from banshi.journeys.remote import booked, hand_over
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.actions import PersonAsked
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import actions
from banshi.rooms.remote import queries as remote
from banshi.rooms.remote.models import RemoteSession, Said, Seat
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.appointment_parts import seen_by
from banshi.surfaces.api.keys import Caller, permissions_of
from banshi.surfaces.api.operations import Then, caller, found, language, op, write
from banshi.surfaces.api.parts import hall_name, moment, named, zone_of
from banshi.surfaces.api.remote_schemas import (
    AfterAsked,
    CallBackIn,
    EndIn,
    FolderIn,
    LineIn,
    LineOut,
    LinesOut,
    RemoteHandOverIn,
    RemoteIn,
    RemoteOut,
    RemoteRatingIn,
    RemoteTransferIn,
    SeatOut,
    SignalIn,
    SignalOut,
    SignalsOut,
)  # fmt: skip
from banshi.surfaces.api.schemas import Code

router = Router(tags=["remote"])


# --- Whoever asks -------------------------------------------------------------------------------------------------


@router.post("/remote/sessions", **op("ask_agent", {201: RemoteOut}), summary="Ask for an agent")
@write
def ask_agent(request: HttpRequest, body: RemoteIn) -> Then:
    """A place in the line of the video service. The same person has one at a time (`already-waiting`); outside its hours the
    answer is `closed` and says when it opens."""
    who, now = caller(request), clock.now()
    if body.appointment is not None:
        return _come(body, body.appointment, who, now)
    hall = _hall(body, who, now)
    who.must("ask_agent", hall.code)
    asking = actions.Asking(
        hall=hall, origin=body.from_, wants=body.wants, media=body.media, language=body.language, item=body.item,
        person_id=_person(body, who, now), evidence=_evidence(who),
        name=body.person.name if body.person is not None else "",
    )  # fmt: skip
    session = actions.ask(asking, by=who.by, now=now)
    return _given(hall, now, lambda: answer(201, _part(session.ref, who, now)))


def _come(body: RemoteIn, code: str, who: Caller, now: datetime) -> Then:
    """For a time booked by video. :raises Refused: those of `seen_by` and `booked.come`."""
    mine = seen_by(who, code)
    who.must("ask_agent", mine.hall.code)
    session = booked.come(
        code=mine.code, account_id=mine.account_id, origin=body.from_, wants=body.wants, media=body.media,
        language=body.language, by=who.by, now=now,
    )  # fmt: skip
    return _given(mine.hall, now, lambda: answer(201, _part(session.ref, who, now)))


def _hall(body: RemoteIn, who: Caller, now: datetime) -> Hall:
    """The hall that is named; else the first that has the service and the matter. :raises Refused: nothing-found,
    video-not-here."""
    if body.hall is not None:
        return places.hall_by_code(body.hall)
    for hall in places.all_halls():
        if who.reaches(hall.code) and remote.serves(hall, item=body.item, now=now):
            return hall
    raise Refused("video-not-here")


def _evidence(who: Caller) -> Evidence:
    """What stands behind a name that a key gives."""
    return Evidence.DECLARED if who.scope == "kiosk" else who.evidence


def _person(body: RemoteIn, who: Caller, now: datetime) -> int | None:
    """:raises Refused: invalid (name), identity-invalid, phone-invalid."""
    if body.person is None:
        return None
    evidence = _evidence(who)
    asked = PersonAsked(
        body.person.name, body.person.id_type, body.person.id_number, body.person.phone, evidence, str(who.by)
    )
    (person,) = identity.enrol_many([asked], now=now)
    if isinstance(person, Refused):
        raise person
    return person.id


@router.get("/remote/sessions/{session}", **op("get_remote", {200: RemoteOut}), summary="One call")
def get_remote(request: HttpRequest, session: Path[Code]) -> HttpResponse:
    """Its state, and its place in the line."""
    who = caller(request)
    return found(_part(_seen(session, who, "get_remote").ref, who, clock.now()))


@router.post("/remote/sessions/{session}/leave", **op("leave_remote", {200: RemoteOut}), summary="Leave")
@write
def leave_remote(request: HttpRequest, session: Path[Code]) -> Then:
    """From the line, or in the middle of a call. Left already is left."""
    who, now = caller(request), clock.now()
    seen = _seen(session, who, "leave_remote")
    actions.leave(ref=seen.ref, by=who.by, now=now)
    return _given(seen.hall, now, lambda: answer(200, _part(seen.ref, who, now)))


@router.post("/remote/sessions/{session}/call-back", **op("call_me_back", {200: RemoteOut}), summary="Be called back")
@write
def call_me_back(request: HttpRequest, session: Path[Code], body: CallBackIn) -> Answer:
    """Instead of waiting; the place in the line stays."""
    who, now = caller(request), clock.now()
    seen = _seen(session, who, "call_me_back")
    actions.call_back(ref=seen.ref, phone=body.phone, by=who.by, now=now)
    return answer(200, _part(seen.ref, who, now))


@router.post("/remote/sessions/{session}/rating", **op("rate_remote", {200: RemoteOut}), summary="Rate a call")
@write
def rate_remote(request: HttpRequest, session: Path[Code], body: RemoteRatingIn) -> Answer:
    """0 to 10, once it has ended."""
    who, now = caller(request), clock.now()
    seen = _seen(session, who, "rate_remote")
    actions.rate(ref=seen.ref, score=body.score, by=who.by, now=now)
    return answer(200, _part(seen.ref, who, now))


# --- Both sides ---------------------------------------------------------------------------------------------------


@router.get("/remote/sessions/{session}/lines", **op("list_lines", {200: LinesOut}), summary="What was said")
def list_lines(request: HttpRequest, session: Path[Code], asked: Query[AfterAsked]) -> HttpResponse:
    """After line `after`, in order, at most 200."""
    who = caller(request)
    seen = _seen(session, who, "list_lines")
    return found({"data": [_line(each, seen) for each in remote.said_since(seen, asked.after)]})


@router.post("/remote/sessions/{session}/lines", **op("say_line", {201: LineOut}), summary="Say something")
@write
def say_line(request: HttpRequest, session: Path[Code], body: LineIn) -> Answer:
    """In writing, also while it waits. Sent again with the same `key` it is the line of before."""
    who = caller(request)
    seen = _seen(session, who, "say_line")
    said = actions.say(ref=seen.ref, side=_side(seen, who), text=body.text, key=body.key, now=clock.now())
    return answer(201, _line(said, seen))


@router.get("/remote/sessions/{session}/signals", **op("list_signals", {200: SignalsOut}), summary="Signals for me")
def list_signals(request: HttpRequest, session: Path[Code], asked: Query[AfterAsked]) -> HttpResponse:
    """What the other side's browser told mine after signal `after`, at most 200; kept for an hour."""
    who = caller(request)
    seen = _seen(session, who, "list_signals")
    rows = remote.signals_since(seen, to=_side(seen, who), n=asked.after)
    return found({"data": [{"n": each.n, "kind": each.kind, "body": each.body} for each in rows]})


@router.post("/remote/sessions/{session}/signals", **op("send_signal", {201: SignalOut}), summary="Send a signal")
@write
def send_signal(request: HttpRequest, session: Path[Code], body: SignalIn) -> Answer:
    """To the other side's browser, as WebRTC wants it. Nothing in it is looked at."""
    who = caller(request)
    seen = _seen(session, who, "send_signal")
    row = actions.signal(ref=seen.ref, side=_side(seen, who), kind=body.kind, body=body.body, now=clock.now())
    return answer(201, {"n": row.n, "kind": row.kind, "body": row.body})


# --- Seats --------------------------------------------------------------------------------------------------------


@router.get("/remote/seats/mine", **op("get_seat", {200: SeatOut}), summary="My seat")
def get_seat(request: HttpRequest) -> HttpResponse:
    """What rings here. Whoever asks now and then is there; a ready seat that says nothing for 90 seconds is away."""
    who, now = caller(request), clock.now()
    actions.seen(staff_id=who.staff_id, wall=clock.wall())
    seat = remote.seat_of(who.staff_id)
    if seat is None:
        raise Refused("nothing-found", facts={"seat": "mine"})
    return found(_seat(seat, who, now))


@router.post("/remote/seats/ready", **op("ready_seat", {200: SeatOut}), summary="Take calls")
@write
def ready_seat(request: HttpRequest) -> Then:
    """Calls may come. A window's clerk gets one only while nobody is at the window and the hall's line is short."""
    who, now = caller(request), clock.now()
    seat = actions.ready(by=who.by, now=now, wall=clock.wall())
    return _given(seat.hall, now, lambda: answer(200, _seat(_anew(seat), who, now)))


@router.post("/remote/seats/pause", **op("pause_seat", {200: SeatOut}), summary="Take no calls for a while")
@write
def pause_seat(request: HttpRequest) -> Answer:
    """Refused in the middle of a call."""
    who, now = caller(request), clock.now()
    return answer(200, _seat(actions.pause(by=who.by, now=now, wall=clock.wall()), who, now))


@router.post("/remote/seats/leave", **op("leave_seat", {200: SeatOut}), summary="Leave the seat")
@write
def leave_seat(request: HttpRequest) -> Answer:
    """Refused in the middle of a call."""
    who, now = caller(request), clock.now()
    return answer(200, _seat(actions.away(by=who.by, now=now, wall=clock.wall()), who, now))


@router.post("/remote/sessions/{session}/answer", **op("answer_remote", {200: RemoteOut}), summary="Answer")
@write
def answer_remote(request: HttpRequest, session: Path[Code]) -> Answer:
    """The call that rings at my seat. `changed-meanwhile`: it rings elsewhere by now."""
    who, now = caller(request), clock.now()
    seen = _seen(session, who, "answer_remote")
    actions.answer(ref=seen.ref, by=who.by, now=now)
    return answer(200, _part(seen.ref, who, now))


@router.post("/remote/sessions/{session}/transfer", **op("transfer_remote", {200: RemoteOut}), summary="Pass on")
@write
def transfer_remote(request: HttpRequest, session: Path[Code], body: RemoteTransferIn) -> Then:
    """To whoever knows one of `skills`, or speaks `language`, or to one `seat`; its place in the line stays."""
    who, now = caller(request), clock.now()
    seen = _seen(session, who, "transfer_remote")
    actions.transfer(
        ref=seen.ref, by=who.by, now=now, skills=body.skills, language=body.language or "", to_seat=body.seat
    )
    return _given(seen.hall, now, lambda: answer(200, _part(seen.ref, who, now)))


@router.post("/remote/sessions/{session}/end", **op("end_remote", {200: RemoteOut}), summary="End")
@write
def end_remote(request: HttpRequest, session: Path[Code], body: EndIn | None = None) -> Then:
    """With what became of it; the next call comes to the seat at once, unless `then` is `paused`."""
    who, now = caller(request), clock.now()
    seen, said = _seen(session, who, "end_remote"), body or EndIn()
    actions.end(ref=seen.ref, by=who.by, now=now, why=said.why, outcome=said.outcome, then=said.then)
    return _given(seen.hall, now, lambda: answer(200, _part(seen.ref, who, now)))


@router.patch("/remote/sessions/{session}/folder", **op("change_folder", {200: RemoteOut}), summary="Collect")
@write
def change_folder(request: HttpRequest, session: Path[Code], body: FolderIn) -> Answer:
    """Answers, form, and pictures that become papers: they go into a draft of the person, `case`, which they see, too."""
    who, now = caller(request), clock.now()
    seen = _seen(session, who, "change_folder")
    hand_over.gather(ref=seen.ref, by=who.by, now=now, answers=body.answers, form=body.form, language=language(request))
    for each in body.papers:
        hand_over.paper(ref=seen.ref, line=each.line, code=each.requirement, by=who.by, now=now)
    return answer(200, _part(seen.ref, who, now))


@router.post("/remote/sessions/{session}/hand-over", **op("hand_over_remote", {201: RemoteOut}), summary="Hand over")
@write
def hand_over_remote(request: HttpRequest, session: Path[Code], body: RemoteHandOverIn) -> Answer:
    """Book a time at the window, `booking`; the folder travels with it. Booked already in this call, it is that one."""
    who, now = caller(request), clock.now()
    seen = _seen(session, who, "hand_over_remote")
    hand_over.hand_over(ref=seen.ref, slot_id=body.slot, by=who.by, now=now)
    return answer(201, _part(seen.ref, who, now))


def _given(hall: Hall | None, now: datetime, said: Then) -> Then:
    """Give free seats to who waits once what was done stands – each pair in a transaction of its own: within that of the request
    it would hold the others' rows until its end, and two requests would wait for each other's."""

    def then() -> Answer:
        actions.assign(hall, now=now)
        return said()

    return then


def _anew(seat: Seat) -> Seat:
    seat.refresh_from_db(fields=["state", "since"])
    return seat


# --- Parts --------------------------------------------------------------------------------------------------------


def _seen(ref: str, who: Caller, operation: str) -> RemoteSession:
    """One that the key asked for, or of a hall where its member of staff takes calls. :raises Refused: nothing-found."""
    session = remote.by_ref(ref)
    if who.scope == "staff":
        may = who.where(*permissions_of(operation))
        visible = "*" in may or session.hall.code in may
    else:
        visible = session.asked_by == str(who.by) and who.reaches(session.hall.code)
    if not visible:
        raise Refused("nothing-found", facts={"remote_session": ref})
    return session


def _side(session: RemoteSession, who: Caller) -> str:
    """Who speaks. :raises Refused: changed-meanwhile – another seat has the call."""
    if who.scope != "staff":
        return "citizen"
    if session.seat is None or session.seat.staff_id != who.staff_id:
        raise Refused("changed-meanwhile")
    return "seat"


def _part(ref: str, who: Caller, now: datetime) -> dict[str, Any]:
    session = remote.by_ref(ref)
    zone, place, item = zone_of(session.hall), remote.place(session, now=now), session.item
    side = "seat" if who.scope == "staff" else "citizen"
    masked = (session.masked_name or None) if side == "seat" else None
    return {
        "id": session.ref, "no": session.no, "hall": hall_name(session.hall),
        "item": named(item.code, item.name_zh, item.name_en) if item is not None else None, "wants": session.wants,
        "media": session.media, "language": session.language, "state": session.state, "ahead": place.ahead,
        "estimate": place.minutes, "asked_at": moment(session.asked_at, zone),
        "answered_at": moment(session.answered_at, zone), "ended_at": moment(session.ended_at, zone),
        "why": session.why, "score": session.score, "caller": masked,
        "case": session.case.no if session.case is not None else None, "booking": session.booking or None,
        "appointment": session.appointment or None, "first_from": moment(session.first_from, zone),
        "ice_servers": remote_call.ice_servers(f"{side}-{session.pk}", at=clock.wall()) if session.state != "ended" else [],
    }  # fmt: skip


def _seat(seat: Seat, who: Caller, now: datetime) -> dict[str, Any]:
    call = remote.for_seat(seat.staff_id)
    hall = seat.hall or (call.hall if call is not None else places.all_halls()[0])
    return {
        "state": seat.state, "since": moment(seat.since, zone_of(hall)), "kind": seat.kind, "languages": seat.languages,
        "skills": seat.skills, "session": _part(call.ref, who, now) if call is not None else None,
    }  # fmt: skip


def _line(said: Said, session: RemoteSession) -> dict[str, Any]:
    at = moment(said.at, zone_of(session.hall))
    return {"n": said.n, "by": said.by, "kind": said.kind, "text": said.body, "at": at}
