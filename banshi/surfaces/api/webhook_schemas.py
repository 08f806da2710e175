"""Shapes of webhooks: what a system asks for, what it is shown, and what it is sent."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from banshi.rooms.hooks import rules
from banshi.surfaces.api.schemas import PRINTABLE, Code, In, Out

Type = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z]+\.([a-z_]+|\*)$")]
State = Literal["on", "off", "ended"]
Why = Literal["", "hand", "gone", "failing"]


class WebhookIn(In):
    url: Annotated[str, StringConstraints(min_length=1, max_length=rules.MOST_URL, pattern=PRINTABLE)]
    types: Annotated[list[Type], Field(max_length=60)] = Field(
        [], description="Types of events, or `appointment.*`, `ticket.*`, `case.*`, `enquiry.*`; none: all."
    )
    hall: Code | None = None


class ReplayIn(In):
    from_: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^evt_[0-9a-f]+$")] = Field(
        alias="from"
    )


class WebhookOut(Out):
    id: str
    url: str
    types: list[str]
    hall: str | None
    state: State
    why: Why
    made_at: str
    failing_since: str | None
    reached_at: str | None
    both_secrets_until: str | None = Field(description="Until then the secret before signs along.")


class MadeWebhookOut(WebhookOut):
    secret: str = Field(description="Shown this once: `whsec_…`.")


class AttemptOut(Out):
    at: str
    status: int | None
    ms: int
    said: str


class DeliveryOut(Out):
    event: str
    type: str
    subject: str
    state: Literal["due", "sending", "sent", "failed"]
    tries: int
    next_at: str | None
    attempts: list[AttemptOut]


class ReplayOut(Out):
    events: int


class PingOut(Out):
    event: str


def described() -> dict[str, Any]:
    """The `webhooks` of the OpenAPI document: one event, whatever its type."""
    return {
        "event": {
            "post": {
                "operationId": "on_event",
                "summary": "Something happened",
                "description": "A CloudEvents 1.0 event, signed as Standard Webhooks. It may come twice (the same `webhook-id`)."
                " Codes, numbers, states and times; whatever else is asked for by the API.",
                "parameters": [
                    {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": said}
                    for name, said in (
                        ("webhook-id", "The event's id, the same each time it is sent."),
                        ("webhook-timestamp", "Seconds since 1970, of this try."),
                        ("webhook-signature", "`v1,<base64>`; two with a blank between while the secret is changed."),
                    )
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/cloudevents+json": {"schema": _EVENT}},
                },
                "responses": {
                    "2XX": {"description": "Heard."},
                    "410": {"description": "Send nothing here any more."},
                },
            }
        }
    }


_EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
    "properties": {
        "specversion": {"type": "string", "enum": ["1.0"]},
        "id": {"type": "string"},
        "source": {"type": "string", "format": "uri"},
        "type": {"type": "string", "enum": [f"banshi.{each}" for each in (*rules.TYPES, rules.PING)]},
        "subject": {"type": "string", "examples": ["appointment:K7Q2M9XA", "ticket:9f…", "case:…"]},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"type": "string", "enum": ["application/json"]},
        "data": {"type": "object"},
    },
}
