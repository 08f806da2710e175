"""Shapes of the video service (视频办)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from banshi.surfaces.api.schemas import PRINTABLE, Code, Id, In, Named, Out
from banshi.surfaces.api.schemas.base import Asked
from banshi.surfaces.api.schemas.people import WalkInPerson

State = Literal["waiting", "ringing", "talking", "callback", "ended"]  # as the table of the room has them
Key = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
Spoken = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\u0000]*$")]


class RemoteIn(In):
    person: WalkInPerson | None = Field(None, description="Who is to be helped; without it they can only ask.")
    item: Code | None = None
    hall: Code | None = Field(None, description="Without it the first hall that has the service, and the matter.")
    appointment: Code | None = Field(
        None,
        description="The time booked by video that its person comes for: it names hall, matter and person.",
    )
    from_: Literal["web", "wechat", "kiosk", "phone"] = Field("web", alias="from")
    wants: Literal["consult", "tutor", "pre-review", "accept", "book"] = "consult"
    media: Literal["video", "voice", "text"] = "video"
    language: Literal["zh", "en", "sign"] = "zh"


class IceServerOut(Out):
    urls: list[str]
    username: str | None = None
    credential: str | None = None


class RemoteOut(Out):
    id: str
    no: str
    hall: Named
    item: Named | None
    wants: str
    media: str
    language: str
    state: State
    ahead: int = Field(description="How many are helped before, while it waits.")
    estimate: int | None = Field(description="Minutes until somebody answers; null: nobody is at work, or it is over.")
    asked_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    why: str = Field(description="Of an end: helped, not-helped, no-answer, left, closed.")
    score: int | None
    caller: str | None = Field(description="Who calls, masked. For the seats alone.")
    case: str | None = Field(description="Number of the case that was begun in it.")
    booking: str | None = Field(description="Code of the appointment made in it.")
    appointment: str | None = Field(description="Code of the time booked by video that it is for.")
    first_from: datetime | None = Field(
        description="From when on it goes first; null: not booked, or come too late for it."
    )
    ice_servers: list[IceServerOut]


class CallBackIn(In):
    phone: Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=PRINTABLE)]


class LineIn(In):
    text: Spoken
    key: Key = Field(description="Made by the sender: sent again with it, it is said once.")


class LineOut(Out):
    n: int
    by: Literal["citizen", "seat", "hall"]
    kind: Literal["text", "picture", "file", "act"]
    text: str
    at: datetime


class LinesOut(Out):
    data: list[LineOut]


class SignalIn(In):
    kind: Literal["offer", "answer", "candidate", "bye", "pointer"]
    body: Annotated[str, StringConstraints(max_length=60_000, pattern=r"^[^\u0000]*$")] = ""


class SignalOut(Out):
    n: int
    kind: Literal["offer", "answer", "candidate", "bye", "pointer"]
    body: str


class SignalsOut(Out):
    data: list[SignalOut]


class AfterAsked(Asked):
    after: int = Field(0, ge=0, le=2**31 - 1, description="Number of the last one that was read.")


class SeatOut(Out):
    state: Literal["away", "ready", "paused", "talking"]
    since: datetime
    kind: Literal["dedicated", "window", "hotline"]
    languages: list[str]
    skills: list[str]
    session: RemoteOut | None = Field(description="The call that rings here, or is under way.")


class RemoteTransferIn(In):
    skills: Annotated[list[Code], Field(max_length=20)] = Field(
        default_factory=list, description="Codes of categories and departments."
    )
    language: Literal["zh", "en", "sign"] | None = Field(None, description="To whoever speaks it.")
    seat: Id | None = None


class EndIn(In):
    why: Literal["helped", "not-helped", "no-answer"] = "helped"
    outcome: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\u0000]*$")] = ""
    then: Literal["ready", "paused"] = "ready"


class RemotePaper(In):
    line: Id = Field(description="Number of the picture or file among the lines.")
    requirement: Code


class FolderIn(In):
    answers: Annotated[dict[Code, Code], Field(max_length=60)] = Field(default_factory=dict)
    form: Annotated[dict[Code, Any], Field(max_length=200)] = Field(default_factory=dict)
    papers: Annotated[list[RemotePaper], Field(max_length=30)] = Field(default_factory=list)


class RemoteHandOverIn(In):
    slot: Id


class RemoteRatingIn(In):
    score: Annotated[int, Field(ge=0, le=10)]


class RemoteFiguresOut(Out):
    code: str
    name: str
    name_en: str
    asked: int
    booked: int = Field(description="Of those asked, for a time booked by video.")
    answered: int
    closed: int = Field(description="Ended after a talk.")
    left: int = Field(description="Ended before one.")
    users: int = Field(description="People helped, as far as they are known.")
    rated: int
    score_mean: float | None = Field(description="0 to 10.")
    wait_mean_s: float | None
    talk_mean_s: float | None


class SavedOut(Out):
    with_folder: int
    without: int
    with_mean_s: float | None
    without_mean_s: float | None
    saved_s: float | None = Field(description="Seconds a visit; null below five visits of each kind.")


class RemoteStatsOut(Out):
    data: list[RemoteFiguresOut]
    next: str | None
    total: RemoteFiguresOut
    saved: SavedOut
