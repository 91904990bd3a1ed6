"""Asking an application without a network between: any bytes, and streams that end because the client leaves."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote_to_bytes

STAYS = 0.02
"""Seconds until the client leaves; answers that are no streams do not wait for it."""


class Asking:
    """One event loop, and what was answered so far; see `ask`."""

    def __init__(self, app):
        self.app, self.asked, self.statuses = app, 0, {}
        self._loop = asyncio.new_event_loop()
        self._thread = ThreadPoolExecutor(1)  # of its own: in the one of the tests Playwright's loop may be running

    def close(self):
        self._thread.shutdown()
        self._loop.close()

    def ask(self, method, target, headers=(), body=b""):
        """Status, headers and body of the answer; fails on a 5xx, and on a traceback in an answer."""
        status, answered, text = self._thread.submit(
            self._loop.run_until_complete, self._ask(method, target, dict(headers), body)
        ).result()
        self.asked += 1
        self.statuses[status] = self.statuses.get(status, 0) + 1
        what = f"{method} {target[:300]} {body[:300]!r} -> {status}: {text[:500]!r}"
        assert 200 <= status < 500, what
        assert b"Traceback" not in text and b'File "' not in text, what
        return status, answered, text

    async def _ask(self, method, target, headers, body):
        path, _, query = target.partition("?")
        sent = {"host": "127.0.0.1", **({"content-length": str(len(body))} if body else {})}
        sent |= {name.lower(): value for name, value in headers.items()}
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": method, "scheme": "http", "root_path": "", "client": ("127.0.0.1", 1), "server": ("::1", 80),
            "path": unquote_to_bytes(path).decode("utf-8", "replace"), "raw_path": path.encode("utf-8", "replace"),
            "query_string": query.encode("utf-8", "replace"),
            "headers": [(k.encode("latin-1", "replace"), v.encode("latin-1", "replace")) for k, v in sent.items()],
        }  # fmt: skip
        messages, given = [], False

        async def receive():
            nonlocal given
            if not given:
                given = True
                return {"type": "http.request", "body": body, "more_body": False}
            await asyncio.sleep(STAYS)
            return {"type": "http.disconnect"}

        async def send(message):
            messages.append(message)

        await self.app(scope, receive, send)  # what went wrong inside is raised here, too
        start = messages[0]
        return start["status"], start["headers"], b"".join(one.get("body", b"") for one in messages[1:])
