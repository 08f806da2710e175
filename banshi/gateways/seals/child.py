"""Looks at the signatures in a PDF. Run as a file by an isolated interpreter for strangers' files – with its bounds and the
certificates that are trusted as one JSON argument, the file on stdin, a line of JSON on stdout –, imported by the worker for what
it has just signed. It needs nothing of Banshi, and asks nobody: no net, no lists of certificates.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import resource
import sys
from typing import Any


def bound(limits: dict[str, int]) -> None:
    """From here on: so much memory and time, no files written, no memory image left behind."""
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def look(content: bytes, roots: list[bytes], most: int = 8) -> dict[str, Any]:
    """What the first signature says, and whether anything came after it.

    :param roots: certificates in DER.
    :returns: `signatures` (how many); with at least one: `intact`, `whole` (nothing was added), `trusted` (by one of `roots`,
        at the time of signing), `in_time` (that time lies in its certificate's), `signed_at` (ISO, "" = unsaid), `certificate`
        (SHA-256), `name`.
    :raises Exception: it is no PDF that can be read.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(content), strict=False)
    found = reader.embedded_regular_signatures
    if not found or len(found) > most:
        return {"signatures": len(found)}
    return {"signatures": len(found), **_one(found[0], roots)}


def _one(signature: Any, roots: list[bytes]) -> dict[str, Any]:
    from asn1crypto import x509
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    at, leaf = signature.self_reported_timestamp, signature.signer_cert
    trust = [x509.Certificate.load(each) for each in roots]
    context = ValidationContext(trust_roots=trust, allow_fetching=False, moment=at)
    status = validate_pdf_signature(signature, signer_validation_context=context)
    covered = status.coverage in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)
    unchanged = covered and status.modification_level == ModificationLevel.NONE
    return {
        "intact": bool(status.intact and status.valid),
        "whole": bool(unchanged and status.coverage == SignatureCoverageLevel.ENTIRE_FILE and status.docmdp_ok),
        "trusted": bool(status.trusted),
        "sound": bool(status.bottom_line),
        "in_time": at is not None and leaf.not_valid_before <= at <= leaf.not_valid_after,
        "signed_at": at.isoformat() if at else "",
        "certificate": hashlib.sha256(leaf.dump()).hexdigest(),
        "name": str(leaf.subject.native.get("common_name") or "")[:120],
    }


def main() -> None:
    import logging

    logging.disable(logging.CRITICAL)  # its tracebacks repeat what stands in the file
    asked = json.loads(sys.argv[1])
    bound(asked["limits"])
    try:
        content = sys.stdin.buffer.read(asked["limits"]["bytes"] + 1)
        said = look(content, [base64.b64decode(each) for each in asked["roots"]])
    except (MemoryError, RecursionError):
        said = {"rejected": "heavy"}
    except Exception:  # whatever its parser stumbles over
        said = {"rejected": "unreadable"}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
