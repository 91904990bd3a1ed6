"""A proxy as JupyterHub, Open OnDemand or nginx put one before a server: it shows the server below a prefix."""

import contextlib
import http.client
import http.server
import threading
from urllib.parse import urlsplit

HOP = {"connection", "transfer-encoding", "keep-alive"}


class Proxy:
    """`address` is the page behind the prefix; `outside` is what was asked beside it, `failed` what did not load."""

    def __init__(self, prefix, port):
        self.address = f"http://127.0.0.1:{port}{prefix}"
        self.outside, self.failed, self.streamed = [], [], []


@contextlib.contextmanager
def behind(server, prefix, *, strips=True, named=None):
    """A proxy before `server`, which is asked without the prefix if it `strips`, and by the name `named` if given."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"  # the end of an answer is the end of the connection

        def log_message(self, *_):
            pass

        def pass_on(self):
            inside = self.path == prefix or self.path.startswith((f"{prefix}/", f"{prefix}?"))
            if not inside:
                proxy.outside.append(self.path)
                self.send_error(404)
                return
            path = self.path[len(prefix) :] if strips else self.path
            body = self.rfile.read(int(self.headers.get("content-length", 0))) or None
            headers = {**self.headers, **({"Host": named} if named else {})}
            asked = http.client.HTTPConnection(urlsplit(server).netloc)
            try:
                try:
                    asked.request(self.command, path or "/", body, headers)
                    answer = asked.getresponse()
                except (OSError, http.client.HTTPException):
                    self.send_error(502)
                    return
                if answer.status >= 400:
                    proxy.failed.append((answer.status, self.command, self.path))
                if answer.headers.get_content_type() == "text/event-stream":
                    proxy.streamed.append(self.path)
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP:
                        self.send_header(name, value)
                self.end_headers()
                while part := answer.read1(1 << 16):
                    self.wfile.write(part)
            except OSError:  # one of both has left
                pass
            finally:
                asked.close()

        do_GET = do_POST = do_DELETE = do_HEAD = pass_on

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        proxy = Proxy(prefix, listening.server_address[1])
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            listening.shutdown()
            thread.join()
