"""A server as a person would start it."""

import socket
import threading
import time
from contextlib import contextmanager

import uvicorn

from fissure.app.server import create_app


@contextmanager
def serving(settings, port=0):
    """The address of a server, which stops on leaving."""
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
        port = free.getsockname()[1]
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        app.state.desk.closing.set()  # open streams end
        server.should_exit = True
        thread.join(30)
