"""Refusals: a no that names its rule, its facts and the earliest next chance (mission §12.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Alternative:
    """A slot that is possible instead: shown as a button, and as an entry of `next` in the API."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    free: int
    hall: str
    hall_name: str = ""


Next = datetime | Sequence[Alternative] | None


@dataclass(frozen=True)
class Refusal:
    """What a rule answers instead of None: why not, said as data.

    :param slug: one of `SLUGS`; stable, part of the public API.
    :param facts: JSON-ready values that the words are filled with. Never personal data.
    :param next: earliest next chance: an aware datetime, or slots to offer, or None where there is none.
    """

    slug: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    next: Next = None

    def __post_init__(self) -> None:
        if self.slug not in SLUGS:
            raise ValueError(f"unknown refusal slug {self.slug!r}: list it in kernel/refusals.py and docs/integrate.md")


class Refused(Exception):
    """Raised by actions: the rule, the facts and the next chance, to show to the person."""

    def __init__(self, refusal: Refusal | str, *, facts: Mapping[str, Any] | None = None, next: Next = None) -> None:
        self.refusal = refusal if isinstance(refusal, Refusal) else Refusal(refusal, facts or {}, next)
        super().__init__(self.refusal.slug)

    @property
    def slug(self) -> str:
        return self.refusal.slug

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.refusal.facts

    @property
    def next(self) -> Next:
        return self.refusal.next


# slug → HTTP status. 409: the world says no; 403: you may not; 404: not there (or not yours); 422: malformed; 429: too often.
SLUGS: dict[str, int] = {
    "slot-full": 409,
    "not-open-yet": 409,
    "past": 409,
    "same-day": 409,
    "cut-off": 409,
    "closed": 409,
    "limit-half-day": 409,
    "limit-live": 409,
    "limit-period": 409,
    "limit-day": 409,
    "too-many-people": 409,
    "mandate-missing": 409,
    "member-limited": 409,
    "guardian-over": 409,
    "asked-enough": 409,
    "too-many-enquiries": 409,
    "same-time": 409,
    "move-limit": 409,
    "suspended": 409,
    "already-cancelled": 409,
    "too-early": 409,
    "too-late": 409,
    "identity-mismatch": 409,
    "identity-not-seen": 409,
    "identity-level": 409,
    "identity-invalid": 422,
    "phone-invalid": 422,
    "item-not-here": 409,
    "item-retired": 409,
    "out-of-season": 409,
    "not-bookable": 409,
    "channel-not-allowed": 409,
    "agent-not-allowed": 409,
    "daily-limit": 409,
    "last-number": 409,
    "walk-ins-closed": 409,
    "wrong-state": 409,
    "not-signed-in": 409,
    "window-busy": 409,
    "window-taken": 409,
    "person-elsewhere": 409,
    "recall-limit": 409,
    "already-rated": 409,
    "already-checked-in": 409,
    "already-waiting": 409,
    "video-not-here": 409,
    "too-many-waiting": 409,
    "too-many-lines": 409,
    "visit-asked": 409,
    "visits-full": 409,
    "visitor-busy": 409,
    "which-appointment": 409,
    "hold-expired": 409,
    "changed-meanwhile": 409,
    "idempotency-conflict": 409,
    "not-your-hall": 403,
    "not-every-hall": 403,
    "other-hall": 409,
    "not-allowed": 403,
    "show-first": 403,
    "way-not-shown": 409,
    "code-wrong": 409,
    "code-void": 409,
    "code-used": 409,
    "cabinet-full": 409,
    "door-stuck": 409,
    "zone-full": 409,
    "zone-closed": 409,
    "zone-needs-card": 409,
    "zone-code-wrong": 409,
    "zone-code-over": 409,
    "fee-due": 409,
    "fee-settled": 409,
    "till-down": 409,
    "not-sealed-yet": 409,
    "copy-not-set": 409,
    "paper-set-aside": 409,
    "already-dropped": 409,
    "papers-in-cabinet": 409,
    "on-its-way": 409,
    "courier-down": 409,
    "telephony-down": 409,
    "way-not-here": 409,
    "printer-stuck": 409,
    "form-invalid": 422,
    "material-missing": 409,
    "second-notice": 409,
    "same-person": 409,
    "locked": 409,
    "urged-already": 409,
    "deferred-open": 409,
    "stage-open": 409,
    "quota-full": 409,
    "earlier-first": 409,
    "not-drawn-yet": 409,
    "not-drawn": 409,
    "no-round-open": 409,
    "round-unsettled": 409,
    "not-looked-at": 422,
    "not-deferrable": 409,
    "deferral-barred": 409,
    "promise-barred": 409,
    "promise-barred-until": 409,
    "clock-stopped": 409,
    "duplicate-case": 409,
    "proof-of-work-needed": 409,
    "material-rejected": 422,
    "wrong-offset": 409,
    "consent-missing": 409,
    "library-can-supply": 409,
    "address-not-allowed": 422,
    "too-many-webhooks": 409,
    "nothing-found": 404,
    "invalid": 422,
    "unauthenticated": 401,
    "rate-limited": 429,
}
