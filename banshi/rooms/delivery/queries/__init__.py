"""Reads on deliveries, cabinets and parcels."""

from banshi.rooms.delivery.queries.cabinets import (
    Lying,
    cabinet_by_code,
    cabinets_at,
    cabinets_of,
    counts_from,
    drop_of,
    empty_cells,
    lying,
    stay_of,
)
from banshi.rooms.delivery.queries.handing import called_for, code_for_applicant, delivery_of, papers_left, posted_among
from banshi.rooms.delivery.queries.parcels import (
    OnItsWay,
    coming_in,
    courier,
    on_their_way,
    parcel_by_waybill,
    parcel_of,
    sent_papers_of,
    to_ask_about,
    wish_of,
    wishes_of,
)
from banshi.rooms.delivery.queries.trail import Step, trail

__all__ = [
    "Lying",
    "OnItsWay",
    "Step",
    "cabinet_by_code",
    "cabinets_at",
    "cabinets_of",
    "called_for",
    "code_for_applicant",
    "coming_in",
    "counts_from",
    "courier",
    "delivery_of",
    "drop_of",
    "empty_cells",
    "lying",
    "on_their_way",
    "papers_left",
    "parcel_by_waybill",
    "parcel_of",
    "posted_among",
    "sent_papers_of",
    "stay_of",
    "to_ask_about",
    "trail",
    "wish_of",
    "wishes_of",
]
