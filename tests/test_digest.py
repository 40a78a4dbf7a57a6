"""The code digest follows formulas, not prose."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from epochbudget import registry
from epochbudget.digest import PACKAGE, _Statements, modules_of
from epochbudget.training.run import TRAINING, run_code

DIGESTS = """
import json
from epochbudget import registry
from epochbudget.training.run import run_code
task = registry.tasks()["OSC_LSTM"]
print(json.dumps({c: run_code(task, m) for c, m in registry.methods().items()}))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package that a test may change."""
    shutil.copytree(PACKAGE, tmp_path / "epochbudget", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "epochbudget"


def digests(package: Path) -> dict[str, str]:
    """The digest of a run's code by method, computed by the copy."""
    import json

    command = [sys.executable, "-c", DIGESTS]
    environment = {"PYTHONPATH": str(package.parent), "PATH": ""}
    return json.loads(subprocess.check_output(command, env=environment, cwd=package.parent))


def test_a_comment_changes_nothing_and_a_formula_its_methods(package: Path) -> None:
    before = digests(package)
    for path in package.rglob("*.py"):
        if path.parent.name in {"schedules", "methods", "training", "tasks", "models"}:
            path.write_text(f"# A comment.\n\n\n{path.read_text()}\n\n# Another.\n")
    assert digests(package) == before

    formula = package / "schedules" / "exp_hyperbolic.py"
    tree = ast.parse(formula.read_text())
    changed = next(n for n in ast.walk(tree) if isinstance(n, ast.Return) and n.value is not None)
    changed.value = ast.BinOp(changed.value, ast.Mult(), ast.Constant(2))
    formula.write_text(ast.unparse(ast.fix_missing_locations(tree)))
    after = digests(package)
    assert {code for code in before if after[code] != before[code]} == {"EH", "EH-legacy", "WEH"}


def test_a_search_bound_changes_no_run(package: Path) -> None:
    before = digests(package)
    path = package / "methods" / "polynomial.py"
    text = path.read_text()
    assert "3.0" in text
    path.write_text(text.replace("3.0", "4.0"))
    assert digests(package) == before


def test_a_new_method_changes_no_run(package: Path) -> None:
    before = digests(package)
    text = (package / "methods" / "exponential.py").read_text()
    (package / "methods" / "another.py").write_text(text.replace('"E"', '"XX"'))
    after = digests(package)
    assert set(after) - set(before) == {"XX"}
    assert all(after[code] == digest for code, digest in before.items())


@pytest.mark.parametrize("code", registry.methods())
def test_a_run_depends_on_the_core_and_on_its_own_method_only(code: str) -> None:
    method = registry.methods()[code]
    task = registry.tasks()["OSC_LSTM"]
    covered = modules_of(*TRAINING, task.problem.__module__, method.module)
    assert {"epochbudget.training.batches", "epochbudget.models.lstm"} <= covered
    others = {m.module for m in registry.methods().values()} - {method.module}
    own = {"EH-legacy": {"epochbudget.methods.exp_hyperbolic"}}  # is EH, with one step more
    assert covered & others == own.get(code, set())
    parts = {part for name in covered for part in name.split(".")}
    assert not parts & {"registry", "cli", "experiment", "base", "config"}


def test_models_are_sharp() -> None:
    """A run of one model does not depend on the code of another."""
    seen: dict[str, str] = {}
    for label in ("OSC_LSTM", "Integral_MLP", "Integral_TF", "DIGITS_CNN", "DIGITS_ResNet"):
        covered = modules_of(registry.tasks()[label].problem.__module__)
        names = [name.split(".") for name in covered if name.startswith("epochbudget.models.")]
        models = {".".join(parts) for parts in names if parts[2] != "layers"}
        assert len(models) == 1
        assert not models & set(seen)
        seen[models.pop()] = label


BLOCKS = """
async def f():
    "Text."
    import a
    for _ in ():
        import b
    else:
        "Text."
        import c
    while g():
        try:
            import d
        except OSError:
            import e
        else:
            import f.g
        finally:
            "Text."
            from h import i, j
    with k:
        match l:
            case 1:
                import m
    if TYPE_CHECKING:
        import n
    elif o:
        import p
"""


def test_every_block_is_looked_at() -> None:
    statements = _Statements()
    text = ast.unparse(statements.visit(ast.parse(BLOCKS)))
    assert statements.imported == [*"abcde", "f.g", "h", "h.i", "h.j", "m"]
    assert "Text" not in text
    assert "TYPE_CHECKING" not in text


def test_no_import_is_overlooked() -> None:
    """Beside a walk through the whole tree."""
    for path in PACKAGE.rglob("*.py"):
        statements = _Statements()
        nodes = list(ast.walk(statements.visit(ast.parse(path.read_text()))))
        whole = [alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names]
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                whole += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        assert sorted(statements.imported) == sorted(whole), path


def test_package_files_hold_no_logic() -> None:
    """`__init__` is never followed, so it may only import."""
    for path in PACKAGE.rglob("__init__.py"):
        for node in ast.parse(path.read_text()).body:
            assert isinstance(node, ast.Expr | ast.Import | ast.ImportFrom | ast.Assign), path


def test_declarations_hold_no_computation() -> None:
    """Modules named `base` are never followed, so they declare and compute nothing."""
    for path in PACKAGE.rglob("base.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            assert not isinstance(node, ast.For | ast.While | ast.BinOp) or _annotation(node), path


def _annotation(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)


def test_digest_does_not_depend_on_the_working_folder() -> None:
    task, method = registry.tasks()["OSC_LSTM"], registry.methods()["EH"]
    assert digests(ROOT / "workflow" / "src" / "epochbudget")["EH"] == run_code(task, method)
