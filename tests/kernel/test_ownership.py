"""Whose a booking is that stands on a document somebody shows, and which of several fall free."""

from __future__ import annotations

import pytest

from banshi.kernel.ownership import Fit, OnDocument, falls_free, fit, unclear

CARD = "zhang"
OWN = OnDocument(1, "", CARD)
NAMED = OnDocument(1, "account:1", CARD)
UNKNOWN = OnDocument(1, "account:2", "")
STRANGE = OnDocument(1, "account:3", "li")


def other(booking: OnDocument) -> OnDocument:
    """The same for another matter."""
    return OnDocument(2, booking.holder, booking.name)


@pytest.mark.parametrize(
    ("booking", "card", "fits"),
    [
        (OWN, CARD, Fit.OWN), (OWN, "", Fit.OWN), (NAMED, CARD, Fit.NAMED), (NAMED, "", Fit.UNKNOWN),
        (UNKNOWN, CARD, Fit.UNKNOWN), (STRANGE, CARD, Fit.STRANGE), (STRANGE, "", Fit.UNKNOWN),
    ],
)  # fmt: skip
def test_a_booking_fits_by_evidence_then_by_the_name_on_the_card(booking: OnDocument, card: str, fits: Fit) -> None:
    assert fit(booking, card=card) == fits


@pytest.mark.parametrize(
    ("used", "double", "falls"),
    [
        (OWN, NAMED, True), (OWN, STRANGE, True), (NAMED, NAMED, True), (NAMED, OWN, False), (STRANGE, NAMED, False),
        (OWN, other(STRANGE), True), (NAMED, other(STRANGE), True), (UNKNOWN, other(STRANGE), True),
        (STRANGE, other(STRANGE), False), (OWN, other(NAMED), False), (OWN, other(UNKNOWN), False),
        (NAMED, other(UNKNOWN), False), (OWN, other(OWN), False),
    ],
)  # fmt: skip
def test_doubles_of_the_matter_fall_free_and_of_other_matters_plain_strangers_alone(
    used: OnDocument, double: OnDocument, falls: bool
) -> None:
    assert falls_free(double, used=used, card=CARD) == falls


@pytest.mark.parametrize(
    ("bookings", "asked"),
    [
        ([NAMED, other(UNKNOWN)], True), ([NAMED, UNKNOWN], False), ([NAMED, other(NAMED)], False),
        ([OWN, other(STRANGE)], False), ([NAMED], False), ([], False),
    ],
)  # fmt: skip
def test_the_person_is_asked_where_matters_and_holders_differ(bookings: list[OnDocument], asked: bool) -> None:
    assert unclear(bookings, card=CARD) == asked
