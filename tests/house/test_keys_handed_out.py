"""A signature opens something: every place that hands one out is listed here, with who may get it (ADR 9)."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2] / "banshi"
HANDS_OUT = re.compile(
    r"(?<!def )(?:\brating_key\(|\|rating_key\b|(?<![\w.])(?:crypto\.)?sign\(|(?<!def )\blink_key\()"
)

WHO_MAY = {
    # what steers and rates a number
    "foundation/crypto.py": "makes them, and compares",
    "foundation/templatetags/ui.py": "the filter `rating_key`, for the template below",
    "rooms/messaging/actions/wording.py": "messages, which go to `contact_of_booked` and the contact given with a number",
    "surfaces/kiosk/slip.py": "a slip, behind `slips.need_let`: its key, this machine for five minutes, or the card",
    "surfaces/citizen/rating_keys.py": "a browser that came with the key",
    "surfaces/citizen/following.py": "`_mine`: who came with the key, booked it, or is proven to be its person",
    "surfaces/citizen/templates/citizen/appointment.html": "`own_number`: who may act for the number it became",
    # what opens an appointment without signing in
    "surfaces/citizen/appointments.py": "who came by the link already, and keeps it",
    "surfaces/citizen/templatetags/citizen.py": "who came by the link already, for the rest of the visit",
    "rooms/booking/queries/appointments.py": "the code that checks in: who sees the appointment; staff print it, on the trail",
    # what names a person or a form for the next step; opens nothing by itself
    "surfaces/office/guide_found.py": "the guide who found the person",
    "surfaces/office/joining.py": "staff who found the person",
    "surfaces/office/people.py": "staff who found the person",
    "frames/case_fields.py": "whoever may follow the case: stands for a value they saw",
    "foundation/once.py": "the session that was shown the form",
    "journeys/case/drop_slip.py": "whoever dropped papers at the machine, and who may follow their case: opens nothing",
    "kernel/cards.py": "nobody: compares what a reader signed",
    "frames/remote_call.py": "a side of a call: its caller, or the seat whose call it is, for a minute",
    "agent/door.py": "the page on the machine itself, with the token of its file: the card that lies on the reader now",
}


def test_keys_are_handed_out_where_it_is_written_who_may_get_them() -> None:
    found: Counter[str] = Counter()
    for path in sorted([*ROOT.rglob("*.py"), *ROOT.rglob("*.html")]):
        text = path.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not re.match(r"\s*(from|import|#|def)\b", line)]
        found[path.relative_to(ROOT).as_posix()] += len(HANDS_OUT.findall("\n".join(lines)))

    assert {path for path, n in found.items() if n} == set(WHO_MAY)


def test_no_page_or_answer_for_staff_holds_what_rates() -> None:
    for surface in ("office", "desk", "screens", "api"):
        files = [each for kind in ("*.py", "*.html") for each in (ROOT / "surfaces" / surface).rglob(kind)]
        named = [each.name for each in files if "rating_key" in each.read_text(encoding="utf-8")]

        assert named == []
