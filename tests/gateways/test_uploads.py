"""Strangers' files are opened apart: drawn anew or looked through, and what would do harm is refused with a plain reason."""

from __future__ import annotations

import ast
import io
import socket
import struct
import sys
import threading
import time
import zipfile
import zlib
from typing import Any

import pikepdf
import pillow_heif
import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from banshi.gateways import uploads
from banshi.gateways.uploads import cleaned
from banshi.gateways.uploads.clamd import found
from banshi.rooms.library.ports import Busy, Rejected
from banshi.rooms.library.rules import REASONS

EXIF_ORIENTATION, EXIF_GPS = 0x0112, 0x8825
RED, BLUE = (220, 20, 20), (20, 20, 220)


def picture(size: tuple[int, int] = (300, 200), mode: str = "RGB") -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, RED)
    ImageDraw.Draw(image).rectangle([0, size[1] // 2, size[0], size[1]], fill=BLUE)
    return image.convert(mode)


def saved(image: Image.Image, form: str, **more: Any) -> bytes:
    into = io.BytesIO()
    image.save(into, form, **more)
    return into.getvalue()


def pdf(pages: int = 1, **saving: Any) -> tuple[pikepdf.Pdf, Any]:
    """A document with blank pages, and how it becomes bytes."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))

    def written() -> bytes:
        into = io.BytesIO()
        document.save(into, **saving)
        return into.getvalue()

    return document, written


def why(content: bytes) -> str:
    with pytest.raises(Rejected) as no:
        cleaned(content)
    return no.value.why


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=["JPEG"])


def is_like(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))


# --- Pictures ---------------------------------------------------------------------------------------------------


def test_a_photo_loses_what_it_told_besides():
    exif = Image.Exif()
    exif[0x010F] = "CAMERA-OF-SOMEBODY"
    exif[EXIF_GPS] = {1: "N", 2: (22.0, 57.0, 36.0)}
    sent = saved(picture(), "JPEG", exif=exif, comment=b"COMMENT-OF-SOMEBODY", icc_profile=b"PROFILE-OF-SOMEBODY")

    kept = cleaned(sent)

    assert [mark in sent for mark in (b"CAMERA-", b"COMMENT-", b"PROFILE-")] == [True] * 3
    assert [mark in kept.content for mark in (b"CAMERA-", b"COMMENT-", b"PROFILE-", b"Exif")] == [False] * 4
    assert (kept.mime, kept.pages, dict(shown(kept.content).getexif())) == ("image/jpeg", 1, {})


def test_a_photo_is_turned_as_it_is_to_be_seen():
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6  # turned a quarter to the right
    kept = shown(cleaned(saved(picture((300, 200)), "JPEG", exif=exif, quality=95)).content)

    assert kept.size == (200, 300)
    assert [is_like(kept.getpixel((190, 150)), RED), is_like(kept.getpixel((10, 150)), BLUE)] == [True, True]


@pytest.mark.parametrize(("size", "kept"), [((5000, 4000), (2400, 1920)), ((2400, 10), (2400, 10)), ((1, 1), (1, 1))])
def test_a_picture_is_no_larger_than_is_needed_to_read_it(size: tuple[int, int], kept: tuple[int, int]):
    assert shown(cleaned(saved(picture(size), "JPEG")).content).size == kept


def test_what_an_iphone_takes_becomes_a_jpeg():
    sent = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(sent, quality=90)

    kept = cleaned(sent.getvalue())

    assert (kept.mime, shown(kept.content).size) == ("image/jpeg", (300, 200))
    assert is_like(shown(kept.content).getpixel((150, 20)), RED)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
def test_pictures_of_every_kind_are_drawn(mode: str):
    assert shown(cleaned(saved(picture(mode=mode), "PNG")).content).size == (300, 200)


def test_sixteen_greys_become_eight_and_not_all_white():
    grey = Image.new("I;16", (40, 40), 128 * 256)

    kept = shown(cleaned(saved(grey, "PNG")).content).convert("L")

    assert 120 < kept.getpixel((20, 20)) < 136


def test_what_is_seen_through_stands_on_white():
    kept = shown(cleaned(saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG")).content)

    assert is_like(kept.getpixel((20, 20)), (255, 255, 255))


def test_colours_of_print_are_drawn_too():
    assert shown(cleaned(saved(picture(mode="CMYK"), "JPEG")).content).mode == "RGB"


def test_words_hidden_in_a_png_are_gone():
    words = PngInfo()
    words.add_text("Author", "WORDS-OF-SOMEBODY")

    assert b"WORDS-" not in cleaned(saved(picture(), "PNG", pnginfo=words)).content


def test_what_hangs_on_to_a_picture_is_gone():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("evil.exe", b"MZ")

    kept = cleaned(saved(picture(), "JPEG") + archive.getvalue() + b"<script>")

    assert (zipfile.is_zipfile(io.BytesIO(kept.content)), b"<script>" in kept.content) == (False, False)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it is side × side."""
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes(1 + side // 8)) for _ in range(side)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("side", "reason"), [(6400, "pixels"), (30_000, "pixels")])
def test_a_picture_of_more_than_forty_million_pixels_is_not_even_unpacked(side: int, reason: str):
    assert why(bomb(side)) == reason


def test_a_picture_of_just_so_many_is_taken():
    assert shown(cleaned(bomb(6320)).content).size == (2400, 2400)


# --- What is no picture ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00", b"hello", b"MZ\x90\x00" + bytes(500), b"<html><script>alert(1)</script>", b"<svg onload='x'/>",
        b"GIF89a" + bytes(100), b"PK\x03\x04" + bytes(100), b"#!/bin/sh\n", b"\x7fELF" + bytes(100), b" %PDF-1.4\n",
    ],
)  # fmt: skip
def test_other_kinds_of_files_are_not_taken(content: bytes):
    assert why(content) == "type"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0<script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n<?php system($_GET['x']); ?>",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(50),
        b"%PDF-1.7\n" + b"garbage " * 50,
    ],
)
def test_what_only_begins_like_a_photo_or_a_pdf_does_not_open(content: bytes):
    assert why(content) == "unreadable"


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_half_a_picture_does_not_open(form: str):
    whole = saved(Image.effect_noise((400, 400), 90).convert("RGB"), form)

    assert why(whole[: len(whole) // 2]) == "unreadable"


# --- PDF ---------------------------------------------------------------------------------------------------------


def test_a_plain_pdf_stays_as_it_is():
    _, written = pdf(3)
    sent = written()

    kept = cleaned(sent)

    assert (kept.content, kept.mime, kept.pages) == (sent, "application/pdf", 3)


def test_a_pdf_may_say_which_page_is_shown_first_and_lead_to_the_web():
    document, written = pdf(2)
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org")),
    )  # fmt: skip
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(link)])
    document.Root.OpenAction = pikepdf.Array([document.pages[1].obj, pikepdf.Name.Fit])
    by_array = written()
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=[document.pages[1].obj, pikepdf.Name.Fit])

    assert [cleaned(by_array).pages, cleaned(written()).pages] == [2, 2]


def script(document: pikepdf.Pdf) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def action(document: pikepdf.Pdf, kind: str, **more: Any) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), **more)


def opens_with(what: Any) -> Any:
    def put(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = what(document)

    return put


def on_a_page(what: Any) -> Any:
    def put(document: pikepdf.Pdf) -> None:
        mark = pikepdf.Dictionary(Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=what(document))
        document.pages[0].Annots = pikepdf.Array([mark])

    return put


def attached(document: pikepdf.Pdf) -> None:
    document.attachments["evil.exe"] = b"MZ"


def named_script(document: pikepdf.Pdf) -> None:
    names = pikepdf.Dictionary(Names=[pikepdf.String("x"), document.make_indirect(script(document))])
    document.Root.Names = pikepdf.Dictionary(JavaScript=names)


def form_of_xfa(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=document.make_stream(b"<xdp/>"))


def when_the_page_opens(document: pikepdf.Pdf) -> None:
    document.pages[0].AA = pikepdf.Dictionary(O=script(document))


def shown_file(document: pikepdf.Pdf) -> None:
    mark = pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9])
    document.pages[0].Annots = pikepdf.Array([mark])


def first_page_then_script(document: pikepdf.Pdf) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        S=pikepdf.Name.GoTo, D=[document.pages[0].obj, pikepdf.Name.Fit], Next=pikepdf.Dictionary(S=pikepdf.Name.Named)
    )


@pytest.mark.parametrize("streams", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
@pytest.mark.parametrize(
    "put",
    [
        opens_with(script), opens_with(first_page_then_script),
        opens_with(lambda d: action(d, "Launch", F=pikepdf.String("cmd.exe"))),
        opens_with(lambda d: action(d, "URI", URI=pikepdf.String("https://example.org"))),
        on_a_page(script), on_a_page(lambda d: action(d, "SubmitForm")), on_a_page(lambda d: action(d, "ImportData")),
        on_a_page(lambda d: action(d, "GoToR", F=pikepdf.String("//host/share"))),
        attached, named_script, form_of_xfa, when_the_page_opens, shown_file,
    ],
)  # fmt: skip
def test_a_pdf_in_which_something_runs_or_hides_is_not_taken(put: Any, streams: Any):
    document, written = pdf(1, object_stream_mode=streams)
    put(document)

    assert why(written()) == "active"


def test_a_script_under_another_spelling_is_a_script():
    document, written = pdf(1, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    opens_with(script)(document)
    sent = written().replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS ", b"/J#53 ")

    assert (b"/JavaScript" in sent, why(sent)) == (False, "active")


@pytest.mark.parametrize("user", ["", "secret"])
def test_a_pdf_with_a_password_is_not_taken(user: str):
    _, written = pdf(1, encryption=pikepdf.Encryption(owner="owner", user=user))

    assert why(written()) == "locked"


@pytest.mark.parametrize(("pages", "taken"), [(100, True), (101, False)])
def test_a_pdf_has_at_most_a_hundred_pages(pages: int, taken: bool):
    _, written = pdf(pages)

    assert (cleaned(written()).pages if taken else why(written())) == (100 if taken else "pages")


def test_a_pdf_without_a_page_is_none():
    _, written = pdf(0)

    assert why(written()) == "unreadable"


def test_a_pdf_that_is_something_else_as_well_is_not_taken():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("evil.exe", b"MZ")
    whole = pdf(1)[1]()
    hidden = whole.replace(b"%%EOF", archive.getvalue() + b"\n%%EOF")

    assert [why(whole + archive.getvalue()), why(hidden), why(whole + b"<script>")] == ["mixed"] * 3
    assert cleaned(whole + b"\r\n\x00").pages == 1


def heavy_pdf() -> bytes:
    """Half a megabyte, and days of drawing."""
    document, written = pdf(1)
    form = document.make_stream(
        b"0 0 m " + b"100 700 400 10 20 500 c f* 0 0 m " * 400_000, Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Form, BBox=[0, 0, 595, 842],
    )  # fmt: skip
    document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
    document.pages[0].Contents = document.make_stream(b"/F Do " * 200_000)
    return written()


def test_a_bomb_ends_the_child_and_not_us(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(uploads.LIMITS, "seconds", 2)
    sent = heavy_pdf()

    assert (len(sent) < 1_000_000, why(sent)) == (True, "heavy")
    assert cleaned(saved(picture(), "JPEG")).mime == "image/jpeg"


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(uploads.LIMITS, "memory", 128 * 1024 * 1024)

    assert why(bomb(6320)) in ("heavy", "unreadable")


def test_what_sleeps_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    sleeper = tmp_path / "child.py"
    sleeper.write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr(uploads, "CHILD", sleeper)
    monkeypatch.setattr(uploads, "WALL_S", 0.5)
    began = time.monotonic()

    assert why(b"x" * 1_000_000) == "heavy"
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    ("child", "reason"),
    [
        ("raise SystemExit(3)", "unreadable"),
        ("print('not json')", "unreadable"),
        ("print('[]')", "unreadable"),
        ('print(\'{"rejected": "no such reason"}\')', "unreadable"),
        ('print(\'{"mime": "text/html", "pages": 1}\\n<script>\')', "unreadable"),
        ('print(\'{"mime": "image/jpeg", "pages": 1}\\n<script>\')', "unreadable"),
        ("while True: print('x' * 1000000)", "heavy"),
    ],
)
def test_a_child_that_was_taken_over_is_not_believed(
    child: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
):
    (tmp_path / "child.py").write_text(child)
    monkeypatch.setattr(uploads, "CHILD", tmp_path / "child.py")

    assert why(b"x" * 100) == reason


def test_the_child_is_told_nothing_of_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    """No key, no address of a database: what is in our environment stays there, however we are installed."""
    (tmp_path / "child.py").write_text(
        "import json, os, sys\n"
        "bare = set(os.environ) <= {'PATH', 'MALLOC_ARENA_MAX', 'LC_CTYPE'} and len(sys.argv) == 2\n"
        "why = 'pixels' if bare and sys.flags.isolated else 'type'\n"
        "print(json.dumps({'rejected': why if os.getcwd() == '/' else 'pages'}))\n"
    )
    monkeypatch.setenv("BANSHI_SECRET_KEY", "kept to ourselves")
    monkeypatch.setattr(uploads, "CHILD", tmp_path / "child.py")

    assert why(b"x") == "pixels"


def test_the_child_needs_nothing_of_ours():
    tree = ast.parse(uploads.CHILD.read_text())

    named = [one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names]
    named += [node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    openers = {"PIL", "filetype", "pikepdf", "pillow_heif", "pypdfium2"}
    assert {name.split(".")[0] for name in named} <= sys.stdlib_module_names | openers


def test_few_files_are_opened_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uploads, "WALL_S", 0.05)
    turns = [uploads._turns.acquire() for _ in range(uploads.AT_ONCE)]
    try:
        with pytest.raises(Busy):
            cleaned(b"x")
    finally:
        for _ in turns:
            uploads._turns.release()


def test_every_reason_the_child_gives_has_words():
    text = uploads.CHILD.read_text()

    given = {part.split('"')[0] for part in text.split('Rejected("')[1:]}

    assert given <= set(REASONS)
    assert len(given) > 6


# --- The scanner -------------------------------------------------------------------------------------------------


@pytest.fixture
def clamd(settings: Any) -> Any:
    """Answers as ClamAV does: what it was sent is kept."""
    server = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []
    says = {"answer": b"stream: OK\0"}

    def serve() -> None:
        with server:
            talk, _ = server.accept()
            with talk, talk.makefile("rb") as sent:
                assert sent.read(10) == b"zINSTREAM\0"
                while size := int.from_bytes(sent.read(4), "big"):
                    heard.append(sent.read(size))
                talk.sendall(says["answer"])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.BANSHI_CLAMD = f"127.0.0.1:{server.getsockname()[1]}"
    yield heard, says
    thread.join(timeout=30)


def test_a_scanner_is_sent_the_whole_file_in_pieces(clamd: Any):
    content = bytes(range(256)) * 600

    assert found(content) is None
    assert (b"".join(clamd[0]), len(clamd[0])) == (content, 3)


@pytest.mark.parametrize(
    ("answer", "virus"), [(b"stream: Eicar-Test FOUND\0", "Eicar-Test"), (b"stream: X Y FOUND\0", "X Y")]
)
def test_a_virus_is_named(clamd: Any, answer: bytes, virus: str):
    clamd[1]["answer"] = answer

    assert found(b"x") == virus


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"UNKNOWN COMMAND\0"])
def test_no_clear_answer_is_none(clamd: Any, answer: bytes):
    clamd[1]["answer"] = answer

    with pytest.raises(OSError, match="clamd"):
        found(b"x")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.ctl"])
def test_a_scanner_that_is_not_there_is_an_oserror(settings: Any, address: str):
    settings.BANSHI_CLAMD = address

    with pytest.raises(OSError):
        found(b"x")
