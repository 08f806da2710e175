"""Take files in, keep those we made, issue and use certificates, learn facts."""

from banshi.rooms.library.actions.authorities import give_authority, take_authority
from banshi.rooms.library.actions.batches import forget_imports, import_batch, import_told
from banshi.rooms.library.actions.certificates import (
    end_certificate,
    issue_certificate,
    learn,
    unlearn,
    use_certificate,
    use_earlier,
)
from banshi.rooms.library.actions.destroying import destroy, forget_unkept
from banshi.rooms.library.actions.files import keep, take_in
from banshi.rooms.library.actions.importing import end_own, import_certificates
from banshi.rooms.library.actions.replacing import Moved, Wanted, end_for_case, hold_holder, put_back_of_case
from banshi.rooms.library.actions.scanning import reject, release, scan_pending
from banshi.rooms.library.actions.uploads import begin_upload, drop_upload, finish_upload, forget_uploads, put_part

__all__ = [
    "Moved",
    "Wanted",
    "begin_upload",
    "destroy",
    "drop_upload",
    "end_certificate",
    "end_for_case",
    "end_own",
    "finish_upload",
    "forget_imports",
    "forget_unkept",
    "forget_uploads",
    "give_authority",
    "hold_holder",
    "import_batch",
    "import_certificates",
    "import_told",
    "issue_certificate",
    "keep",
    "learn",
    "put_back_of_case",
    "put_part",
    "reject",
    "release",
    "scan_pending",
    "take_authority",
    "take_in",
    "unlearn",
    "use_certificate",
    "use_earlier",
]
