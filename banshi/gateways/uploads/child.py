"""The process that opens a stranger's file: whatever happens here happens to it alone.

Run as a file by an isolated interpreter, with its bounds as one JSON argument; it sets them before it reads a byte. The
file comes on stdin. The answer goes to stdout: a line of JSON, `{"rejected": why}` or `{"mime", "pages", "kept"}`, and, unless
the file is kept as it came, the file as it may be kept. It needs nothing of Banshi.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
import zipfile
from typing import Any

QUALITY = 88
PREVIEW = 600  # pixels: the first page is drawn once, so small
PHOTOS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIF"}
# What runs, leads out of the file, or is another file. Links to pages on the web are left.
KEYS = {"/JS", "/JavaScript", "/AA", "/XFA", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/AF", "/RichMediaContent"}
ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound",
    "/RichMediaExecute",
}  # fmt: skip
SUBTYPES = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}


class Rejected(Exception):
    """Why, as `rules.REASONS` of the library knows it."""


def bound(limits: dict[str, int]) -> None:
    """From here on: so much memory and time, no files written, no memory image left behind."""
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def opened(content: bytes, limits: dict[str, int]) -> tuple[dict[str, Any], bytes]:
    """What it is, and the bytes to keep; none: those that came."""
    import filetype

    kind = filetype.guess_mime(content[:8192])
    if kind in PHOTOS:
        return {"mime": "image/jpeg", "pages": 1, "kept": False}, photo(content, PHOTOS[kind], limits)
    if content.startswith(b"%PDF-"):
        return {"mime": "application/pdf", "pages": pdf(content, limits), "kept": True}, b""
    raise Rejected("type")


def photo(content: bytes, form: str, limits: dict[str, int]) -> bytes:
    """Drawn anew: turned as it is to be seen, on white, as a JPEG in which nothing else stands."""
    import pillow_heif
    from PIL import Image, ImageOps, UnidentifiedImageError

    if form == "HEIF":
        pillow_heif.register_heif_opener(thumbnails=False)
        pillow_heif.options.DECODE_THREADS = 1
    Image.MAX_IMAGE_PIXELS = limits["pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    side = limits["side"]
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as image:
            if image.width * image.height > limits["pixels"]:
                raise Rejected("pixels")
            image.draft("RGB", (side, side))
            plain = ImageOps.exif_transpose(eight_bits(image))
        if plain.mode == "P" or "transparency" in plain.info:
            plain = plain.convert("RGBA")
        plain.thumbnail((side, side))
        drawn = Image.new("RGB", plain.size, "white")
        drawn.paste(plain.convert("RGB"), mask=plain.getchannel("A") if "A" in plain.getbands() else None)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Rejected("pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError):
        raise Rejected("unreadable") from None
    made = io.BytesIO()
    drawn.save(made, "JPEG", quality=QUALITY, subsampling="4:2:0")
    return made.getvalue()


def eight_bits(image: Any) -> Any:
    """Greys of sixteen bits as eight; others as they are."""
    image.load()
    return image.point(lambda value: value / 256).convert("L") if image.mode.startswith("I") else image


def pdf(content: bytes, limits: dict[str, int]) -> int:
    """How many pages it has; it is kept as it is."""
    import pikepdf

    another_file(content)
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if document.is_encrypted:
                raise Rejected("locked")
            pages = len(document.pages)
            if pages == 0:
                raise Rejected("unreadable")
            if pages > limits["pages"]:
                raise Rejected("pages")
            for each in document.objects:
                nothing_runs(each)
            opens_quietly(document.Root.get("/OpenAction"))
    except pikepdf.PasswordError:
        raise Rejected("locked") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, AttributeError, TypeError, KeyError):
        raise Rejected("unreadable") from None
    draw_first(content)
    return pages


def another_file(content: bytes) -> None:
    """A PDF ends with its last mark; and it is no archive for programs that read from the end."""
    behind = content[content.rfind(b"%%EOF") + 5 :] if b"%%EOF" in content else b""
    if behind.strip(b"\x00\t\n\f\r ") or zipfile.is_zipfile(io.BytesIO(content)):
        raise Rejected("mixed")


def nothing_runs(top: Any) -> None:
    """Looks through an object and all that stands in it; what it refers to stands for itself."""
    import pikepdf

    waiting = [top]
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Array):
            values = list(each)
        elif isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
            keys = set(each.keys())
            if keys & KEYS or named(each, "/S") in ACTIONS or named(each, "/Subtype") in SUBTYPES:
                raise Rejected("active")
            if named(each, "/Type") == "/EmbeddedFile":
                raise Rejected("active")
            values = [each[key] for key in keys]
        else:
            continue
        waiting += [value for value in values if isinstance(value, pikepdf.Object) and not value.is_indirect]


def opens_quietly(action: Any) -> None:
    """Many writers say which page is shown first; anything else at the opening is refused."""
    import pikepdf

    if action is None or isinstance(action, pikepdf.Array):
        return
    if not isinstance(action, pikepdf.Dictionary) or named(action, "/S") != "/GoTo" or "/Next" in action:
        raise Rejected("active")


def named(of: Any, key: str) -> str:
    """A name that stands under a key; "" for anything else."""
    import pikepdf

    value = of.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def draw_first(content: bytes) -> None:
    """A page that nobody can draw is no paper; and one that takes for ever is not given to a clerk's browser."""
    import pypdfium2

    try:
        page = pypdfium2.PdfDocument(content)[0]
        page.render(scale=min(1.0, PREVIEW / max(1.0, *page.get_size())))
    except (pypdfium2.PdfiumError, ValueError):
        raise Rejected("unreadable") from None


def main() -> None:
    limits = json.loads(sys.argv[1])
    bound(limits)
    try:
        said, kept = opened(sys.stdin.buffer.read(limits["bytes"] + 1), limits)
    except Rejected as why:
        said, kept = {"rejected": str(why)}, b""
    except (MemoryError, RecursionError):
        said, kept = {"rejected": "heavy"}, b""
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    sys.stdout.buffer.write(kept)


if __name__ == "__main__":
    main()
