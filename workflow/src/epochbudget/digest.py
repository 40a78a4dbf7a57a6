"""A digest of the code that a result depends on, so that a rerun follows from a changed formula
and never from a comment.

The digest covers the syntax trees of the given modules and of every module of the package that
they import, directly or not. Left out is what cannot change a result or reaches it through the
specification: comments, docstrings, formatting, imports for type checking, settings classes,
search spaces, registry entries, messages, and the modules that only declare interfaces.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from epochbudget.files import text_digest

PACKAGE = Path(__file__).resolve().parent
ENTRIES = {"METHOD", "TASKS", "DATASET", "METRIC", "FIGURE"}
"""Registry entries: their values reach a result through its specification."""
DECLARATIONS = {"errors", "registry", "config", "base", "__main__", "cli"}
"""Names of modules (or packages) that declare or dispatch, and compute nothing."""


def code_digest(*modules: str) -> str:
    """The digest of `modules` (full names, e.g. "epochbudget.training.loop") and their imports."""
    return text_digest("\n".join(f"{m} {_parse(m)[0]}" for m in sorted(modules_of(*modules))))


def modules_of(*modules: str) -> set[str]:
    """The modules that `code_digest` covers; for tests and for people who wonder."""
    seen: set[str] = set()
    todo = list(modules)
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo.extend(_parse(module)[1])
    return seen


@cache
def _parse(module: str) -> tuple[str, tuple[str, ...]]:
    """(digest of a module's own tree, modules that it imports)."""
    path = _file(module)
    if path is None:
        raise ModuleNotFoundError(f"{module} is no module of {PACKAGE}")
    tree = _Pruned().visit(ast.parse(path.read_text(encoding="utf-8")))
    return text_digest(ast.unparse(tree)), tuple(sorted(set(_imports(tree))))


def _file(module: str) -> Path | None:
    """The source file of a module; None for packages, whose `__init__` only re-exports."""
    path = PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")
    return path if path.is_file() else None


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == PACKAGE.name and not DECLARATIONS & set(parts) and _file(name):
                yield name


class _Pruned(ast.NodeTransformer):
    """Removes what cannot change a result."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        type_checking = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if type_checking else self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST | None:
        bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
        return None if _is_settings(bases) else self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        returned = ast.unparse(node.returns) if node.returns else ""
        return None if returned == "tuple[Param, ...]" else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        return None if names & ENTRIES else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        entry = isinstance(node.target, ast.Name) and node.target.id in ENTRIES
        return None if entry else self.generic_visit(node)


def _is_settings(bases: list[str]) -> bool:
    return any(base == "Section" or base.endswith("Settings") for base in bases)
