"""What the library takes in and why not, how far a thing is trusted, and what may become of it. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from banshi.kernel.refusals import Refusal, Refused
from banshi.kernel.transitions import Step, Table

# --- Files that come from outside (收取材料) ---------------------------------------------------------------------

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2400  # pixels: A4 at 200 dpi
MOST_PAGES = 100
LONGEST_NAME = 120
CHANNELS = ("paper", "usb", "scan", "upload", "library")  # 纸质、U盘、扫描、网传、证照库
MADE = "made"  # by ourselves: papers, certificates
IMAGE, PDF = "image/jpeg", "application/pdf"  # all that is kept of what came from outside

# Why a file is not taken, in words for whoever sent it.
REASONS: dict[str, dict[str, str]] = {
    "empty": {"zh": "文件是空的", "en": "The file is empty"},
    "too-large": {"zh": "文件超过 20 MB", "en": "The file is larger than 20 MB"},
    "type": {"zh": "只收照片（JPG、PNG、HEIC）和 PDF", "en": "Only photos (JPG, PNG, HEIC) and PDF are taken"},
    "unreadable": {
        "zh": "文件打不开：可能没传完整，或已损坏",
        "en": "The file does not open: it may be cut short or damaged",
    },
    "pixels": {"zh": "图片超过 4000 万像素", "en": "The picture has more than 40 million pixels"},
    "heavy": {
        "zh": "文件太复杂，打开它太费力：重新拍照，或另存一份再传",
        "en": "The file takes too much work to open: photograph it, or save it anew",
    },
    "locked": {
        "zh": "PDF 设了密码或限制：去掉后再传",
        "en": "The PDF has a password or restrictions: take them off first",
    },
    "active": {
        "zh": "PDF 里有脚本、会自动运行的内容或夹带的文件：打印成 PDF 再传",
        "en": "The PDF holds scripts, something that runs by itself, or attached files: print it to a PDF and send that",
    },
    "mixed": {
        "zh": "PDF 里还接着别的文件：打印成 PDF 再传",
        "en": "Another file hangs on to the PDF: print it to a PDF and send that",
    },
    "pages": {"zh": "PDF 超过 100 页：分几份传", "en": "The PDF has more than 100 pages: send it in parts"},
    "infected": {"zh": "文件里查出病毒", "en": "A virus was found in the file"},
    "by-hand": {"zh": "工作人员看过，没有收", "en": "Staff looked at it and did not take it"},
}


def rejected(why: str) -> Refusal:
    """`material-rejected` with the reason in both languages."""
    return Refusal("material-rejected", {"why": why, "reason": REASONS[why]})


def size_refusal(size: int) -> Refusal | None:
    """Why content of so many bytes is not even looked at, or None."""
    if size == 0:
        return rejected("empty")
    return rejected("too-large") if size > MOST_BYTES else None


def file_name(text: str) -> str:
    """A name as shown: without the folders before it and what cannot be seen, the last `LONGEST_NAME` characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    seen = "".join(each for each in last if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    return " ".join(seen.split())[-LONGEST_NAME:].strip() or "file"


# How far a file is cleared of viruses. Pending: there is a scanner, but it did not answer; staff do not get the file until it
# did, or one of them looked. Unavailable: no scanner here, which staff are told.
UPLOAD = Table(
    "upload",
    states=["pending", "clean", "unavailable", "rejected"],
    begins=["clean", "unavailable"],
    ends=["rejected"],
    steps={
        "release": Step("pending", "unavailable", to="clean"),
        "reject": Step("pending", "unavailable", "clean", to="rejected"),
    },
)

# --- Certificates (电子证照) and facts ---------------------------------------------------------------------------

# 可信等级: A made by the issuer, B seen at a window, C sent in and to be checked, D declared under promise (国办函〔2016〕108号).
TRUST = ("A", "B", "C", "D")
LONGEST_NUMBER = 80

CERTIFICATE = Table(
    "certificate",
    states=["valid", "ended"],
    ends=["ended"],
    steps={"end": Step("valid", to="ended"), "put_back": Step("ended", to="valid", undoes=True)},
)


def certificate_number(text: str) -> str:
    """A number as it is compared: without spaces, upper case, full-width characters as plain ones.

    :raises Refused: invalid – empty or too long.
    """
    number = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if not 1 <= len(number) <= LONGEST_NUMBER:
        reason = {"zh": f"证号是 1 到 {LONGEST_NUMBER} 个字符", "en": f"A number has 1 to {LONGEST_NUMBER} characters"}
        raise Refused("invalid", facts={"field": "number", "reason": reason})
    return number


def use_refusal(*, status: str, valid_until: date | None, consent: bool, today: date) -> Refusal | None:
    """Why a certificate may not be used in a matter, or None. Its last day counts."""
    if not consent:
        return Refusal("consent-missing")
    if status not in CERTIFICATE.goes_on or (valid_until is not None and valid_until < today):
        return Refusal("wrong-state", {"state": "ended", "needs": "valid"})
    return None
