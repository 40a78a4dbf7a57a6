"""Sphinx configuration: `make docs` builds without a network, and a warning is an error."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "workflow" / "src")]
os.environ["COLUMNS"] = "96"  # argparse wraps its help to the terminal

from epochbudget import __version__

project = "epochbudget"
author = "the epochbudget authors"
project_copyright = f"2026, {author}"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "reference"]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"{project} {version}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_copy_source = False
html_show_sourcelink = False

default_role = "code"  # docstrings mark code by single backticks
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_use_ivar = True
python_use_unqualified_type_names = True
add_module_names = False

nitpicky = True
nitpick_ignore_regex = [
    # Types of the standard library and of other packages, whose documentation is elsewhere, and
    # names that are imported for type checking alone.
    (
        r"py:.*",
        r"(argparse|collections|contextlib|pathlib|typing|torch|nn|numpy|np|pa|matplotlib)\..*",
    ),
    (r"py:.*", r"((tuple|dict)\[)?[A-Za-z]+"),
    (r"py:.*", r"epochbudget\..*\.(AnySection|Facts)"),  # type variables
]
