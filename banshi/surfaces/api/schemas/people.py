"""Shapes of closures, appointments, and of those who act for others."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from banshi.surfaces.api.schemas.base import PRINTABLE, Code, Day, Id, In, Moment, Named, Out, _text
from banshi.surfaces.api.schemas.halls import BookedPlace, SituationOut

# ---- closures ----


class ClosureIn(In):
    starts_at: Moment
    ends_at: Moment
    floor: Code | None = None
    zone: Code | None = None
    category: Code | None = None
    item: Code | None = None
    reason: _text(120, 1)  # type: ignore[valid-type]
    reason_en: _text(160) = ""  # type: ignore[valid-type]
    then: Literal["move", "cancel", "keep"] = Field(
        "move",
        description="What becomes of whoever booked for that time. In an evacuation nobody is let in: keep is move.",
    )
    kind: Literal["closure", "evacuation", "outage"] = "closure"


class AffectedOut(Out):
    appointments: int = Field(description="Booked for that time: followed up one by one after the answer.")
    tickets: int = Field(description="Numbers in line that it stops.")
    waiting: int = Field(description="Entries of waiting lists of these days.")


class ProgressOut(Out):
    moved: int
    cancelled: int
    kept: int
    done: int = Field(description="Settled by the person or a clerk meanwhile.")
    failed: int = Field(description="Could not be settled: listed in the office.")
    due: int


class ClosureOut(Out):
    id: int
    kind: Literal["closure", "evacuation", "outage"]
    starts_at: datetime
    ends_at: datetime
    floor: str | None
    zone: str | None
    category: str | None
    item: str | None
    reason: str
    reason_en: str
    says: str = Field(description="The sentence that phone, board, kiosk and desk show.")
    says_en: str
    withdrawn: bool
    progress: ProgressOut | None = Field(description="Of the follow-up; visits, not appointments.")


class ClosedOut(ClosureOut):
    affected: AffectedOut


# ---- appointments ----


class PersonIn(In):
    name: _text(60, 1)  # type: ignore[valid-type]
    id_type: Literal[
        "resident_id", "residence_permit", "permanent_residence", "home_return", "taiwan_pass", "passport", "uscc"
    ] = "resident_id"
    id_number: _text(40, 1)  # type: ignore[valid-type]
    phone: _text(30)  # type: ignore[valid-type]


class WalkInPerson(PersonIn):
    phone: _text(30) = ""  # type: ignore[valid-type]


class BookingIn(In):
    slot: Id
    item: Code
    person: PersonIn
    source: Literal["web", "wechat", "app", "kiosk", "phone", "video", "api"] = "api"
    persons: Annotated[int, Field(ge=1, le=20)] = Field(
        1, description="For how many who come together; a place each, as far as the matter allows."
    )
    answers: Annotated[dict[Code, Code], Field(max_length=60)] = Field(
        default_factory=dict,
        description="What was answered to the item's questions (question to option): `bring` and the messages then name the "
        "papers of that situation.",
    )
    case: Code | None = Field(
        None,
        description="The number of a case you opened for the same person, matter and hall, whose pre-review is passed: its "
        "papers come with this booking (`await_receipt`).",
    )
    note: _text(200) = ""  # type: ignore[valid-type]
    end_user: Annotated[str, StringConstraints(max_length=100, pattern=PRINTABLE)] = Field(
        default="",
        description="Your own opaque, lasting id of the signed-in user who books. Limits and strikes count for that user; "
        "without it for the `phone`, and without either for nobody. Only a one-way index of it is kept.",
    )
    agent: Id | None = Field(
        None,
        description="A registered agent that comes through this key, or is this `end_user` of it: it books by the person's "
        "mandate, under its own limits.",
    )


EndUser = Annotated[str, StringConstraints(max_length=100, pattern=PRINTABLE)]


class WhoActs(In):
    """Who looks at what an agent booked through a channel's system."""

    end_user: EndUser = Field(
        "", description="The user of your system that the agent is, where it was registered as one."
    )


class MoveIn(In):
    slot: Id


class BringOut(Out):
    name: str
    name_en: str


class AppointmentOut(Out):
    code: str
    qr: str = Field(description="Text of the QR code to show on arrival; signed. Empty where a mandate is over.")
    status: Literal["booked", "checked_in", "served", "cancelled", "no_show"]
    place: BookedPlace = Field(
        "window", description="`video`: nobody comes to the hall; a clerk calls them at its time."
    )
    without_number: bool = Field(
        False,
        description="`checked_in`, but no number was taken: the person was in the hall, so it is no no-show.",
    )
    excused: bool = Field(
        False,
        description="`booked`, but the hall is closed then and does not serve it: no no-show, and free to cancel or move.",
    )
    hall: Named
    item: Named
    starts_at: datetime
    ends_at: datetime
    persons: int
    bring: list[BringOut] = Field(
        description="What the situation takes that was answered with it, else the item in general."
    )
    situation: SituationOut | None = Field(
        None,
        description="What the answers came to; null: nothing was answered, not all, or a question has changed since.",
    )
    name: str = Field(description="Masked; empty where a mandate is over.")
    case: str | None = Field(None, description="The case whose papers it brings, while they are expected.")


# ---- agents ----


class AgentLimits(In):
    live_most: int = Field(ge=1, le=1000, description="Visits to come, at most; each person counts.")
    day_most: int = Field(ge=1, le=1000, description="Visits on one day of one hall, at most; each person counts.")


class AgentSuspension(In):
    why: _text(200) = Field("", description="Told to the agent; needed of one that has accepted.")  # type: ignore[valid-type]


class AgentIn(AgentLimits):
    name: _text(60, 1)  # type: ignore[valid-type]
    phone: _text(30, 1) = Field(description="The mobile number it signs in with.")  # type: ignore[valid-type]
    paper: _text(200, 1) = Field(description="What was seen: the licence, a letter.")  # type: ignore[valid-type]
    key: Id | None = Field(None, description="Of the `channel` system it books through as well.")
    end_user: EndUser = Field("", description="Its own name in that system; without it the whole key is the agent's.")


class AgentOut(Out):
    id: int
    hall: str = Field(description="Where it is registered.")
    name: str = Field(description="Masked.")
    phone: str = Field(description="Masked.")
    live_most: int
    day_most: int
    state: Literal["proposed", "active", "suspended"] = Field(
        description="`proposed`: the owner of the number has not accepted yet."
    )
    registered_at: datetime
    key: int | None
    clients: int = Field(description="Whose mandates are in force.")
    proposals: int = Field(description="Mandates it proposed that wait for an answer.")


class ClientIn(In):
    name: _text(60, 1)  # type: ignore[valid-type]
    id_type: Literal[
        "resident_id", "residence_permit", "permanent_residence", "home_return", "taiwan_pass", "passport", "uscc"
    ] = "resident_id"
    id_number: _text(40, 1)  # type: ignore[valid-type]


Reason = _text(200)


class MandateIn(In):
    person: ClientIn
    items: list[Code] = Field(default=[], max_length=200, description="Matters it covers; empty: all.")
    valid_until: Day = Field(description="Its last day, within three years.")
    paper: _text(200) = Field("", description="What was seen; by a `manage` key only.")  # type: ignore[valid-type]
    end_user: EndUser = ""


class PaperIn(In):
    paper: _text(200) = Field("", description="What was seen; by a `manage` key.")  # type: ignore[valid-type]
    person: ClientIn | None = Field(None, description="The client agrees; by a vouching `channel` key.")


class EndMandateIn(In):
    end_user: EndUser = ""
    person: ClientIn | None = Field(None, description="The client ends it; by a vouching `channel` key.")


class WhoseIn(In):
    person: ClientIn


class MandateOut(Out):
    """Ended ones are not listed."""

    id: int
    agent: int
    name: str = Field(description="Of the client, masked.")
    id_last4: str
    items: list[str] = Field(description="Codes; empty: every matter.")
    valid_until: date
    state: Literal["proposed", "in_force", "run_out", "ended"]


class ActsForMeOut(Out):
    id: int
    agent: int
    agent_name: str
    hall: str
    items: list[str]
    valid_until: date
    state: Literal["proposed", "in_force"]
    resting: bool = Field(description="The agent is suspended: it acts for nobody now.")


class ActsForMeListOut(Out):
    data: list[ActsForMeOut]
