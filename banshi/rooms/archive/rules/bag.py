"""归档信息包: a bag (RFC 8493) as a tree of names and bytes, and as a ZIP that is the same bytes for the same content."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Final

DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST: Final = "manifest-sha256.txt"
BORN: Final = (1980, 1, 1, 0, 0, 0)  # of every entry: a ZIP knows no earlier day, and ours tells none
MODE: Final = 0o100600 << 16


def bag(payload: Mapping[str, bytes], info: Mapping[str, str]) -> dict[str, bytes]:
    """The payload below data/, with declaration, bag-info and both manifests.

    :param payload: path below data/ → content. :param info: what bag-info.txt says; Payload-Oxum is added.
    """
    data = {f"data/{path}": payload[path] for path in sorted(payload)}
    said = {**info, "Payload-Oxum": f"{sum(map(len, data.values()))}.{len(data)}"}
    tags = {
        "bagit.txt": DECLARATION,
        "bag-info.txt": "".join(f"{name}: {value}\n" for name, value in said.items()).encode(),
        MANIFEST: _manifest(data),
    }
    return {**data, **tags, "tagmanifest-sha256.txt": _manifest(tags)}


def _manifest(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode()


def manifest_hash(tree: Mapping[str, bytes]) -> str:
    """SHA-256 of the manifest: it stands for everything in the bag."""
    return hashlib.sha256(tree[MANIFEST]).hexdigest()


def zipped(tree: Mapping[str, bytes], *, name: str) -> bytes:
    """The bag in a folder `name`. Stored, sorted, without times: the same tree is the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as file:
        for path in sorted(tree):
            entry = zipfile.ZipInfo(f"{name}/{path}", BORN)
            entry.external_attr, entry.create_system = MODE, 3
            file.writestr(entry, tree[path])
    return whole.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    """The tree again, without its folder. :raises zipfile.BadZipFile: it is no ZIP."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {each.partition("/")[2]: file.read(each) for each in file.namelist()}
