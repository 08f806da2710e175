"""Cases over HTTP for tests: the town's shop licence, a key for each who works it, and one step a call."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

from banshi.rooms.identity.actions import create_key
from tests.matters import ANSWERS, FORM, Matters, matters_of
from tests.surfaces.api.conftest import PERSON, Calls
from tests.town import TUESDAY_NINE

OPEN: dict[str, Any] = {"item": "pension", "hall": "town", "person": PERSON, "answers": ANSWERS, "form": FORM}
COUNTED = {"materials": ["id", "lease", "photo"]}


@dataclass
class Casework:
    """`work("accept", no, "receiver")`: one step by somebody's key."""

    calls: Calls
    matters: Matters

    def __call__(self, verb: str, no: str, key: str, body: Any = None, **headers: str) -> Any:
        return self.calls("post", f"/cases/{no}/{verb}", key, body, **headers)

    def done(self, verb: str, no: str, key: str, body: Any = None) -> Any:
        """A step that has to be taken."""
        answer = self(verb, no, key, body)
        assert answer.status_code == 200, (verb, answer.content.decode())
        return answer.json()

    def opened(self, key: str = "channel", **more: Any) -> str:
        answer = self.calls("post", "/cases", key, {**OPEN, **more})
        assert answer.status_code == 201, answer.content.decode()
        return str(answer.json()["case_no"])

    def received(self, **more: Any) -> str:
        no = self.opened(**more)
        self.done("receive", no, "receiver", COUNTED)
        return no

    def accepted(self, **more: Any) -> str:
        no = self.received(**more)
        self.done("accept", no, "receiver")
        return no

    def in_review(self, **more: Any) -> str:
        no = self.accepted(**more)
        self.done("hand-over", no, "receiver")
        return no

    def decided(self, *, grant: bool = True, **more: Any) -> str:
        no = self.in_review(**more)
        why = "" if grant else "不符合规划"
        self.done("opine", no, "reviewer", {"says": "grant" if grant else "refuse", "text": why})
        self.done("decide", no, "approver", {"grant": grant, "reason": why})
        return no

    def ready(self) -> str:
        no = self.decided()
        self.done("issue", no, "issuer")
        self.done("shelve", no, "issuer", {"place": "A-12"})
        return no

    def seen(self, no: str, key: str = "channel") -> Any:
        return self.calls("get", f"/cases/{no}", key).json()

    def sent(self, no: str, key: str, content: bytes, **headers: str) -> Any:
        """A file for the lease, as a form."""
        said = {"requirement": "lease", "channel": "upload"}
        return self.calls(
            "post", f"/cases/{no}/materials", key, form(content, **said), content_type=FORM_TYPE, **headers
        )


BOUNDARY = "a-boundary-that-no-file-holds"
FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(content: bytes | None, name: str = "lease.jpg", **fields: str) -> bytes:
    """A form with these fields and one file."""
    parts = [f'Content-Disposition: form-data; name="{each}"\r\n\r\n{said}'.encode() for each, said in fields.items()]
    if content is not None:
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
        parts.append(head.encode() + content)
    return b"".join(f"--{BOUNDARY}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def photo(colour: str = "white") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


def casework_of(calls: Calls) -> Casework:
    """With a key for each of the people of `tests.matters`."""
    matters = matters_of(calls.town)
    for name, staff in matters.staff.items():
        calls.keys[name] = create_key(name=name, scope="staff", staff=staff, now=TUESDAY_NINE)
    return Casework(calls, matters)
