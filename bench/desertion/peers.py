"""Who is compared, and how much work each is given in one timing."""

import ast
import importlib.util
import io
import tokenize
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Peer:
    """One implementation. `most` is the largest number of fighter-weeks it is timed on; beyond, its speed is that.

    `compared` is the largest number of members whose series are compared with NumPy's.
    """

    name: str
    title: str
    module: str  # beside this file
    package: str  # without which it cannot run
    most: float
    compared: int = 64
    environment: tuple[tuple[str, str], ...] = ()

    def installed(self) -> bool:
        """Whether its package is there; nothing is imported."""
        return importlib.util.find_spec(self.package.replace("-", "_")) is not None

    def versioned(self) -> str:
        """Its package and version."""
        return f"{self.package} {version(self.package)}"

    def lines(self) -> int:
        """Lines of code of its file: neither blank lines nor comments nor docstrings."""
        return code_lines(HERE / f"{self.module}.py")


PEERS = (
    Peer("fissure", "Fissure", "in_fissure", "fissure", 1e9),
    Peer("numba", "Numba, hand-tuned", "in_numba", "numba", 1e9),
    Peer("numpy", "NumPy", "in_numpy", "numpy", 4.5e7),
    Peer("starsim", "Starsim", "in_starsim", "starsim", 4.5e7),
    Peer("starsim-plain", "Starsim, CRN off", "in_starsim", "starsim", 4.5e7, environment=(("STARSIM_CRN", "0"),)),
    Peer("mesa-frames", "mesa-frames", "in_mesa_frames", "mesa-frames", 5e6, compared=24),
    Peer("mesa", "Mesa", "in_mesa", "mesa", 3e6),
)


def code_lines(path: Path) -> int:
    """Lines of `path` that hold code, docstrings not counted."""
    text = path.read_text()
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            prose = node.body[0]
            lines.difference_update(range(prose.lineno, (prose.end_lineno or prose.lineno) + 1))
    return len(lines)
