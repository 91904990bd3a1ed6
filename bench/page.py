"""Writes the page of the docs about speed: runs the benchmarks one after another, or takes tables that they kept.

    python bench/page.py docs/reference/speed.md
    python bench/page.py docs/reference/speed.md --kept FOLDER

Some half an hour on two cores, on which nothing else should run; `--quick` for a rough page in some minutes. `--kept`
takes what each left with `--out FOLDER`, and what `bench/parts.py` printed as FOLDER/parts.txt.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from table import machine

HEAD = """# Speed of the full model

Measured on {machine}. Other machines, other figures: `make bench` measures yours. Written by
`python bench/page.py` from what the commands below found; each says in its first lines what it measures and how.

A *fighter-week* is one fighter slot in one week of one member. Times are over all cores together.
"""
SECTIONS = {
    "Until something is seen": ("first.py", ["first"]),
    "Time by part": ("parts.py", ["parts"]),
    "Time by mechanism": ("mechanisms.py", ["mechanisms"]),
    "Growth": (
        "growth.py",
        [f"growth-{what}" for what in ("units", "slots", "weeks", "members", "mechanisms")],
    ),
    "How fast it could be": ("roofline.py", ["roofline-peaks", "roofline-work", "roofline"]),
    "Kernels of a week": ("kernels.py", ["kernels", "launches"]),
}


def main() -> None:
    """Measure if need be, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path, help="the file to write")
    parser.add_argument("--kept", type=Path, metavar="FOLDER", help="where the benchmarks kept their tables")
    parser.add_argument("--quick", action="store_true", help="the quick form of each benchmark that has one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as base:
        folder = asked.kept or Path(base)
        if not asked.kept:
            for script, _ in SECTIONS.values():
                measure(script, folder, asked.quick)
        text = written(folder)
    asked.page.write_text(text, encoding="utf-8")


def measure(script: str, folder: Path, quick: bool) -> None:
    """Run one benchmark, and keep its tables in `folder`."""
    command = [sys.executable, str(Path(__file__).parent / script)]
    if script == "parts.py":  # has no quick form, and prints only
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        (folder / "parts.txt").write_text(done.stdout, encoding="utf-8")
    else:
        subprocess.run([*command, "--out", str(folder), *(["--quick"] if quick else [])], check=True)


def written(folder: Path) -> str:
    """The page, of the tables that `folder` holds; a benchmark without any is left out."""
    parts = [HEAD.format(machine=machine())]
    for title, (script, tables) in SECTIONS.items():
        found = [text for name in tables if (text := kept(folder, name))]
        if found:
            parts += [f"## {title}\n\n    python bench/{script}\n", about(script), *found]
    return "\n".join(parts).rstrip() + "\n"


def kept(folder: Path, name: str) -> str:
    """The table of that name; one that was printed only, as it was printed."""
    if (file := folder / f"{name}.md").is_file():
        return file.read_text(encoding="utf-8")
    if (file := folder / f"{name}.txt").is_file():
        return "".join(f"    {line}\n" for line in file.read_text(encoding="utf-8").splitlines())
    return ""


def about(script: str) -> str:
    """What a benchmark says of itself, but for how to run it."""
    source = (Path(__file__).parent / script).read_text(encoding="utf-8")
    lines = source.split('"""')[1].partition("\n\n")[2].partition("Run it with")[0].strip("\n").splitlines()
    out = []
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("    ") and line[4] != " ":  # a word and what it means, as an item of a list
            name, _, said = line.strip().partition("  ")
            out.append(f"- *{name}* {said.strip()}")
        elif line.startswith("     "):
            out.append(f"  {line.strip()}")
        else:
            out += ["", line] if before.startswith("    ") and line else [line]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    main()
