"""What stands inside the product for the bench: a helper process that is spoken to in lines of JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

H = TypeVar("H")


def speak(make: Callable[[dict[str, Any]], H], verbs: Mapping[str, Callable[..., dict[str, Any]]]) -> None:
    """Answer each line {"do": verb, …} with what the verb returns, until nobody speaks any more.

    :param make: of the first line, which names the database (`url`).
    """
    answers, sys.stdout = sys.stdout, sys.stderr  # the answers alone go there
    first = json.loads(sys.stdin.readline())
    os.environ["DATABASE_URL"] = first["url"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banshi.config.settings")
    import django

    django.setup()
    helper = make(first)
    answers.write("{}\n")
    answers.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        found = verbs[asked.pop("do")](helper, **asked)
        answers.write(json.dumps(found) + "\n")
        answers.flush()
