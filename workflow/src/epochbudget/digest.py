"""A digest of the code that a result depends on, so that a rerun follows from a changed formula
and never from a comment.

The digest covers the syntax trees of the given modules and of every module of the package that
they import, directly or not. Left out is what cannot change a result or reaches it through the
specification: comments, docstrings, formatting, imports for type checking, settings classes,
search spaces, registry entries, messages, and the modules that only declare interfaces.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from epochbudget.files import text_digest

PACKAGE = Path(__file__).resolve().parent
ENTRIES = {"METHOD", "TASKS", "DATASET", "METRIC", "FIGURE", "BENCHMARK"}
"""Registry entries: their values reach a result through its specification."""
DECLARATIONS = {"errors", "registry", "config", "base", "__main__", "cli"}
"""Names of modules (or packages) that declare or dispatch, and compute nothing."""


def code_digest(*modules: str) -> str:
    """The digest of `modules` (full names, e.g. "epochbudget.training.loop") and their imports."""
    return text_digest("\n".join(f"{m} {_parse(m)[0]}" for m in sorted(modules_of(*modules))))


def source_digest(text: str) -> str:
    """The digest of code from outside of the package, and of the modules of it that it imports."""
    statements = _Statements()
    tree = statements.visit(ast.parse(text))
    return text_digest(ast.unparse(tree) + code_digest(*_followed(statements.imported)))


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
    statements = _Statements()
    tree = statements.visit(ast.parse(path.read_text(encoding="utf-8")))
    return text_digest(ast.unparse(tree)), tuple(sorted(_followed(statements.imported)))


def _file(module: str) -> Path | None:
    """The source file of a module; None for packages, whose `__init__` only re-exports."""
    path = PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")
    return path if path.is_file() else None


def _followed(names: Iterable[str]) -> Iterator[str]:
    """Those of `names` that are modules of the package with code of their own."""
    for name in set(names):
        parts = name.split(".")
        if parts[0] == PACKAGE.name and not DECLARATIONS & set(parts) and _file(name):
            yield name


class _Statements(ast.NodeTransformer):
    """Removes what cannot change a result, and collects the names that the rest imports.

    All of that are statements, so expressions, which are most of a tree, are not visited: Snakemake
    computes the digests each time it starts.
    """

    def __init__(self) -> None:
        self.imported: list[str] = []

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for block in ("body", "handlers", "orelse", "finalbody", "cases"):
            children = getattr(node, block, None)
            if children:
                children[:] = [kept for child in children if (kept := self.visit(child))]
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        self.imported += [alias.name for alias in node.names]
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        if node.module and node.level == 0:
            self.imported += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        type_checking = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if type_checking else self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST | None:
        bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
        return None if _is_settings(bases) else self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        result = node.returns
        search = isinstance(result, ast.Subscript) and ast.unparse(result) == "tuple[Param, ...]"
        return None if search else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        return None if names & ENTRIES else node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        entry = isinstance(node.target, ast.Name) and node.target.id in ENTRIES
        return None if entry else node


def _is_settings(bases: list[str]) -> bool:
    return any(base == "Section" or base.endswith("Settings") for base in bases)
