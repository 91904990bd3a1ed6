"""What is sent to the server: read whole before anything is done with it, small, and JSON that can be told again."""

import json
from typing import Any, NoReturn

from starlette.types import Message, Receive

DEEPEST = 16
"""How deep lists and objects may lie in one another; what the page sends is three deep."""


class TooLarge(Exception):
    """More came than may be sent."""


async def read(receive: Receive, most: int) -> bytes:
    """The body of a request; empty where the client has left. Raises `TooLarge` beyond `most` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        body += message.get("body", b"")
        if len(body) > most:
            raise TooLarge
        if not message.get("more_body", False):
            return bytes(body)


def again(body: bytes, receive: Receive) -> Receive:
    """`receive` for who comes after `read`: the body at once, then what else the client does."""
    given = False

    async def after() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return after


def fault(body: bytes) -> str | None:
    """Why `body` is no JSON that can be worked with; None where it is.

    NaN, infinities and halves of surrogate pairs pass Python's own parser, and could not be written again; a number
    of thousands of digits, or thousands of brackets, would end in an error of its own.
    """
    if not body:
        return None
    try:
        found = json.loads(body, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError:
        return "what is sent must be JSON in UTF-8, without halves of surrogate pairs"
    except (ValueError, RecursionError):
        return "what is sent must be JSON"
    if _depth(found) > DEEPEST:
        return f"what is sent may be {DEEPEST} lists or objects deep, no more"
    return None


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _depth(found: Any) -> int:
    depth, inside = 0, [found]
    while inside := [one for one in inside if isinstance(one, dict | list)]:
        depth += 1
        inside = [part for one in inside for part in (one.values() if isinstance(one, dict) else one)]
    return depth
