"""Signs a PDF as PAdES, with the seal's picture beside the words of whoever gives it. Imports pyHanko: the worker's alone.

What is added is one revision, a certification after which nothing may change; the bytes before it stay. The picture is drawn in
lines and a font that is carried along, so that PDF/A stays PDF/A.
"""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pypdfium2
from asn1crypto import keys, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.stamp.static import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from banshi.gateways.seals import authority
from banshi.gateways.seals.picture import drawn
from banshi.rooms.seals.ports import CannotSeal, SealOf

SIDE = 42 * 72 / 25.4  # points
EDGE = 12.0
ABOVE = 36.0  # the middle of the seal, of the words
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it logs tracebacks of what is handled here
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


class _Dated(signers.PdfSigner):
    """Says the hall's time, not the machine's."""

    at: datetime

    def init_signing_session(self, *given: Any, **more: Any) -> Any:
        session = super().init_signing_session(*given, **more)
        session.system_time = self.at
        return session


class _Picture(PdfContent):
    """A page of a PDF, drawn into the appearance of the signature."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self._page = page

    def render(self) -> bytes:
        assert self.writer is not None
        drawing = self.writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._page)))
        self.resources.xobject["/Seal"] = drawing
        left, low, right, high = (float(each) for each in drawing.get_object()["/BBox"])
        self.box = BoxConstraints(width=right - left, height=high - low)
        return b"/Seal Do"


def signed(content: bytes, *, seal: SealOf, beside: Sequence[str], at: datetime) -> bytes:
    """:param beside: words on the paper which the seal is set on; the last of them that is found counts.

    :raises CannotSeal: no key, or no PDF that can be signed.
    """
    page, box = _place(content, beside)
    style = StaticStampStyle(border_width=0, background=_Picture(drawn(seal.words)))
    meta = signers.PdfSignatureMetadata(
        field_name="Seal", name=seal.words, location=seal.hall, subfilter=fields.SigSeedSubFilter.PADES, certify=True,
        md_algorithm="sha256", docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )  # fmt: skip
    spec = fields.SigFieldSpec("Seal", on_page=page, box=box, readable_field_name=f"电子印章：{seal.words}")
    signer = _Dated(meta, _signer(seal.key), stamp_style=style, new_field_spec=spec)
    signer.at = at
    try:
        done = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)))
    except Exception as trouble:  # whatever it stumbles over: one paper keeps no other back
        raise CannotSeal(f"not signed: {type(trouble).__name__}") from trouble
    return bytes(done.getvalue())


def _signer(key: str) -> signers.SimpleSigner:
    encoding, form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
    private = authority.private_key(key).private_bytes(encoding, form, serialization.NoEncryption())
    chain = [x509.Certificate.load(each.public_bytes(encoding)) for each in authority.chain_of(key)]
    return signers.SimpleSigner(
        signing_cert=chain[0], signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore.from_certs(chain),  # type: ignore[no-untyped-call]
    )  # fmt: skip


def _place(content: bytes, beside: Sequence[str]) -> tuple[int, tuple[int, int, int, int]]:
    """The page, and the square on it: its foot over the words, so that they can be read; else low on the right of the last page.
    Within the page.

    :raises CannotSeal: it is no PDF.
    """
    try:
        document = pypdfium2.PdfDocument(content)
        with contextlib.closing(document):
            for number in reversed(range(len(document))):
                page = document[number]
                found = [middle for said in beside if (middle := _middle(page, said)) is not None]
                if found:
                    wide, high = page.get_size()
                    return number, _square(found[-1][0], found[-1][1] + ABOVE, wide, high)
            wide, high = document[len(document) - 1].get_size()
            return len(document) - 1, _square(wide - SIDE, SIDE, wide, high)
    except (pypdfium2.PdfiumError, IndexError) as trouble:
        raise CannotSeal("no PDF with pages") from trouble


def _middle(page: pypdfium2.PdfPage, said: str) -> tuple[float, float] | None:
    """Of the last place on a page where this is said."""
    text = page.get_textpage()
    search, last = text.search(said, match_case=True), None
    while (hit := search.get_next()) is not None:
        last = hit
    if last is None:
        return None
    boxes = [text.get_charbox(index) for index in range(last[0], last[0] + last[1])]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    return (left + right) / 2, (min(box[1] for box in boxes) + max(box[3] for box in boxes)) / 2


def _square(x: float, y: float, wide: float, high: float) -> tuple[int, int, int, int]:
    left = min(max(x - SIDE / 2, EDGE), wide - SIDE - EDGE)
    low = min(max(y - SIDE / 2, EDGE), high - SIDE - EDGE)
    return round(left), round(low), round(left + SIDE), round(low + SIDE)
