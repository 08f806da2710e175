"""Webhooks (事件推送): another system is told instead of asking. It hears what its key may see, and nothing else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from banshi.foundation import clock
from banshi.foundation.problem import rfc3339
from banshi.rooms.hooks import actions, queries, rules
from banshi.rooms.hooks.models import Delivery, Hook
from banshi.rooms.places import queries as places
from banshi.surfaces.api.answers import Answer, answer, invalid
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.pages import cursor_at, page, start_of
from banshi.surfaces.api.schemas import Code, Page, Paged
from banshi.surfaces.api.webhook_schemas import (
    DeliveryOut,
    MadeWebhookOut,
    PingOut,
    ReplayIn,
    ReplayOut,
    WebhookIn,
    WebhookOut,
)

router = Router(tags=["webhooks"])


@router.get("/webhooks", **op("list_webhooks", {200: Page[WebhookOut]}), summary="Webhooks of this key")
def list_webhooks(request: HttpRequest, asked: Query[Paged]) -> HttpResponse:
    """In the order in which they were registered; ended ones are not listed."""
    return found(page([_part(each) for each in queries.hooks_of_key(caller(request).key.id)], asked))


@router.post("/webhooks", **op("register_webhook", {201: MadeWebhookOut}), summary="Register a webhook")
@write
def register_webhook(request: HttpRequest, body: WebhookIn) -> Answer:
    """From now on this address is told of what happens: with a `manage` key in its halls, with a `channel` key of what it
    made. The secret is in this answer and in none after it. `https` only; an address that is not public is refused here or when
    it is connected to."""
    who = caller(request)
    unknown = [each for each in body.types if each not in rules.WANTED]
    if unknown:
        raise invalid(f"没有这种事件：{unknown[0]}", f"No such type of event: {unknown[0]}")
    if body.hall is not None:
        who.must_reach(places.hall_by_code(body.hall).code)
    made, secret = actions.register(
        key_id=who.key.id, url=body.url, types=body.types, hall=body.hall or "", by=who.by, now=clock.now()
    )
    return answer(201, {**_part(made), "secret": secret})


@router.get("/webhooks/{webhook}", **op("get_webhook", {200: WebhookOut}), summary="One webhook")
def get_webhook(request: HttpRequest, webhook: Path[Code]) -> HttpResponse:
    return found(_part(_own(request, webhook)))


@router.delete("/webhooks/{webhook}", **op("end_webhook", {200: WebhookOut}), summary="End a webhook")
@write
def end_webhook(request: HttpRequest, webhook: Path[Code]) -> Answer:
    """Nothing is told any more, not even what was on its way."""
    row = _own(request, webhook)
    return answer(200, _part(actions.end(code=row.code, by=caller(request).by, now=clock.now())))


@router.post(
    "/webhooks/{webhook}/secret", **op("change_webhook_secret", {200: MadeWebhookOut}), summary="Change the secret"
)
@write
def change_webhook_secret(request: HttpRequest, webhook: Path[Code]) -> Answer:
    """A new one, in this answer and in none after it. For 24 hours the one before signs along."""
    row = _own(request, webhook)
    changed, secret = actions.change_secret(code=row.code, by=caller(request).by, now=clock.now())
    return answer(200, {**_part(changed), "secret": secret})


@router.post("/webhooks/{webhook}/on", **op("turn_on_webhook", {200: WebhookOut}), summary="Turn a webhook on again")
@write
def turn_on_webhook(request: HttpRequest, webhook: Path[Code]) -> Answer:
    """After 410, days without an answer, or the office's hand. It hears what happens from now on. Repeating it changes
    nothing."""
    row = _own(request, webhook)
    return answer(200, _part(actions.turn_on(code=row.code, by=caller(request).by, now=clock.now())))


@router.post("/webhooks/{webhook}/ping", **op("ping_webhook", {200: PingOut}), summary="Send a test event")
@write
def ping_webhook(request: HttpRequest, webhook: Path[Code]) -> Answer:
    """`banshi.ping`, whatever types were asked for. How it went is in the deliveries."""
    row = _own(request, webhook)
    return answer(200, {"event": actions.ping(code=row.code, by=caller(request).by, now=clock.now())})


@router.get(
    "/webhooks/{webhook}/deliveries",
    **op("list_deliveries", {200: Page[DeliveryOut]}),
    summary="What was told, and how",
)
def list_deliveries(request: HttpRequest, webhook: Path[Code], asked: Query[Paged]) -> HttpResponse:
    """The newest event first, each with its tries, the last first. Kept for 30 days."""
    start, rows = start_of(asked), queries.deliveries(_own(request, webhook))
    read = list(rows[start : start + asked.limit + 1])
    more = cursor_at(start + asked.limit) if len(read) > asked.limit else None
    return found({"data": [_delivery(each) for each in read[: asked.limit]], "next": more})


@router.post("/webhooks/{webhook}/replay", **op("replay_webhook", {200: ReplayOut}), summary="Tell again")
@write
def replay_webhook(request: HttpRequest, webhook: Path[Code], body: ReplayIn) -> Answer:
    """Everything from this event on, in order, under the same ids: for whoever lost what they had heard."""
    row = _own(request, webhook)
    count = actions.replay(code=row.code, event=body.from_, by=caller(request).by, now=clock.now())
    return answer(200, {"events": count})


def _own(request: HttpRequest, code: str) -> Hook:
    """:raises Refused: nothing-found – also for another key's."""
    return queries.hook(code, key_id=caller(request).key.id)


def _part(row: Hook) -> dict[str, Any]:
    return {
        "id": row.code,
        "url": row.url,
        "types": list(row.types),
        "hall": row.hall or None,
        "state": row.state,
        "why": row.why,
        "made_at": rfc3339(row.made_at),
        "failing_since": _at(row.failing_since),
        "reached_at": _at(row.reached_at),
        "both_secrets_until": _at(row.old_until),
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "event": row.event.code,
        "type": row.event.type,
        "subject": row.event.subject,
        "state": row.state,
        "tries": row.tries,
        "next_at": _at(row.due_at) if row.state == "due" else None,
        "attempts": [
            {"at": rfc3339(each.at), "status": each.status, "ms": each.ms, "said": each.said}
            for each in row.tried  # type: ignore[attr-defined]
        ],
    }


def _at(at: Any) -> str | None:
    return rfc3339(at) if at is not None else None
