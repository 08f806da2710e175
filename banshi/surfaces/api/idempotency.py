"""Same key and body → the first answer again, for 24 hours of machine time.

At rest an answer is sealed, and neither the key a caller chose nor what was asked can be read or guessed from a row. Given
again it holds nobody's name that its caller may not see now.

The claim, the change and its answer commit together: whoever comes second with the same key waits on the first one's
row and then reads its answer; where the first one broke (5xx) or was let go, nothing is left of it and the second one goes
ahead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.db import connection, transaction

from banshi.foundation import answers as stored
from banshi.foundation import clock, prepared
from banshi.foundation.crypto import blind_index, decrypt, encrypt
from banshi.foundation.problem import MEDIA_TYPE
from banshi.kernel.refusals import Refusal
from banshi.surfaces.api.answers import JSON, Answer, invalid, refused
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.ticket_parts import person_now

PLACE = "foundation_idempotency_key.answer"
# Who may not, what does not fit, too often: mended or waited for, the same request is sent again with the same key and heard.
LET_GO = frozenset({401, 403, 422, 429})


@dataclass(frozen=True)
class Once:
    """One write that may be repeated: whose, under which key, and what exactly was asked."""

    owner: str
    key: str  # as it is stored: a blind index
    digest: str
    said: str = ""  # the key as the caller wrote it
    caller: Caller | None = None


def once_of(headers: Mapping[str, str], *, caller: Caller, method: str, path: str, body: bytes) -> Once | None:
    """What the Idempotency-Key header of a request says, or None without one.

    :raises Refused: invalid – not 1 to 200 visible ASCII characters.
    """
    key = headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= 200 or not all("!" <= c <= "~" for c in key):
        raise invalid(
            "Idempotency-Key 应为 1 到 200 个可见 ASCII 字符", "An Idempotency-Key is 1 to 200 visible ASCII characters"
        )
    asked = hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()
    return Once(
        caller.owner,
        blind_index(key, purpose="idempotency-key"),
        blind_index(asked, purpose="idempotency-body"),
        key,
        caller,
    )


def claim(wanted: Sequence[Once], trips: prepared.Trips | None = None) -> set[tuple[str, str]]:
    """Claim the keys that nobody answered in 24 hours; waits for those under way. Inside a transaction.

    :param trips: statements that wait to go along.
    :returns: (owner, key) of those claimed; the others have a first answer.
    """
    wall = clock.wall()
    statement = (
        stored.CLAIM_SQL,
        {
            "owners": [w.owner for w in wanted],
            "keys": [w.key for w in wanted],
            "hashes": [w.digest for w in wanted],
            "walls": [wall] * len(wanted),
            "old": wall - stored.KEPT,
        },
    )
    (rows,) = (trips or prepared.Trips()).rows(statement)
    return {(owner, key) for owner, key in rows}


def keep(answers: Mapping[tuple[str, str], Answer]) -> None:
    """Keep the answers of claimed keys, but for those that use up none. Inside the transaction of the claim."""
    free = [key for key, answer in answers.items() if lets_go(answer)]
    if free:
        prepared.rows(stored.LET_GO_SQL, {"owners": [owner for owner, _ in free], "keys": [key for _, key in free]})
        answers = {key: answer for key, answer in answers.items() if key not in free}
    if not answers:
        return
    prepared.rows(
        stored.KEEP_SQL,
        {
            "owners": [owner for owner, _ in answers],
            "keys": [key for _, key in answers],
            "statuses": [a.status for a in answers.values()],
            "answers": [encrypt(a.body.decode(), place=PLACE).encode() for a in answers.values()],
        },
    )


def lets_go(done: Answer) -> bool:
    """This answer uses up no key: whoever asks again is not told it again, but heard."""
    return done.status in LET_GO or done.status >= 500


def first_answers(wanted: Sequence[Once], language: Callable[[int], str]) -> list[Answer]:
    """The first answers again, one per key asked; idempotency-conflict where the body was another."""
    with connection.cursor() as cursor:
        cursor.execute(stored.FIRST_SQL, {"owners": [w.owner for w in wanted], "keys": [w.key for w in wanted]})
        rows: dict[tuple[str, str], tuple[Any, ...]] = {(r[0], r[1]): r[2:] for r in cursor.fetchall()}
    found = []
    for i, one in enumerate(wanted):
        digest, status, content = rows[(one.owner, one.key)]
        if digest != one.digest or status is None:
            found.append(refused(Refusal("idempotency-conflict", {"key": one.said}), language(i)))
        else:
            found.append(_again(int(status), _opened(bytes(content or b""), one.caller)))
    return found


def _opened(sealed: bytes, caller: Caller | None) -> bytes:
    """The first answer, without a person the caller has no longer before them."""
    content = decrypt(sealed.decode(), place=PLACE).encode() if sealed else b""
    if b'"person":{' not in content or caller is None:
        return content
    answered = orjson.loads(content)
    answered["person"] = person_now(str(answered.get("id", "")), caller, now=clock.now())
    return orjson.dumps(answered)


def _again(status: int, content: bytes) -> Answer:
    headers = {"Idempotency-Replayed": "true"}
    if content:
        headers["Content-Type"] = MEDIA_TYPE if status >= 400 else JSON
    return Answer(status, content, headers)


def answered_before(once: Once, language: str) -> Answer | None:
    """The first answer, where there is one by now: for a write that does something slow before it claims its key."""
    with connection.cursor() as cursor:
        old = clock.wall() - stored.KEPT
        cursor.execute(stored.ANSWERED_SQL, {"owner": once.owner, "key": once.key, "old": old})
        answered = cursor.fetchone()
    return None if answered is None else first_answers([once], lambda _: language)[0]


def answered_once(
    once: Once | None, language: str, act: Callable[[], Answer], *, trips: prepared.Trips | None = None
) -> Answer:
    """Do `act` once per key. Without a key it is simply done.

    :param act: answers refusals as problems itself; what it raises rolls back the claim too.
    :param trips: statements that go along with the claim.
    """
    if once is None:
        return act()
    with transaction.atomic():
        if not claim([once], trips):
            return first_answers([once], lambda _: language)[0]
        done = act()
        keep({(once.owner, once.key): done})
    return done


def answered_together(
    onces: Sequence[Once | None], languages: Sequence[str], act: Callable[[list[int]], Mapping[int, Answer]]
) -> list[Answer]:
    """`answered_once` for requests that are done together, in the transaction of the caller; one answer each, in order.
    The first asker of a key speaks for the rest.

    :param act: does those of these places that are to be done, and answers each.
    """
    answers: dict[int, Answer] = {}
    waiting = dict(enumerate(onces))
    while waiting:
        first, mine = claimed(waiting)
        done = dict(act([i for i, once in waiting.items() if once is None or i in mine]))
        if mine:
            keep({key: done[i] for key, i in first.items() if i in mine})
        answers |= done | repeated(waiting, languages, done, first, mine)
        waiting = {i: once for i, once in waiting.items() if i not in answers}
    return [answers[i] for i in range(len(onces))]


def claimed(
    onces: Mapping[int, Once | None], trips: prepared.Trips | None = None
) -> tuple[dict[tuple[str, str], int], set[int]]:
    """Who is the first to ask with each key, and those of them to whom it was given: the others have a first answer."""
    first: dict[tuple[str, str], int] = {}
    for i, once in onces.items():
        if once is not None:
            first.setdefault((once.owner, once.key), i)
    given = claim([once for i in first.values() if (once := onces[i]) is not None], trips) if first else set()
    return first, {i for key, i in first.items() if key in given}


def repeated(
    onces: Mapping[int, Once | None],
    languages: Sequence[str],
    answers: Mapping[int, Answer],
    first: Mapping[tuple[str, str], int],
    mine: Collection[int],
) -> dict[int, Answer]:
    """Answers for those who have none, because their key was used before: among them, or earlier. Whoever asked something else
    with a key that was let go has none yet: it is free for them.

    :param first: who is the first to ask with a key. :param mine: those of them whose key was claimed.
    """
    found: dict[int, Answer] = {}
    earlier: list[tuple[int, Once]] = []
    for i, once in onces.items():
        if i in answers or once is None:
            continue
        leader = first[once.owner, once.key]
        if leader not in mine:
            earlier.append((i, once))
        elif (answer := _after(answers[leader], onces[leader], once, languages[i])) is not None:
            found[i] = answer
    if earlier:
        said_before = first_answers([once for _, once in earlier], lambda n: languages[earlier[n][0]])
        found |= {i: done for (i, _), done in zip(earlier, said_before, strict=True)}
    return found


def _after(done: Answer, leader: Once | None, once: Once, language: str) -> Answer | None:
    """What the second asker of a key hears in one batch with the first, whose answer is `done`; None: to be heard anew."""
    same = leader is not None and leader.digest == once.digest
    if lets_go(done):
        return done if same else None
    if not same:
        return refused(Refusal("idempotency-conflict", {"key": once.said}), language)
    return replace(done, headers={**done.headers, "Idempotency-Replayed": "true"})
