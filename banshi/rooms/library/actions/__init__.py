"""Take files in, keep those we made, issue and use certificates, learn facts."""

from banshi.rooms.library.actions.certificates import end_certificate, issue_certificate, learn, use_certificate
from banshi.rooms.library.actions.destroying import destroy
from banshi.rooms.library.actions.files import keep, take_in
from banshi.rooms.library.actions.scanning import reject, release, scan_pending

__all__ = [
    "destroy",
    "end_certificate",
    "issue_certificate",
    "keep",
    "learn",
    "reject",
    "release",
    "scan_pending",
    "take_in",
    "use_certificate",
]
