"""Where the page lies behind a proxy: below a path that is not its own, and under another name.

A proxy of JupyterHub, Open OnDemand or code-server shows the page below a prefix such as ``/user/me/proxy/8014``. Most
take the prefix away before they ask the server; then nothing need be known of it, because every link, script, request
and redirect of the page is relative. Some leave it: then the server is started with it (`Settings.root_path`) and takes
it away itself. What a request says of its own prefix (`X-Forwarded-Prefix`) is not heeded: anybody could say it.
"""

import re
from urllib.parse import quote, unquote

from starlette.types import Scope

from fissure.errors import FissureError

_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+")
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?|[0-9A-Fa-f:.]{2,45}")


def root_path(text: str) -> str:
    """`text` as the path of a prefix, without a slash at its end; empty for the root.

    Raises `FissureError` for what is no path.
    """
    found = text.strip().rstrip("/")
    if not found:
        return ""
    if "//" in found and ":" in found.partition("//")[0]:
        raise FissureError(f"found --root-path {text[:200]}, expected the path alone, such as /user/me/proxy/8014")
    segments = found.split("/")[1:]
    whole = found.startswith("/") and all(map(_SEGMENT.fullmatch, segments)) and not {".", ".."} & {*segments}
    if not whole:
        raise FissureError(
            f"found --root-path {text[:200] or 'of nothing'}, expected a path that begins with / as an address has it, "
            "such as /user/me/proxy/8014"
        )
    return found


def host_name(text: str) -> str:
    """`text` as a name by which a browser calls the page, in small letters. Raises `FissureError` for anything else."""
    found = text.strip().lower().removeprefix("[").removesuffix("]")
    try:
        found = found.encode("idna").decode() if not found.isascii() else found
    except UnicodeError:
        found = ""
    if not _NAME.fullmatch(found):
        raise FissureError(
            f"found --allow-host {text[:200] or 'without a name'}, expected a name alone as it stands in the browser's "
            "address, without https:// and without a port, such as hub.example.org"
        )
    return found


def up(scope: Scope) -> str:
    """What leads from the address that was asked to the top of the page: ``./`` from a view, ``../`` from below one."""
    return "../" * (_asked(scope).count("/") - 1) or "./"


def below(scope: Scope, root: str) -> Scope:
    """`scope` as it is without the prefix `root`, if its path has it; an empty path where it is nothing else."""
    prefix, path = unquote(root), scope["path"]
    if not root or not (path == prefix or path.startswith(f"{prefix}/")):
        return scope
    raw = "/".join(["", *_asked(scope).split("/")[root.count("/") + 1 :]])
    return {**scope, "path": path[len(prefix) :], "raw_path": raw.encode("latin-1")}


def with_slash(root: str, scope: Scope) -> str:
    """What leads from the prefix to the page below it, relative to the prefix."""
    return f"./{root.rpartition('/')[2]}/{_query(scope)}"


def without_slash(scope: Scope) -> str | None:
    """What leads from an address with slashes at its end to that without, relative to it; None where it has none."""
    path = _asked(scope)
    bare = path.rstrip("/")
    if bare == path or not bare:
        return None
    return "../" * (len(path) - len(bare)) + bare.rpartition("/")[2] + _query(scope)


def _asked(scope: Scope) -> str:
    """The path as it stands in the browser, where ``%2F`` is no slash."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw.partition(b"?")[0].decode("latin-1")


def _query(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"?{query}" if query else ""
