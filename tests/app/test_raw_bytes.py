"""What no browser and no library would send, byte by byte over a socket."""

import contextlib
import json
import socket
from urllib.parse import urlsplit

import pytest


def raw(address, request):
    """The answer to bytes that no client would send."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=20) as line:
        line.sendall(request)
        line.settimeout(20)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while part := line.recv(65536):
                received += part
    return received


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /evidence HTTP/1.0\r\n\r\n", 400),
        (b"GET /evidence HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", 200),
        (b"GET http://evil.example/evidence HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 404),
        (b"GET http://evil.example/evidence HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 403),
        (b"GET /evidence HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (b"GET /evidence HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400),
        (b"GET //evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 404),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 404),
        (b"NONSENSE\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"y" * 200_000 + b"\r\nConnection: close\r\n\r\n", 400),
    ],
)
def test_bytes_that_no_client_sends(server, request_, status):
    answer = raw(server, request_)
    assert answer.startswith(f"HTTP/1.1 {status}".encode()), answer[:300]
    assert b"Traceback" not in answer


def test_a_body_without_end_is_cut_with_a_clean_answer(server):
    chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    head = (
        b"POST /api/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    answer = raw(server, head + chunk * 20)
    assert answer.startswith(b"HTTP/1.1 413"), answer[:300]
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["detail"]
