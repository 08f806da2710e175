"""Seals are drawn alike, sign as PAdES without touching a byte, and strangers' signatures are looked at apart from us."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from banshi.gateways import seals
from banshi.gateways.papers import Typst
from banshi.gateways.seals import DemoAuthority, Folder, authority, child, seen
from banshi.gateways.seals.picture import drawn
from banshi.rooms.cases.rules.papers import numbered, sheet
from banshi.rooms.seals.ports import CannotSeal, Rejected, SealOf, SignerDown
from tests.gateways.test_papers import FACTS, URL
from tests.town import at

NOW = at("2026-03-10 10:00")
SEAL = SealOf(key="town-hrss-1", words="东城区城市管理局", hall="东城政务服务中心")


def paper(kind: str = "grant") -> bytes:
    given = sheet(kind, FACTS, number=numbered(kind, year=2026, no=12), verify_url=URL, verify_code="4F7K", sealed=True)
    return Typst().compose(kind, given)


def sealed(content: bytes, *, seal: SealOf = SEAL, when: datetime = NOW, **more: object) -> bytes:
    return DemoAuthority().sign(content, seal=seal, beside=(FACTS.department, "2026 年 3 月 10 日"), at=when, **more)


@pytest.fixture(autouse=True)
def folder(settings: pytest.FixtureRequest, tmp_path: Path) -> Path:
    settings.BANSHI_SEALS_FOLDER = tmp_path / "seals"
    return tmp_path / "seals"


@pytest.fixture
def root() -> str:
    """The demo's authority, and a seal by it."""
    chain = DemoAuthority().enrol(SEAL, at=NOW)
    return "-----BEGIN" + chain.rpartition("-----BEGIN")[2]


def looked(content: bytes, root: str) -> dict[str, object]:
    """As the worker looks: in this process."""
    from cryptography import x509

    return child.look(content, [seals._der(x509.load_pem_x509_certificate(root.encode()))])


# --- Keys -------------------------------------------------------------------------------------------------------


def test_keys_are_their_owners_alone_and_made_once(folder: Path, root: str):
    again = DemoAuthority().enrol(SEAL, at=NOW)
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in folder.iterdir()}

    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    assert set(modes.values()) == {"0o600"}
    assert {"authority.key.pem", "authority.pem", "town-hrss-1.key.pem", "town-hrss-1.pem"} <= set(modes)
    assert again.endswith(root)


@pytest.mark.parametrize("key", ["../town", "", "a/b", "Town", "x" * 101])
def test_nothing_outside_the_folder_is_a_key(key: str, root: str):
    with pytest.raises(CannotSeal):
        authority.chain_of(key)


def test_a_folder_makes_no_key_by_itself(root: str):
    with pytest.raises(CannotSeal):
        Folder().enrol(SealOf("town-hrss-2", "东城区城市管理局", "东城"), at=NOW)


# --- The picture ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["局", "小镇大厅", "东莞市南城街道政务服务中心市场监督管理分局"])
def test_the_same_words_are_the_same_picture(words: str):
    once = drawn(words, "svg")
    drawn.cache_clear()

    assert drawn(words, "svg") == once
    assert once.startswith(b"<svg")


# --- Signing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["grant", "licence"])
def test_a_sealed_paper_is_the_paper_and_one_revision_more(kind: str, root: str):
    made = paper(kind)

    done = sealed(made)

    assert done.startswith(made)
    assert done.count(b"%%EOF") == made.count(b"%%EOF") + 1
    said = looked(done, root)
    assert {name: said[name] for name in ("signatures", "intact", "whole", "trusted", "in_time", "sound")} == {
        "signatures": 1, "intact": True, "whole": True, "trusted": True, "in_time": True, "sound": True,
    }  # fmt: skip
    assert (said["name"], said["signed_at"]) == (SEAL.words, "2026-03-10T10:00:00+08:00")


@pytest.mark.parametrize("kind", ["grant", "licence"])
def test_it_stays_archival_and_tagged(kind: str, root: str):
    with pikepdf.open(io.BytesIO(sealed(paper(kind)))) as pdf:
        claimed = pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
        (field,) = pdf.Root.AcroForm.Fields
        fonts = [
            each
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
        ]

        assert (claimed.pdfa_status, str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked)) == ("2B", "zh-CN", True)
        assert (len(pdf.Root.OutputIntents), "/StructTreeRoot" in pdf.Root) == (1, True)
        assert str(field.TU) == f"电子印章：{SEAL.words}"
        assert int(field.F) & 0b100110 == 0b100  # is printed, and not hidden
        assert [each for each in fonts if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys())] == []
        assert list(field.AP.keys()) == ["/N"]


def test_the_seal_stands_red_over_who_gives_it_and_covers_no_code(root: str):
    def red(content: bytes) -> list[tuple[int, int]]:
        document = pypdfium2.PdfDocument(content)
        document.init_forms()
        image = document[0].render(scale=0.5).to_pil().convert("RGB")
        rgb = image.tobytes()
        dots = ((n, *rgb[3 * n : 3 * n + 3]) for n in range(len(rgb) // 3))
        return [(n % image.width, n // image.width) for n, r, g, b in dots if r > 150 and g < 110 and b < 110]

    found = red(sealed(paper()))

    assert red(paper()) == []
    assert len(found) > 100
    assert min(x for x, _ in found) > 595 * 0.5 / 2  # the code is on the left


def test_a_signer_that_is_down_says_so(settings: pytest.FixtureRequest, root: str):
    settings.BANSHI_SIGNER_DOWN = True

    with pytest.raises(SignerDown):
        sealed(paper())


def test_what_nobody_would_believe_is_not_given_out(folder: Path, root: str):
    DemoAuthority().enrol(SealOf("town-2", "另一个", "东城"), at=NOW)
    shutil.copy(folder / "town-2.key.pem", folder / "town-hrss-1.key.pem")

    with pytest.raises(CannotSeal):
        sealed(paper())  # the certificate is another key's
    with pytest.raises(CannotSeal):
        sealed(paper(), seal=SealOf("town-2", "另一个", "东城"), when=NOW + timedelta(days=6 * 365))  # it is over
    with pytest.raises(CannotSeal):
        sealed(b"%PDF-1.7\nnothing of a PDF", seal=SealOf("town-2", "另一个", "东城"))


# --- Looking ----------------------------------------------------------------------------------------------------


def flipped(content: bytes) -> bytes:
    """One byte of a picture on the page is another."""
    where = content.index(b"stream") + 40
    return content[:where] + bytes([content[where] ^ 1]) + content[where + 1 :]


def appended(content: bytes) -> bytes:
    """A revision more: another title."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    writer.root["/Title2"] = generic.TextStringObject("另一个")
    writer.update_root()
    into = io.BytesIO()
    writer.write(into)
    return into.getvalue()


def test_one_byte_more_or_other_is_seen(root: str):
    done = sealed(paper())

    changed, added, behind = looked(flipped(done), root), looked(appended(done), root), looked(done + b"\n% more", root)

    assert changed["intact"] is False
    assert (added["intact"], added["whole"]) == (True, False)
    assert (behind["intact"], behind["whole"]) == (True, False)


def test_another_authority_and_a_time_outside_are_seen(folder: Path, root: str, monkeypatch: pytest.MonkeyPatch):
    done = sealed(paper())
    monkeypatch.setattr(
        child, "look", lambda *_: dict.fromkeys(("intact", "whole", "trusted", "in_time", "sound"), True)
    )
    late = sealed(paper(), when=NOW + timedelta(days=6 * 365))  # given out by somebody who looks at nothing
    monkeypatch.undo()
    shutil.rmtree(folder)
    other = DemoAuthority().enrol(SEAL, at=NOW)
    stranger = "-----BEGIN" + other.rpartition("-----BEGIN")[2]

    assert (looked(done, stranger)["trusted"], looked(done, stranger)["intact"]) == (False, True)
    assert (looked(late, root)["in_time"], looked(late, root)["trusted"]) == (False, False)


def test_a_strangers_file_is_looked_at_in_a_process_of_its_own(root: str):
    done = sealed(paper())

    found, none = seen(done, roots=[root]), seen(paper(), roots=[root])

    assert (found.intact, found.whole, found.trusted, found.in_time) == (True, True, True, True)
    assert (found.name, found.signed_at) == (SEAL.words, NOW)
    assert none.signatures == 0


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"%PDF-1.7\n" + b"[" * 200_000, b"%PDF-1.7\nstartxref\n0\n%%EOF"], ids=len
)
def test_what_is_no_pdf_is_refused_and_breaks_nothing(content: bytes, root: str):
    with pytest.raises(Rejected):
        seen(content, roots=[root])


def test_a_child_that_comes_to_its_bounds_is_the_files_fault(root: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(seals, "LIMITS", {**seals.LIMITS, "memory": 40 * 2**20})

    with pytest.raises(Rejected) as no:
        seen(sealed(paper()), roots=[root])

    assert str(no.value) in ("heavy", "unreadable")


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler is not here")
def test_poppler_agrees(tmp_path: Path, root: str):
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed(paper()))

    told = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, timeout=60).stdout

    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert SEAL.words in told
