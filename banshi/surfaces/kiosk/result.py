"""How the result of a case is had, as the machine says it: as a file, out of a cabinet, by post, at the window, printed here."""

from __future__ import annotations

from django.utils.translation import pgettext

from banshi.journeys.case import kiosk_print
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import queries as deliveries
from banshi.surfaces.kiosk.place import Place
from banshi.surfaces.kiosk.printed import prints


def result_words(place: Place, case: Case) -> str:
    """Of what was granted, and is paid for: where it is, or will be."""
    if cases.comes_by_itself(case):
        return _file(
            case,
            pgettext("kiosk", "The result is a file. In a moment it lies with the case on the phone; nothing has to be fetched."),
            pgettext(
                "kiosk",
                "The result is a file. In a moment it lies with the case and under “My data” on the phone; nothing has to be "
                "fetched.",
            ),
        )  # fmt: skip
    if case.phase in ("delivered", "closed"):
        return _given(case)
    if case.phase == "ready":
        return _ready(place, case)
    wish = deliveries.wish_of(case)
    return {
        "courier": pgettext("kiosk", "The result is being made, and is posted to you then."),
        "cabinet": pgettext("kiosk", "The result is being made, and lies in the cabinet of the hall then."),
    }.get(
        wish.how if wish is not None else "",
        pgettext("kiosk", "The result is being made. Once it is ready, fetch it at the issue window with the ID card."),
    )


def _file(case: Case, with_case: str, with_certificates: str) -> str:
    """:param with_certificates: where the library keeps it, too."""
    return with_certificates if cases.handling_of_case(case).result.certificate_type else with_case


def _given(case: Case) -> str:
    row = deliveries.delivery_of(case)
    if row is not None and row.how != "electronic":
        return pgettext("kiosk", "The result was handed over.")
    return _file(
        case,
        pgettext("kiosk", "The result is a file: it lies with the case on the phone."),
        pgettext("kiosk", "The result is a file: it lies with the case and under “My data” on the phone."),
    )


def _ready(place: Place, case: Case) -> str:
    wish, row = deliveries.wish_of(case), deliveries.delivery_of(case)
    if row is not None and row.state == "posted":
        return pgettext("kiosk", "The courier has the result: it is on its way to you.")
    if wish is not None and wish.how == "courier":
        return pgettext("kiosk", "The result is ready, and is posted to you.")
    if deliveries.stay_of(case, "result") is not None:
        return pgettext("kiosk", "The result lies in the cabinet of the hall: the code opens it.")
    said = pgettext("kiosk", "The result is ready: fetch it at the issue window with the ID card.")
    may_print = prints(place) and place.hall.pk == case.hall_id and kiosk_print.is_printable(case)
    if may_print and row is not None and row.open_code:
        said += pgettext("kiosk", " Or print it here: the code, then the card.")
    return said
