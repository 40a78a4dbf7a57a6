"""Pages that need nothing beside themselves: what all of them share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

STYLE = "page.css"
"""Colours and plain elements, for all pages."""


def page_environment(templates: Path, finalize: Callable[[Any], Any] | None = None) -> Environment:
    """Templates that escape what they show and fail on what they lack.

    Args:
        templates: Folder of the templates and of what stands in the pages.
        finalize: What a page shows of a value.
    """
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        finalize=finalize,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["path"] = lambda path: quote(path, safe="/")
    return environment


def assets(templates: Path, name: str) -> dict[str, str]:
    """Style and script of a page, as its template takes them.

    Args:
        templates: Folder of `page.css` and of the page's own files.
        name: Their name without suffix.
    """
    own, script = templates / f"{name}.css", templates / f"{name}.js"
    css = [path.read_text(encoding="utf-8") for path in (templates / STYLE, own)]
    return {"css": "\n".join(css), "js": script.read_text(encoding="utf-8")}
