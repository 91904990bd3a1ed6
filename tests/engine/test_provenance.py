"""The digest of code: it follows what is imported, and nothing else."""

import ast
from pathlib import Path

import pytest

from fissure.engine import provenance
from fissure.engine.provenance import MODEL, STUDY, closure, code_digest, own_digest

A = '''"""First."""
from toy.deep import b
from toy.words import said


def f(x):
    """Say it."""
    from toy.late import c  # imported when it is called

    return b.g(x) + c.h(x)
'''


@pytest.fixture
def toy(tmp_path):
    """A package of modules that import one another, and one that nobody does."""
    files = {
        "__init__.py": "import toy.a",
        "a.py": A,
        "deep/__init__.py": "",
        "deep/b.py": "def g(x):\n    return x\n",
        "late/__init__.py": "",
        "late/c.py": "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import toy.types\n\nh = abs\n",
        "words.py": "said = 'cannot be read'\n",
        "types.py": "",
        "alone.py": "",
    }
    for name, text in files.items():
        (tmp_path / "toy" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "toy" / name).write_text(text)
    return tmp_path / "toy"


def write(path, text):
    path.write_text(text)
    provenance.code_digest.cache_clear()


def test_it_follows_imports_also_within_functions(toy):
    assert closure("toy.a", package=toy) == {"toy.a", "toy.deep.b", "toy.late.c", "toy.words"}
    assert closure("toy.a", package=toy, boundary=("toy.words", "toy.deep")) == {"toy.a", "toy.late.c"}
    assert closure("toy.late", package=toy) == {"toy.late", "toy.late.c"}  # a package stands for all that is in it
    for wrong in ({"boundary": ("toy.wrods",)}, {}):
        with pytest.raises(ValueError, match="there is no module"):
            closure("toy.a" if wrong else "toy.b", package=toy, **wrong)


def test_a_new_module_moves_it_once_it_is_imported(toy):
    before = code_digest("toy.a", package=toy)
    write(toy / "new.py", "TEN = 10\n")
    assert code_digest("toy.a", package=toy) == before
    write(toy / "deep" / "b.py", "from toy.new import TEN\n\n\ndef g(x):\n    return TEN * x\n")
    imported = code_digest("toy.a", package=toy)
    assert imported != before
    write(toy / "new.py", "TEN = 11\n")
    assert code_digest("toy.a", package=toy) not in (before, imported)


def test_comments_docstrings_layout_and_what_is_not_imported_do_not(toy):
    before = code_digest("toy.a", package=toy, boundary=("toy.words",))
    write(
        toy / "a.py", A.replace("First.", "1").replace("Say it.", "Say").replace("  # imported when it is called", "")
    )
    write(toy / "deep" / "b.py", "# Something new\ndef g(\n    x,\n):\n    return (x)\n")
    for name in ("words.py", "types.py", "alone.py"):
        write(toy / name, "said = 'is damaged'\n")
    assert code_digest("toy.a", package=toy, boundary=("toy.words",)) == before
    write(toy / "deep" / "b.py", "def g(x):\n    return -x\n")
    assert code_digest("toy.a", package=toy, boundary=("toy.words",)) != before


def test_a_history_depends_on_the_model_and_never_on_how_it_is_shown():
    found = closure("fissure.engine.kernel", "fissure.model.mechanisms", boundary=MODEL)
    own = {name.split(".")[1] for name in found}
    assert own == {"constants", "engine", "model"} and len(own_digest()) == 64
    assert {name for name in found if name.startswith("fissure.engine")} == {
        f"fissure.engine.{name}" for name in ("kernel", "packing", "parameter_source", "random", "records", "simulate")
    }
    mechanisms = Path(provenance.PACKAGE / "model" / "mechanisms").rglob("[!_]*.py")
    assert {path.stem for path in mechanisms} <= {name.rsplit(".")[-1] for name in found}


@pytest.mark.parametrize("root", ["fissure.studies.paired_runs", "fissure.studies.measurement"])
def test_what_is_measured_depends_on_studies_and_the_meaning_of_entries_alone(root):
    for name in closure(root, boundary=STUDY):
        assert name.split(".")[1] in ("constants", "studies", "evidence"), name


def code(source):
    return provenance._code(ast.parse(source))


def test_the_code_of_the_model_is_told_alike_by_every_python(monkeypatch):
    source = "class A(B):\n    def f(self, x, *, y=1.5):\n        return None if x else [*y, 'a']\n"
    text = code(source)
    assert text == (
        "Module(body=[ClassDef(name='A', bases=[Name(id='B', ctx=Load())], keywords=[], body=[FunctionDef(name='f', "
        "args=arguments(posonlyargs=[], args=[arg(arg='self'), arg(arg='x')], kwonlyargs=[arg(arg='y')], "
        "kw_defaults=[Constant(value=1.5)], defaults=[]), body=[Return(value=IfExp(test=Name(id='x', ctx=Load()), "
        "body=Constant(value=None), orelse=List(elts=[Starred(value=Name(id='y', ctx=Load()), ctx=Load()), "
        "Constant(value='a')], ctx=Load())))], decorator_list=[])], decorator_list=[])], type_ignores=[])"
    )
    for kind in (ast.ClassDef, ast.FunctionDef):  # as in Python 3.12
        if "type_params" not in kind._fields:
            monkeypatch.setattr(kind, "_fields", (*kind._fields, "type_params"))
            monkeypatch.setattr(kind, "type_params", [], raising=False)
    assert code(source) == text


def test_the_digest_of_the_model_follows_its_code_alone():
    source = 'from a import b\n\n\ndef f(x: int, *, y=1.5) -> str:\n    """Doc."""\n    return f"{x!r:>{y}}" + "é"\n'
    text = code(source)
    assert code("# a comment\n" + source.replace('"""Doc."""', "'other'  # c")) == text
    assert code(source.replace('    """Doc."""\n', "\n\n").replace("x: int, *", "x:  int,\n  *")) == text
    assert code(source.replace("1.5", "1.6")) != text
    assert code(source.replace("!r", "")) != text


def test_another_thread_that_parses_at_the_time_is_waited_out(tmp_path, monkeypatch):
    """CPython 3.11 raises `SystemError` where two threads build trees at once."""
    file, whole, failed = tmp_path / "a.py", ast.parse, []
    file.write_text("x = 1\n")

    def parse(text):
        if len(failed) < 3:
            failed.append(text)
            raise SystemError("AST constructor recursion depth mismatch (before=69, after=120)")
        return whole(text)

    monkeypatch.setattr(ast, "parse", parse)
    assert ast.dump(provenance._tree(file)) == ast.dump(whole("x = 1\n")) and len(failed) == 3
