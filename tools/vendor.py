"""Fetch the front-end files this repository carries, and check them.

    python tools/vendor.py           check the committed files against vendor.json
    python tools/vendor.py --fetch   get each package with `npm pack` and copy its files
    python tools/vendor.py --record  after --fetch of a new version: write the new hashes

vendor.json lists `{name, version, file, sha256, from}`: `from` is the path inside the package. Only files that
browsers load are carried, and the licence of each package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "vendor.json"

Entry = TypedDict("Entry", {"name": str, "version": str, "file": str, "sha256": str, "from": str})


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetch(entries: list[Entry]) -> dict[str, bytes]:
    """The content of every listed file, straight from its package."""
    contents: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, version in sorted({(e["name"], e["version"]) for e in entries}):
            packed = subprocess.run(
                ["npm", "pack", "--silent", f"{name}@{version}"],
                cwd=scratch,
                check=True,
                capture_output=True,
                text=True,
            )
            with tarfile.open(Path(scratch) / packed.stdout.strip().splitlines()[-1]) as archive:
                for entry in (e for e in entries if (e["name"], e["version"]) == (name, version)):
                    member = archive.extractfile(f"package/{entry['from']}")
                    if member is None:
                        raise SystemExit(f"{name} {version} has no file {entry['from']}")
                    contents[entry["file"]] = member.read()
    return contents


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--fetch", action="store_true", help="copy the files from their packages")
    options.add_argument("--record", action="store_true", help="with --fetch: accept the new hashes")
    asked = options.parse_args()
    entries: list[Entry] = json.loads(LIST.read_text(encoding="utf-8"))
    contents = fetch(entries) if asked.fetch else {}

    wrong = 0
    for entry in entries:
        target = ROOT / entry["file"]
        content = contents.get(entry["file"])
        if content is None:
            content = target.read_bytes() if target.is_file() else b""
        found = sha256(content)
        if found != entry["sha256"] and not asked.record:
            wrong += 1
            sys.stderr.write(
                f"{entry['file']}: not what vendor.json says ({found[:12]}… for {entry['sha256'][:12]}…)\n"
            )
            continue
        entry["sha256"] = found
        if asked.fetch:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    if asked.record:
        lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
        LIST.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    sys.stdout.write(f"{len(entries) - wrong} files right, {wrong} wrong\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
