"""Freeze what every command prints and writes, and compare two such records: a restructuring must lose nothing.

    python tools/golden.py write FOLDER [--source CHECKOUT] [--only GROUP ...] [--jobs 2]
    python tools/golden.py compare OLD NEW [--only GROUP ...] [--numbers] [--lines 40]
    python tools/golden.py freeze [FOLDER]

`write` runs the code of CHECKOUT (this one by default) on small runs, in a process for each group of outputs, and
writes text files: terminal output at two widths, files that commands write (a report as its visible text and its
charts), every answer of the page's interface, every view of the page. Times, speeds, versions, paths and digests are
masked. `compare` prints what differs and exits with 1 if anything does; `--numbers` looks at numbers alone, so that
words that were changed on purpose do not matter. What only NEW has is listed and is no difference. `freeze` writes the
small part that is committed, with which `tests/system/test_golden.py` compares: do so after a change that is meant.
"""

import argparse
import contextlib
import csv
import difflib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
FROZEN = HERE / "tests" / "golden" / "frozen"
CASE = "islamic_state"
WIDTHS = (140, 80)
SMALL: dict[str, Any] = {"weeks": 60, "units": 24, "slots": 20}
"""Sizes of what the page simulates."""

# --- Masking

_MASKS = (
    (rf"\b{time.strftime('%Y')}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", "<time>"),
    (rf"\b\d{{1,2}} \w{{3}} {time.strftime('%Y')}, \d\d:\d\d", "<time>"),
    (r"(?m)^ +[0-9a-f]{3,60}$", "<digest>"),  # the rest of one that was too long for its column
    (r"\bsha256:[0-9a-f]+", "<digest>"),
    (r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b", "<digest>"),
    (r"[\d,.]+ ns (per|a) fighter-week", "<speed>"),
    (r"\b[\d,.]+ (ms|s|min|h|seconds?|minutes?|hours?)\b(?! of war)", "<duration>"),
    (r"\b[\d,.]+ ([kMG]i?B|bytes)\b", "<size>"),
    (r"(?i)\bfissure[ /]\d+\.\d+[\w.]*", "fissure <version>"),
    (r"(127\.0\.0\.1|localhost):\d+", "<address>"),
)
_MASKED_KEYS = re.compile(
    r"(?i)(^|[_ ])(version|versions|sha256|digest|draws|seconds|timing|written|bytes|token|processor|jax|jaxlib|numpy|"
    r"scipy|equinox|bayesflow|keras|made with|made_with|left|speed)$"
)
_SPACES = re.compile(r"[ \t]+$", re.MULTILINE)
_REPLACED: list[tuple[str, str]] = []
"""Paths and what stands for them, the longest first."""


def masked(text: str) -> str:
    """`text` without what differs from one time or machine to another."""
    for old, new in _REPLACED:
        text = text.replace(old, new)
    for pattern, new in _MASKS:
        text = re.sub(pattern, new, text)
    text = text.replace(time.strftime("%Y-%m-%d"), "<today>")
    return _SPACES.sub("", text)


def masked_value(value: Any) -> Any:
    """A JSON value, masked by its keys and in its texts."""
    if isinstance(value, dict):
        return {
            masked(str(key)): "<masked>" if _MASKED_KEYS.search(str(key)) and not isinstance(one, dict) else
            "<masked>" if str(key) == "made with" else masked_value(one)
            for key, one in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        return [masked_value(one) for one in value]
    return masked(value) if isinstance(value, str) else value


def canonical(value: Any) -> str:
    """JSON as text to compare: sorted keys, a line for each value but short lists."""
    text = json.dumps(masked_value(value), indent=1, sort_keys=True, ensure_ascii=False, default=str)
    return re.sub(r"\[\s+([^\[\]{}\"]{1,160}?)\s+\]", lambda m: f"[{' '.join(m.group(1).split())}]", text) + "\n"


# --- HTML


class _Visible(HTMLParser):
    """What a reader sees of a page, a line for each block, and the JSON that it holds."""

    _INLINE = " a abbr b code em i small span strong sub sup time tspan text mark cite q u s var kbd "
    _HIDDEN = frozenset(("script", "style", "noscript", "template"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.data: dict[str, Any] = {}
        self._line = ""
        self._hidden = ""
        self._json: str | None = None
        self._held = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in self._HIDDEN:
            self._hidden, self._held = tag, ""
            self._json = given.get("id", "json") if given.get("type") == "application/json" else None
        elif tag in ("td", "th"):
            self._line += " | "
        elif f" {tag} " not in self._INLINE:
            self._end()
        if tag == "svg" or given.get("role") == "img":
            self._line += f"[{given.get('aria-label') or tag}]"
        if tag == "input" and given.get("type") not in ("hidden", None):
            self._line += f"[{given.get('type')} {given.get('name') or ''} {given.get('value') or ''}]"

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            if self._json is not None:
                with contextlib.suppress(ValueError):
                    self.data[self._json] = json.loads(self._held)
            self._hidden = ""
        elif f" {tag} " not in self._INLINE and tag not in ("td", "th"):
            self._end()

    def handle_data(self, data: str) -> None:
        if self._hidden:
            self._held += data
        else:
            self._line += data

    def _end(self) -> None:
        if text := " ".join(self._line.split()):
            self.lines.append(text)
        self._line = ""

    def read(self, html: str) -> "_Visible":
        """Read a whole page."""
        self.feed(html)
        self.close()
        self._end()
        return self


def page_of(html: str) -> tuple[str, dict[str, Any]]:
    """The visible text of a page, and the data in it; the outlines of the map as a digest."""
    read = _Visible().read(html)
    for held in read.data.values():
        if isinstance(held, dict) and "geography" in held:
            text = json.dumps(held["geography"], sort_keys=True)
            held["geography"] = hashlib.sha256(text.encode()).hexdigest()[:6]
        if isinstance(held, dict):
            held.pop("config", None)  # colours and fonts
    return masked("\n".join(read.lines)) + "\n", read.data


# --- Writing


class Record:
    """Writes one group of outputs into its folder; the working folder is the current one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def text(self, name: str, text: str) -> None:
        """Write a text that is masked already."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def json(self, name: str, value: Any) -> None:
        """Write a JSON value."""
        self.text(f"{name}.json", canonical(value))

    def html(self, name: str, html: str) -> None:
        """Write a page as its text and its data."""
        text, data = page_of(html)
        self.text(f"{name}.page.txt", text)
        if data:
            self.json(f"{name}.data", data)

    def cli(self, name: str, *words: object, widths: Sequence[int] = WIDTHS, errors: bool = False) -> int:
        """Run a command once for each width; alternatives of one word are given as a tuple (the first that works)."""
        code = 0
        for width in widths:
            code, out, err = command([str(word) for word in words], width)
            text = f"exit code {code}\n{masked(out)}"
            if errors or code not in (0, 1):
                text += f"--- standard error\n{masked(last_sentence(err))}"
            self.text(f"{name}.w{width}.txt", text)
        return code

    def files(self, name: str, folder: Path | str) -> None:
        """Every file of a folder that a command wrote."""
        folder = Path(folder)
        for path in sorted(folder.rglob("*")):
            if path.is_dir() or path.suffix in (".lock", ".log", ".pkl", ".keras") or ".zarr.zip" in path.name:
                continue
            self.file(f"{name}/{masked(str(path.relative_to(folder)))}", path)
        if blocks := arrays_of_blocks(folder):
            self.json(f"{name}/records", blocks)

    def file(self, name: str, path: Path) -> None:
        """One file: pages as text and data, JSON and CSV as they are, arrays as digests."""
        if path.suffix == ".html":
            self.html(name, path.read_text(encoding="utf-8"))
        elif path.suffix == ".json":
            self.json(name, json.loads(path.read_bytes()))
        elif path.suffix == ".npz":
            self.json(name, arrays_of_npz(path))
        elif path.suffix in (".csv", ".txt", ".md", ".py", ".yaml", ".toml"):
            self.text(name, masked(path.read_text(encoding="utf-8")))
        else:
            self.text(name, "there\n")


def command(words: Sequence[str], width: int) -> tuple[int, str, str]:
    """Exit code, standard output and error of a command of Fissure, run in this process."""
    from fissure.cli import main

    os.environ.update(COLUMNS=str(width), NO_COLOR="1", TERM="dumb")
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["fissure", *words]
    code: Any = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
            main()
    except SystemExit as left:
        code = left.code
    finally:
        sys.argv = before
    return int(code or 0), out.getvalue(), err.getvalue()


def last_sentence(err: str) -> str:
    """Warnings and the refusal at the end of standard error, without what tells of progress."""
    lines = err.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith(("Error", "Warning"))]
    return "\n".join(lines[starts[0] :] if starts else lines[-3:]) + "\n"


def has_option(name: str, option: str) -> bool:
    """Whether a command knows an option."""
    return f"{option} " in command([*name.split(), "--help"], 200)[1]


def of_case(name: str, case: str) -> list[str]:
    """The arguments that name its case to a command."""
    return ["--case", case] if has_option(name, "--case") else [case]


def digest_of(array: Any) -> str:
    """Shape, kind and digest of an array, in a form that no mask touches."""
    import numpy as np

    array = np.ascontiguousarray(array)
    sha = hashlib.sha256(array.tobytes() if array.dtype != object else repr(array.tolist()).encode()).hexdigest()
    return f"{array.dtype} {array.shape} #{' '.join(sha[i : i + 6] for i in range(0, 18, 6))}"


def arrays_of_npz(path: Path) -> dict[str, str]:
    """Digests of the arrays of a file of NumPy."""
    import numpy as np

    with np.load(path) as held:
        return {name: digest_of(held[name]) for name in held.files}


def arrays_of_blocks(folder: Path) -> dict[str, dict[str, str]]:
    """Digests of the arrays of stored histories: by file and array, of the bytes of chunks."""
    found = {}
    for path in sorted(folder.rglob("*.zarr.zip")):
        sha: dict[str, Any] = {}
        with zipfile.ZipFile(path) as held:
            for name in sorted(held.namelist()):
                if "/c/" in name or name.endswith("/c"):
                    sha.setdefault(name.split("/c")[0], hashlib.sha256()).update(held.read(name))
        found[str(path.relative_to(folder))] = {
            name: "#" + " ".join(one.hexdigest()[i : i + 6] for i in (0, 6, 12)) for name, one in sha.items()
        }
    return found


# --- Groups of outputs

Group = Callable[[Record], None]
GROUPS: dict[str, Group] = {}
BY_NAME = ("hindcast", "frozen")
"""Groups that are made only where they are asked for by name: one takes minutes, one is made by `freeze`."""


def group(written: Group) -> Group:
    """Add a group under the name of its function."""
    GROUPS[written.__name__] = written
    return written


@group
def lists(record: Record) -> None:
    """Help, lists, traces, refusals: what needs no run."""
    commands = (
        "", "run", "serve", "answers", "explain", "whatif", "sensitivity", "trace", "mechanisms", "cases", "check",
        "orderings", "patterns", "calibrate", "hindcast", "new mechanism", "runs", "runs show", "runs export",
        "runs delete",
    )  # fmt: skip
    for name in commands:
        record.cli(f"help/{name.replace(' ', '-') or 'fissure'}", *name.split(), "--help", widths=(100,))
    record.cli("mechanisms", "mechanisms")
    record.cli("cases", "cases")
    record.cli("whatif-list", "whatif", "--list")
    names = (
        "pay-gap", "pay-gap.exposure", "fighters", "S1-08a", "territory_km2", "start.fighters", "iom-dtm",
        "foreign-inflow-2015-04-cjtf-oir",
    )  # fmt: skip
    for name in names:
        record.cli(f"trace/{name}", "trace", name)
    for number, words in enumerate(REFUSALS):
        record.cli(f"refused/{number:02}-{words[0] if words else 'nothing'}", *words, widths=(140,), errors=True)


REFUSALS: tuple[tuple[str, ...], ...] = (
    ("run", "--off", "pay-gapp", "--out", "out"),
    ("run", "islamic_stat", "--out", "out"),
    ("run", "--members", "0", "--out", "out"),
    ("run", "--members", "many"),
    ("run", "--weeks", "9999", "--out", "out"),
    ("run", "--seed", "-1", "--out", "out"),
    ("run", "--sead", "3"),
    ("run", "--prior", "--posterior", "x.json"),
    ("run", "--prior", "--cluster", "host", "--out", "out"),
    ("trace", "pay-gup"),
    ("ru",),
    ("check", "pay-gapp"),
    ("check", "--members", "1"),
    ("explain", "--of", "colapse", "--prior"),
    ("explain", "--keep", "--weeks", "12", "--prior"),
    ("hindcast", "--from", "2013-01-01"),
    ("hindcast", "--from", "December"),
    ("calibrate", "islamic_state"),
    ("calibrate", "islamic_state", "--until", "2011-01-01"),
    ("whatif", "hundred-strike"),
    ("whatif", "hundred-strikes", "--maximise", "collapse"),
    ("whatif", "--off", "pay-gap", "--from", "2013-03"),
    ("whatif", "--set", "forcing.strike=x2"),
    ("sensitivity", "--members", "8", "--quick"),
    ("sensitivity", "--of", "teritory@2016-12-31", "--quick"),
    ("patterns", "nowhere"),
    ("patterns", "islamic_state", "--until", "soon"),
    ("runs", "show", "nothing"),
    ("serve", "nowhere"),
    ("serve", "--port", "99999"),
    ("new", "mechanism", "Pay", "--group", "ranks"),
)


@group
def run(record: Record) -> None:
    """`run`, and what reads a run: whole length, members of the posterior."""
    record.cli("run", "run", "--members", 4, "--out", "runs/whole", widths=(140,))
    record.files("folder", "runs/whole")
    record.cli("again", "run", "--members", 4, "--out", "runs/whole", widths=(80,))
    for name in ("patterns", "orderings"):
        record.cli(name, name, "runs/whole")
    record.cli("patterns-until", "patterns", "runs/whole", "--until", "2015-12-31")
    record.cli("runs", "runs", "--in", "runs")
    record.cli("runs-json", "runs", "--in", "runs", "--json", widths=(140,))
    record.cli("runs-show", "runs", "show", "runs/whole", "--verify")
    record.cli("runs-show-json", "runs", "show", "runs/whole", "--json", widths=(140,))
    record.cli("export", "runs", "export", "runs/whole", "tables", widths=(140,))
    for path in sorted(Path("tables").iterdir()):
        with path.open(newline="", encoding="utf-8") as held:
            rows = list(csv.reader(held))
        whole = hashlib.sha256(path.read_bytes()).hexdigest()
        table = {"header": rows[0], "rows": len(rows), "first": rows[1:3], "last": rows[-1], "all": whole[:6]}
        record.json(f"tables/{path.stem}", table)
    if has_option("run", "--json"):
        record.cli("json", "run", "--members", 4, "--out", "runs/whole", "--json", widths=(140,))


@group
def prior(record: Record) -> None:
    """`run` of the prior, short, with a mechanism switched off."""
    short = ("run", "--prior", "--members", 2, "--weeks", 30, "--off", "pay-gap", "--seed", 3, "--out", "short")
    record.cli("run", *short, widths=(80,))
    record.files("folder", "short")


def study(record: Record, name: str, *words: object, folder: str, widths: Sequence[int] = WIDTHS) -> None:
    """A study at all widths, with its files, and as JSON where the command can."""
    record.cli(name, *words, "--out", folder, widths=widths)
    record.files(name, folder)
    if has_option(str(words[0]), "--json"):
        record.cli(f"{name}-json", *words, "--out", folder, "--json", widths=(140,))


@group
def whatif(record: Record) -> None:
    """`whatif`: a named study, a change of one's own, a switch; posterior and prior."""
    own = ("--set", "forcing.strikes=x2", "--off", "pay-gap", "--from", "2014-12")
    small = ("--members", 4, "--weeks", 60, "--of", "collapse", "--of", "deserted", "--of", "territory@2015-06-30")
    study(record, "whatif", "whatif", "no-foreign-intervention", *own, *small, folder="whatif")
    study(record, "nothing", "whatif", "--set", "forcing.strikes=x1", "--members", 2, "--weeks", 30, "--prior",
          folder="nothing", widths=(140,))  # fmt: skip


@group
def answers(record: Record) -> None:
    """`answers`, of the case of one's own and of the reference case."""
    own_case(Path("small_war"))
    study(record, "own", "answers", "small_war", "--members", 4, folder="own")
    study(record, "reference", "answers", CASE, "--members", 2, folder="reference", widths=(140,))


@group
def explain(record: Record) -> None:
    """`explain`: groups, mechanisms, pairs."""
    size = ("--weeks", 30, "--members", 2, "--sampled", 2, "--strongest", 2, "--pairs", 2, "--prior")
    study(record, "explain", "explain", CASE, "--of", "deserted", "--of", "collapse", *size, folder="explain")


@group
def sensitivity(record: Record) -> None:
    """`sensitivity --quick`."""
    asked = ("--of", "deserted", "--of", "territory@2015-06-30", "--quick", "--weeks", 60, "--members", 120)
    study(record, "sensitivity", "sensitivity", *asked, folder="sensitivity")


@group
def check(record: Record) -> None:
    """`check --quick` of a few mechanisms."""
    asked = ("desertion", "pay-gap", "air-strikes", "--quick", "--members", 2, "--weeks", 12)
    study(record, "check", "check", *asked, folder="check")


@group
def calibrate(record: Record) -> None:
    """`calibrate` on the fewest members."""
    asked = ("calibrate", CASE, "--until", "2014-12-31", "--members", 40)
    study(record, "calibrate", *asked, folder="fit", widths=(140,))


@group
def hindcast(record: Record) -> None:
    """`hindcast` of the case of one's own."""
    own_case(Path("small_war"), weeks=40)
    asked = ("hindcast", "small_war", "--from", "2001-05-08", "--members", 16)
    study(record, "hindcast", *asked, folder="hindcast", widths=(140,))


@group
def own(record: Record) -> None:
    """Every quick command on a case of one's own in a folder."""
    own_case(Path("small_war"))
    record.cli("run", "run", "small_war", "--members", 2, "--out", "runs/first")
    record.files("folder", "runs/first")
    record.cli("patterns", "patterns", "runs/first")
    record.cli("orderings", "orderings", "runs/first")
    record.cli("runs-show", "runs", "show", "runs/first")
    for name in ("ranks-2001-01", "fighters", "pay-gap"):
        case = of_case("trace", "small_war")
        record.cli(f"trace-{name}", "trace", *([name, *case] if case[0] == "--case" else [*case, name]))
    record.cli("whatif-list", "whatif", "--list", *of_case("whatif", "small_war"))
    case = of_case("whatif", "small_war")
    words = (["no-strikes", *case] if case[0] == "--case" else [*case, "no-strikes"]) + ["--members", "4"]
    study(record, "whatif", "whatif", *words, "--of", "deserted", folder="whatif", widths=(140,))
    record.cli("new", "new", "mechanism", "tax-revolt", "--group", "rule", "--into", "made", widths=(140,))
    record.files("new", "made")


@group
def serve(record: Record) -> None:
    """Every address of the page: its interface for programs, and its views."""
    import fissure

    fissure.run(CASE, members=4, weeks=60, out="runs/shown")
    with client_of(Path("runs"), Path("home")) as ask:
        _addresses(record, ask)
        _views(record, ask)


@group
def old(record: Record) -> None:
    """Folders that the code from before the restructuring wrote, opened again."""
    for folder in sorted((HERE / "tests" / "golden" / "old").iterdir()):
        if folder.is_dir():
            shutil.copytree(folder, folder.name)
            if (Path(folder.name) / "run.json").exists():
                record.cli(f"{folder.name}-patterns", "patterns", folder.name, widths=(140,), errors=True)
            record.cli(f"{folder.name}-show", "runs", "show", folder.name, "--verify", widths=(140,), errors=True)


@group
def frozen(record: Record) -> None:
    """What is committed: lists, traces, and a run of one's own case with its report, patterns and a what-if."""
    own_case(Path("small_war"))
    for name in ("pay-gap", "fighters", "S1-08a", "foreign-inflow-2015-04-cjtf-oir"):
        record.cli(f"trace-{name}", "trace", name, widths=(100,))
    record.cli("mechanisms", "mechanisms", widths=(100,))
    record.cli("whatif-list", "whatif", "--list", widths=(100,))
    record.cli("run", "run", "small_war", "--members", 2, "--out", "runs/first", widths=(100,))
    record.file("report", Path("runs/first/report.html"))
    record.cli("patterns", "patterns", "runs/first", widths=(100,))
    record.cli("show", "runs", "show", "runs/first", widths=(100,))
    case = of_case("whatif", "small_war")
    words = (["no-strikes", *case] if case[0] == "--case" else [*case, "no-strikes"]) + ["--members", "4"]
    record.cli("whatif", "whatif", *words, "--of", "deserted", "--out", "whatif", widths=(100,))
    record.file("whatif", Path("whatif/whatif.json"))


def own_case(folder: Path, weeks: int = 3) -> None:
    """Write the made-up case of the tests."""
    sys.path.insert(0, str(HERE))
    from tests.own_case import written

    written(folder, weeks=weeks)


# --- The page

Ask = Callable[..., Any]


@contextlib.contextmanager
def client_of(runs: Path, home: Path) -> Iterator[Ask]:
    """Ask an application without a network between: `ask(path, body=None, method=None)`."""
    from fastapi.testclient import TestClient

    from fissure.app.server import create_app
    from fissure.app.settings import Limits, Settings

    limits = Limits(burst=100_000, rate=100_000.0)
    settings = Settings(folders=(runs,), home=home, limits=limits, **SMALL)
    with TestClient(create_app(settings), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:

        def ask(path: str, body: Any = None, method: str | None = None) -> Any:
            method = method or ("GET" if body is None else "POST")
            return client.request(method, path, json=body, follow_redirects=False)

        yield ask


def reply(answer: Any) -> Any:
    """An answer as JSON: its status, unless it is well, and what it says."""
    try:
        said = answer.json()
    except ValueError:
        said = answer.text
    return said if answer.status_code == 200 else {"status": answer.status_code, "said": said}


def until(condition: Callable[[], Any], seconds: float = 300) -> None:
    """Wait for something that happens in another thread."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.2)


def _until_ended(ask: Ask, id_: str) -> None:
    until(lambda: ask(f"/api/jobs/{id_}").json().get("state") in ("done", "failed", "cancelled"))


def _addresses(record: Record, ask: Ask) -> None:
    paths = ask("/api/openapi.json").json()["paths"]
    record.json("api/paths", {path: sorted(one) for path, one in paths.items()})
    until(lambda: ask("/api/runs/shown").json().get("view") == "ready")
    until(lambda: ask("/cracks/ready").json().get("ready"))
    kinds = ("claims", "observations", "sources", "variables")
    names: dict[str, list[str]] = {
        f"/api/ledger/{kind}/{{id}}": _ids(ask(f"/api/ledger/{kind}?limit=500").json()) for kind in kinds
    }
    names["/api/cases/{case}"] = names["/api/cases/{case}/parameters"] = names["/api/cases/{case}/graph"] = [CASE]
    names["/api/cases/{case}/mechanisms"] = [CASE]
    series = [one["name"] for one in ask("/api/runs/shown/series").json()]
    traced = ("pay-gap", "fighters", "S1-08a", "start.fighters", "iom-dtm", "pay-gapp")
    names["/api/trace/{name}"] = list(traced)
    for path, methods in sorted(paths.items()):
        if "get" not in methods or ("{id}" in path and path not in names):
            continue
        file = "api/" + path.removeprefix("/api/").replace("/", "-").replace("{", "").replace("}", "")
        if path in names:
            filled = {name: re.sub(r"\{\w+\}", name, path) for name in names[path]}
            record.json(file, {name: reply(ask(address)) for name, address in filled.items()})
        elif path == "/api/runs/{name}/series/{output}":
            for one in series:
                record.json(f"{file}/{one}", reply(ask(f"/api/runs/shown/series/{one}")))
        elif path == "/api/cases/{case}/mechanisms/{name}":
            every = [one["name"] for one in ask(f"/api/cases/{CASE}/mechanisms").json()]
            record.json(file, {name: reply(ask(f"/api/cases/{CASE}/mechanisms/{name}")) for name in every})
        else:
            record.json(file, reply(ask(path.replace("{name}", "shown"))))
    for name, body in (
        ("unknown", {"set": ["forcing.strike=x2"], "off": []}), ("search", {"off": [], "set": [], "maximise": "x"}),
        ("nothing", {"off": [], "set": []}), ("many", {"off": ["pay-gap"], "set": [], "members": 10**6}),
    ):  # fmt: skip
        record.json(f"api/refused-{name}", reply(ask("/api/studies", body)))
    record.json("api/refused-path", reply(ask("/api/nowhere")))
    record.json("api/refused-run", reply(ask("/api/runs/shwn")))


def _ids(found: Any) -> list[str]:
    rows = found if isinstance(found, list) else next(one for one in found.values() if isinstance(one, list))
    return [one["id"] for one in rows]


def _views(record: Record, ask: Ask) -> None:
    asked = ask("/api/studies", {"study": "no-foreign-intervention", "members": 4, "set": [], "off": []}).json()
    id_, address = asked["id"], "/" + asked["page"]
    own = ask("/api/studies", {"set": ["forcing.strikes=x2"], "off": ["pay-gap"], "from": "2014-12", "members": 4})
    for one in (asked, own.json()):
        _until_ended(ask, one["id"])
    record.json("api/studies-id", reply(ask(f"/api/studies/{id_}")))
    record.json("api/studies-id-own", reply(ask(f"/api/studies/{own.json()['id']}")))
    record.text("api/studies-id-csv.txt", masked(ask(f"/api/studies/{id_}/csv").text))
    record.html("api/studies-id-report", ask(f"/api/studies/{id_}/report").text)
    job = ask(f"/api/jobs/{id_}").json()
    record.json("api/jobs-id", {**job, "version": 0})
    record.text("api/jobs-id-events.txt", _without_version(masked(ask(f"/api/jobs/{id_}/events").text)))
    question = address.partition("q=")[2].partition("&")[0]
    saved = ask("/api/saved", {"question": question, "name": "Mine"})
    record.json("api/saved-post", reply(saved))
    query = address.partition("?")[2]
    record.html("page/what-if-asked", ask(address).text)
    record.html("page/what-if-saved", ask(f"/what-if/saved?{query}").text)
    part = ask(f"/what-if/part?{query}").json() if "/what-if/part" in _routes(ask) else {}
    if part:
        record.html("page/what-if-part", part["html"])
        record.json("page/what-if-part-rest", {**part, "html": ""})
    record.html("page/what-if-report", ask(f"/what-if/report?{query}").text)
    record.text("page/what-if-csv.txt", masked(ask(f"/what-if/csv?{query}").text))
    other = own.json()["page"].partition("q=")[2].partition("&")[0]
    for name, path in {**PAGES, "what-if-two": f"{address}&q={other}"}.items():
        record.html(f"page/{name}", settled(ask, path))
    record.text("page/cracks-edges.txt", masked(ask("/cracks/edges.csv").text))


PAGES = {
    "start": "/", "history": "/history", "history-week": "/history?run=shown&week=2015-02-02",
    "history-wrong": "/history?run=shwn", "cracks": "/cracks", "cracks-pay-gap": "/cracks?mechanism=pay-gap",
    "cracks-desertion": "/cracks?mechanism=desertion", "cracks-field": "/cracks?field=grievance",
    "cracks-find": "/cracks?find=pay", "cracks-wrong": "/cracks?mechanism=pay-gapp", "why": "/why",
    "why-deserted": "/why?outcome=deserted", "why-wrong": "/why?outcome=colapse", "what-if": "/what-if",
    "what-if-draft": "/what-if?draft=set%3Dforcing.strikes%3Dx2", "evidence": "/evidence",
    "evidence-claims": "/evidence?kind=claims", "evidence-sources": "/evidence?kind=sources",
    "evidence-variables": "/evidence?kind=variables", "evidence-learned": "/evidence?kind=learned",
    "evidence-forecast": "/evidence?kind=forecast", "evidence-find": "/evidence?find=oil",
    "evidence-claim": "/evidence?entry=S1-08a", "evidence-figure": "/evidence?entry=foreign-inflow-2015-04-cjtf-oir",
    "evidence-source": "/evidence?kind=sources&entry=iom-dtm", "evidence-wrong": "/evidence?entry=S1-08zz",
    "nowhere": "/nowhere",
}  # fmt: skip


def settled(ask: Ask, path: str) -> str:
    """The page at an address, once it does not change any more."""
    said, text = "", ask(path).text
    for _ in range(60):
        if page_of(text) == page_of(said) and "once it is there" not in text:
            break
        time.sleep(0.3 if not said else 1.0)
        said, text = text, ask(path).text
    return text


def _routes(ask: Ask) -> list[str]:
    return ["/what-if/part"] if ask("/what-if/part").status_code != 404 else []


def _without_version(text: str) -> str:
    return re.sub(r'"version": ?\d+', '"version":0', text)


# --- Running the groups


def write(out: Path, source: Path, only: Sequence[str], jobs: int) -> int:
    """Run each group in a process of its own; returns how many failed."""
    out.mkdir(parents=True, exist_ok=True)
    waiting, going, failed = list(only), {}, 0  # type: ignore[var-annotated]
    while waiting or going:
        while waiting and len(going) < jobs:
            name = waiting.pop(0)
            shutil.rmtree(out / name, ignore_errors=True)
            environment = {**os.environ, "PYTHONPATH": str(source / "src"), "PYTHONWARNINGS": "ignore"}
            work = [sys.executable, __file__, "inside", str(out.resolve()), name, "--source", str(source)]
            with (out / f"{name}.log").open("w") as log:
                going[name] = subprocess.Popen(work, env=environment, stdout=log, stderr=log), time.monotonic()
        time.sleep(0.1)
        for name, (process, began) in list(going.items()):
            if process.poll() is not None:
                del going[name]
                failed += bool(process.returncode)
                how = "FAILED, see " + str(out / f"{name}.log") if process.returncode else "done"
                print(f"{name}: {how} in {time.monotonic() - began:.0f} s", flush=True)
                if not process.returncode:
                    (out / f"{name}.log").unlink()
    return failed


def inside(out: Path, name: str, source: Path) -> None:
    """Write one group, in a working folder of its own."""
    work = Path(tempfile.mkdtemp(prefix="golden-")).resolve()
    os.environ["FISSURE_CACHE"] = str(work / "cache")
    os.chdir(work)
    import fissure

    package = Path(fissure.__file__).parents[1]
    assert package == source / "src", f"{package} is imported, expected {source / 'src'}"
    _REPLACED[:] = [(str(work), "<here>"), (str(source), "<source>"), (str(HERE), "<source>")]
    try:
        GROUPS[name](Record(out / name))
    finally:
        os.chdir("/")
        shutil.rmtree(work, ignore_errors=True)
        sys.stdout.flush()
    os._exit(0)  # threads of the page may still be at work


# --- Comparing

LONG = 3000
"""Lines of a file from which only the lines are compared, not their order."""
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?")


def numbers(text: str) -> Counter[str]:
    """The numbers of a text, each as often as it stands there."""
    return Counter(found.replace(",", "").replace("−", "-").rstrip("%") for found in _NUMBER.findall(text))


def compare(old: Path, new: Path, only: Sequence[str], by_numbers: bool, most: int) -> int:
    """Print what differs; returns in how many files."""
    files = [
        {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file() and path.suffix != ".log"}
        for place in (old, new)
    ]
    wanted = [{name for name in found if name.split("/")[0] in only} for found in files]
    differ = 0
    for name in sorted(wanted[0]):
        if name not in wanted[1]:
            print(f"--- {name}: is gone")
            differ += 1
            continue
        before, after = ((place / name).read_text(encoding="utf-8") for place in (old, new))
        if before == after:
            continue
        lines = list(_numbers_apart(before, after) if by_numbers else _lines_apart(before, after))
        if lines:
            differ += 1
            print(f"--- {name}")
            print("\n".join(line[:300] for line in lines[:most]))
            if len(lines) > most:
                print(f"... and {len(lines) - most} lines more")
    if added := sorted(wanted[1] - wanted[0]):
        print(f"+++ {len(added)} files more: {', '.join(added[:12])}")
    print(f"{differ} of {len(wanted[0])} files differ.")
    return differ


def freeze(folder: Path, source: Path = HERE) -> int:
    """Write the group that is committed into `folder`: terminal texts as they are, of all else the numbers."""
    with tempfile.TemporaryDirectory() as place:
        if write(Path(place), source, ["frozen"], 1):
            print((Path(place) / "frozen.log").read_text(encoding="utf-8"), file=sys.stderr)
            return 1
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for path in sorted((Path(place) / "frozen").iterdir()):
            text = path.read_text(encoding="utf-8")
            if ".w100." in path.name:
                (folder / path.name).write_text(text, encoding="utf-8")
                continue
            rounded = Counter(
                f"{float(n):.3g}" for n in numbers(text).elements()
            )  # processors differ in the last digits
            found = [f"{n} ×{k}" if k > 1 else n for n, k in sorted(rounded.items(), key=_by_value)]
            lines = ["  ".join(found[i : i + 12]) for i in range(0, len(found), 12)]
            (folder / f"{path.stem}.numbers.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def _by_value(one: tuple[str, int]) -> tuple[float, str]:
    return float(one[0]), one[0]


def _lines_apart(before: str, after: str) -> Iterable[str]:
    one, other = before.splitlines(), after.splitlines()
    if max(len(one), len(other)) < LONG:
        return list(difflib.unified_diff(one, other, lineterm="", n=0))[2:]
    gone, come = Counter(one) - Counter(other), Counter(other) - Counter(one)  # `difflib` would take minutes
    return [f"-{line}" for line in gone.elements()] + [f"+{line}" for line in come.elements()]


def _numbers_apart(before: str, after: str) -> Iterable[str]:
    one, other = numbers(before), numbers(after)
    for sign, apart in (("-", one - other), ("+", other - one)):
        if apart:
            yield sign + " " + " ".join(f"{n}×{k}" if k > 1 else n for n, k in sorted(apart.items()))


USUAL = [name for name in GROUPS if name not in BY_NAME]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    writing, working, comparing = (actions.add_parser(name) for name in ("write", "inside", "compare"))
    actions.add_parser("freeze").add_argument("folder", type=Path, nargs="?", default=FROZEN)
    for one in (writing, working):
        one.add_argument("folder", type=Path)
        one.add_argument("--source", type=Path, default=HERE)
    working.add_argument("group")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    comparing.add_argument("--numbers", action="store_true")
    comparing.add_argument("--lines", type=int, default=40)
    for one in (writing, comparing):
        one.add_argument(
            "--only", nargs="*", choices=sorted(GROUPS), default=[name for name in GROUPS if name not in BY_NAME]
        )
    writing.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    if asked.action == "write":
        sys.exit(1 if write(asked.folder, asked.source.resolve(), asked.only, asked.jobs) else 0)
    if asked.action == "freeze":
        sys.exit(freeze(asked.folder))
    if asked.action == "inside":
        inside(asked.folder, asked.group, asked.source.resolve())
    sys.exit(1 if compare(asked.old, asked.new, asked.only, asked.numbers, asked.lines) else 0)


if __name__ == "__main__":
    main()
