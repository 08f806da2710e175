"""Bad files of every kind: each is refused with a word that people get a reason for, or comes out as a plain picture."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
import pillow_heif
import pytest
from PIL import Image

from banshi.rooms.library.rules import REASONS
from tests.gateways.test_uploads import EXIF_ORIENTATION, chunk, cleaned, is_like, pdf, picture, saved, shown, why

RED, BLUE = (220, 20, 20), (20, 20, 220)
# Where red lies in a picture of red above and blue below that is to be turned so (EXIF 2.3, tag 0x0112).
RED_LIES = {1: "above", 2: "above", 3: "below", 4: "below", 5: "left", 6: "right", 7: "right", 8: "left"}
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><body><script>alert(1)</script></body></html>"


def docx_that_unpacks_to_far_more() -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        zipped.writestr("[Content_Types].xml", "<Types/>")
        with zipped.open("word/document.xml", "w", force_zip64=True) as body:
            for _ in range(64):
                body.write(bytes(1 << 20))
    return into.getvalue()


def written(document: pikepdf.Pdf, **saving: object) -> bytes:
    into = io.BytesIO()
    document.save(into, **saving)  # type: ignore[arg-type]
    return into.getvalue()


def pdf_with_a_script() -> bytes:
    document, _ = pdf()
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    return written(document)


def pdf_with_a_file_in_it() -> bytes:
    document, _ = pdf()
    document.attachments["evil.exe"] = b"MZ"
    return written(document)


def locked_pdf() -> bytes:
    document, _ = pdf()
    return written(document, encryption=pikepdf.Encryption(owner="o", user="u"))


def heic(size: tuple[int, int] = (300, 200)) -> bytes:
    into = io.BytesIO()
    pillow_heif.from_pillow(picture(size)).save(into, quality=90)
    return into.getvalue()


def half_a_heic() -> bytes:
    whole = heic()
    return whole[: len(whole) * 2 // 3]


def heic_that_lies_about_its_boxes() -> bytes:
    whole = bytearray(heic())
    at = whole.index(b"iloc")
    whole[at - 4 : at] = struct.pack(">I", 0x7FFFFFFF)
    return bytes(whole)


def png_of(width: int, height: int, depth: int, colour: int, row: bytes, rows: int | None = None) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    packed = zlib.compress((b"\x00" + row) * (height if rows is None else rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def moving(form: str) -> bytes:
    frames = [Image.new("RGB", (30, 20), colour) for colour in (RED, BLUE, RED)]
    return saved(frames[0], form, save_all=True, append_images=frames[1:], duration=50)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing at all": (lambda: b"", "type"),
    "a docx that is a bomb": (docx_that_unpacks_to_far_more, "type"),
    "an svg with a script": (lambda: SVG, "type"),
    "an svg behind white space": (lambda: b"\xef\xbb\xbf\n  " + SVG, "type"),
    "a page": (lambda: HTML, "type"),
    "a page that is a pdf further down": (lambda: HTML + written(pdf()[0]), "type"),
    "a pdf that is a page further down": (lambda: written(pdf()[0]) + HTML, "mixed"),
    "a pdf that is an archive as well": (lambda: written(pdf()[0]) + docx_that_unpacks_to_far_more(), "mixed"),
    "a pdf with a script": (pdf_with_a_script, "active"),
    "a pdf with a file in it": (pdf_with_a_file_in_it, "active"),
    "a pdf behind a password": (locked_pdf, "locked"),
    "a pdf cut short": (lambda: written(pdf()[0])[:40], "unreadable"),
    "half a photo of a telephone": (half_a_heic, "unreadable"),
    "a photo that lies about its parts": (heic_that_lies_about_its_boxes, "unreadable"),
    "a moving gif": (lambda: moving("GIF"), "type"),
    "a moving webp": (lambda: moving("WEBP"), "type"),
    "a moving png": (lambda: moving("PNG"), "type"),
    "a tiff": (lambda: saved(picture(), "TIFF"), "type"),
    "a picture without an end in sight": (lambda: png_of(65535, 65535, 1, 0, bytes(8192), rows=9), "pixels"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_with_a_word(kind: str) -> None:
    make, word = REFUSED[kind]

    assert why(make()) == word
    assert all(REASONS[word]), "without a reason in both languages"


CLEANED: dict[str, tuple[Callable[[], bytes], tuple[int, int]]] = {
    "one point": (lambda: saved(picture((1, 1)), "PNG"), (1, 1)),
    "one point wide, and as high as a picture can be": (lambda: png_of(1, 65535, 8, 2, bytes(3)), (1, 2400)),
    "one point high, and as wide as a picture can be": (lambda: png_of(65535, 1, 8, 2, bytes(3 * 65535)), (2400, 1)),
    "colours of print": (lambda: saved(picture(mode="CMYK"), "JPEG"), (300, 200)),
    "colours of sixteen bits": (lambda: png_of(30, 20, 16, 2, struct.pack(">HHH", 56000, 5000, 5000) * 30), (30, 20)),
    "sixteen bits to be seen through": (lambda: png_of(30, 20, 16, 6, struct.pack(">HHHH", 1, 1, 1, 0) * 30), (30, 20)),
    "a photo of a telephone": (heic, (300, 200)),
    "a photo with a page behind it": (lambda: saved(picture(), "JPEG") + HTML, (300, 200)),
    "a photo with an archive behind it": (lambda: saved(picture(), "JPEG") + docx_that_unpacks_to_far_more(), (300, 200)),
}  # fmt: skip


@pytest.mark.parametrize("kind", CLEANED)
def test_it_comes_out_as_a_plain_picture(kind: str) -> None:
    make, size = CLEANED[kind]

    kept = cleaned(make())
    image = shown(kept.content)

    assert (kept.mime, kept.pages, image.size, image.mode) == ("image/jpeg", 1, size, "RGB")
    assert getattr(image, "n_frames", 1) == 1
    assert [mark in kept.content for mark in (b"<script", b"PK\x03\x04", b"Exif")] == [False] * 3


@pytest.mark.parametrize("turned", RED_LIES)
def test_a_photo_is_turned_as_it_is_to_be_seen_whichever_way_it_was_held(turned: int) -> None:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = turned

    image = shown(cleaned(saved(picture((300, 200)), "JPEG", exif=exif, quality=95)).content)

    wide, high = image.size
    ends = {
        "above": (wide // 2, 10),
        "below": (wide // 2, high - 10),
        "left": (10, high // 2),
        "right": (wide - 10, high // 2),
    }
    assert image.size == ((200, 300) if turned > 4 else (300, 200))
    assert [side for side, point in ends.items() if is_like(image.getpixel(point), RED)].count(RED_LIES[turned]) == 1
    across = {"above": "below", "below": "above", "left": "right", "right": "left"}[RED_LIES[turned]]
    assert is_like(image.getpixel(ends[across]), BLUE)


@pytest.mark.parametrize("turned", [0, 9, 65535])
def test_a_photo_that_says_no_way_it_was_held_stays_as_it_is(turned: int) -> None:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = turned

    assert shown(cleaned(saved(picture((300, 200)), "JPEG", exif=exif)).content).size == (300, 200)
