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
from banshi.rooms.library.actions.consenting import (
    Lent,
    agree_to_facts,
    forget_fact_uses,
    lend_facts,
    take_back_consent,
    use_facts,
)
from banshi.rooms.library.actions.destroying import destroy, forget_unkept
from banshi.rooms.library.actions.files import keep, take_in
from banshi.rooms.library.actions.importing import end_own, import_certificates
from banshi.rooms.library.actions.replacing import Moved, Wanted, end_for_case, hold_holder, put_back_of_case, would_end
from banshi.rooms.library.actions.scanning import reject, release, scan_pending
from banshi.rooms.library.actions.uploads import begin_upload, drop_upload, finish_upload, forget_uploads, put_part

__all__ = [
    "Lent",
    "Moved",
    "Wanted",
    "agree_to_facts",
    "begin_upload",
    "destroy",
    "drop_upload",
    "end_certificate",
    "end_for_case",
    "end_own",
    "finish_upload",
    "forget_fact_uses",
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
    "lend_facts",
    "put_back_of_case",
    "put_part",
    "reject",
    "release",
    "scan_pending",
    "take_authority",
    "take_back_consent",
    "take_in",
    "unlearn",
    "use_certificate",
    "use_earlier",
    "use_facts",
    "would_end",
]
