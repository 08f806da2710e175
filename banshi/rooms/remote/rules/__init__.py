"""Rules of the room: states, words it knows, and what is asked for (`routing`, `hours`)."""

from __future__ import annotations

from typing import Final

from banshi.kernel.transitions import Step, Table

SESSION: Final = Table(
    "remote_session",
    states=["waiting", "ringing", "talking", "callback", "ended"],
    ends=["ended"],
    steps={
        "call_back": Step("waiting", to="callback"),
        "ring": Step("waiting", "callback", to="ringing"),
        "miss": Step("ringing", to="waiting"),  # nobody answered: back at its old place
        "answer": Step("ringing", to="talking"),
        "transfer": Step("talking", to="waiting"),
        "end": Step("talking", to="ended"),
        "close": Step("waiting", to="ended"),  # the service closes for today
        "leave": Step("waiting", "ringing", "talking", "callback", to="ended"),
        "say": Step("waiting", "ringing", "talking", "callback"),
        "signal": Step("ringing", "talking"),
        "help": Step("talking"),  # consents, acts on a screen, what is collected
    },
)
LINE: Final = SESSION.of("ring")  # who waits for a seat
WITH_A_SEAT: Final = ("ringing", "talking")

SEAT: Final = Table(
    "seat",
    states=["away", "ready", "paused", "talking"],
    ends=[],
    steps={
        "ready": Step("away", "paused", "ready", to="ready"),
        "pause": Step("ready", "paused", to="paused"),
        "away": Step("ready", "paused", "away", to="away"),
        "take": Step("ready", to="talking"),  # a call is theirs from its first ring on
    },
)

RECORDING: Final = Table(
    "remote_recording",
    states=["asked", "declined", "running", "ended", "deleted"],
    ends=["declined", "deleted"],
    steps={
        "allow": Step("asked", to="running"),
        "decline": Step("asked", to="declined"),
        "keep": Step("running"),  # a chunk
        "close": Step("running", to="ended"),
        "look": Step("ended"),
        "delete": Step("ended", to="deleted"),
    },
)
OPEN_RECORDINGS: Final = ("asked", "running")

KINDS: Final = ("dedicated", "window", "hotline")
LANGUAGES: Final = ("zh", "en", "sign")
ORIGINS: Final = ("web", "wechat", "kiosk", "phone")
WANTS: Final = ("consult", "tutor", "pre-review", "accept", "book")
MEDIA: Final = ("video", "voice", "text")
# Why a session ended. `helped` and `not-helped` are the seat's word, `no-answer`: whoever was called back did not answer.
ENDED_BY_SEAT: Final = ("helped", "not-helped", "no-answer")
WHYS: Final = (*ENDED_BY_SEAT, "left", "closed")
SIDES: Final = ("citizen", "seat", "hall")
SAID: Final = ("text", "picture", "file", "act")
SIGNALS: Final = ("offer", "answer", "candidate", "bye", "pointer")
CONSENTS: Final = ("recording", "screen")
ACTS: Final = ("point", "fill", "press", "print", "open")
# Why a recording closed: the citizen took consent back, the seat stopped, the talk ended, nothing came, it is as long as may be.
CLOSED_BY: Final = ("taken-back", "stopped", "talk-over", "silent", "full")
MIMES: Final = ("video/webm", "audio/webm")  # of a chunk; what a browser adds – codecs – is not kept
BEST: Final = 10

LONGEST_TEXT: Final = 2000
LONGEST_OUTCOME: Final = 1000
LONGEST_SIGNAL: Final = 64_000  # characters; an offer with all its candidates has some thousand
LONGEST_ACT: Final = 8000
LONGEST_SCREEN: Final = 16_000  # characters, as JSON: a page in words
MOST_SAID: Final = 2000  # lines of one session
MOST_SIGNALS: Final = 5000  # of one session, until they are forgotten
LONGEST_PURPOSE: Final = 200
LARGEST_CHUNK: Final = 2 * 1024 * 1024  # bytes in clear
MOST_CHUNKS: Final = 20_000  # of one recording
MOST_ASKED: Final = 5  # times that one session may be asked to be recorded
SILENT_S: Final = 90  # without a chunk: nobody records any more
