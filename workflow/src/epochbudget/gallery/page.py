"""The page of a gallery: it needs nothing beside itself but the figures that it links to."""

import os.path
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from epochbudget.gallery.thumbnails import thumbnail
from epochbudget.pages import assets, page_environment
from epochbudget.registry import methods

if TYPE_CHECKING:
    from epochbudget.figures.base import Figure
    from epochbudget.gallery.cards import Card, Gallery


@dataclass(frozen=True)
class Section:
    """The figures of one kind.

    Attributes:
        figure: The kind.
        cards: Its figures.
        rows: Codes of the methods, if each figure is of one method and one label of curves: it
            then stands in a table; else none.
        columns: Labels of the curves of that table.
    """

    figure: "Figure"
    cards: "Sequence[Card]"
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()


def render(
    gallery: "Gallery", command: Sequence[str | None], templates: Path, root: Path = Path()
) -> str:
    """The page, the same bytes for the same figures.

    Args:
        gallery: What it shows.
        command: Words of the Snakemake command that makes a figure; None stands for its file.
        templates: Folder of the template and the files that stand in the page.
        root: The working folder.

    Raises:
        UserError: If a figure is missing, or not what was written there.
    """
    environment = page_environment(templates)
    environment.filters |= {
        "beside": lambda path, card: os.path.relpath(root / path, root / card.folder),
        "command": lambda card: shlex.join(word or card.png for word in command),
        "name": lambda path: Path(path).name,
        "suffix": lambda path: Path(path).suffix.removeprefix(".").upper(),
        "thumbnail": lambda card: thumbnail(root / card.png),
    }
    shown = sections(gallery.cards)
    codes = {code for card in gallery.cards for code in card.drawing.codes}
    return environment.get_template("gallery.html.j2").render(
        **assets(templates, "gallery"),
        gallery=gallery,
        sections=shown,
        titles={section.figure.kind: section.figure.title for section in shown},
        models={model: model for card in gallery.cards for model in card.models},
        methods={code: method.name for code, method in methods().items() if code in codes},
    )


def sections(cards: "Sequence[Card]") -> list[Section]:
    """The kinds in their order; equal kinds stand beside each other in `cards`."""
    return [_section(list(several)) for _, several in groupby(cards, lambda c: c.drawing.kind)]


def _section(cards: "list[Card]") -> Section:
    drawings = [card.drawing for card in cards]
    columns = list(dict.fromkeys(label for d in drawings for label in d.labels))
    single = all(len(d.labels) == len(d.codes) == 1 for d in drawings)
    if not single or len(columns) < 2:
        return Section(cards[0].figure, cards)
    codes = {code for d in drawings for code in d.codes}
    return Section(cards[0].figure, cards, [c for c in methods() if c in codes], columns)
