"""What the gallery and Snakemake's report say of each figure.

Snakemake calls this while it builds the DAG, so nothing heavy is imported.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from epochbudget.experiment import Experiment
from epochbudget.figures.base import Drawing, Figure
from epochbudget.figures.frame import method_title
from epochbudget.files import canonical_json, text_digest
from epochbudget.published import drawings as published
from epochbudget.registry import figures, methods

TEMPLATES = ("page.css", "gallery.html.j2", "gallery.css", "gallery.js")
"""Files of the page, in workflow/report."""
NAMED = 2
"""The most models, or methods, that a title names."""
ACCURACY = "_ACC"
"""Ending of the labels of accuracies."""


@dataclass(frozen=True)
class Card:
    """What is said of one figure.

    Attributes:
        name: Name of its files, without suffix.
        drawing: What it shows, and what it is drawn from.
        folder: Where it stands, relative to the working folder.
    """

    name: str
    drawing: Drawing
    folder: str

    @property
    def figure(self) -> Figure:
        """Its kind."""
        return figures()[self.drawing.kind]

    @property
    def models(self) -> tuple[str, ...]:
        """Labels of the models that it shows."""
        labels = self.drawing.labels
        return tuple(dict.fromkeys(label.removesuffix(ACCURACY) for label in labels))

    @property
    def subject(self) -> str:
        """The few models and methods that it shows, by their names; else the name of the kind."""
        names = [method_title(methods()[code].name, code) for code in self.drawing.codes]
        return ", ".join(filter(None, (_few(self._curves), _few(names)))) or self.figure.title

    @property
    def labels(self) -> dict[str, str]:
        """What Snakemake's report sorts it by: `model` and `method`, both in a word."""
        shown = {"model": self._curves, "method": self.drawing.codes}
        return {
            name: _few(several) or ("several" if several else "none")
            for name, several in shown.items()
        }

    @property
    def _curves(self) -> list[str]:
        """The models, each with its quantity where that is not the loss."""
        return [label.replace(ACCURACY, " accuracy") for label in self.drawing.labels]

    @property
    def title(self) -> str:
        """The kind with the subject."""
        kind, subject = self.figure.title, self.subject
        return kind if subject == kind else f"{kind}: {subject}"

    @property
    def png(self) -> str:
        """Path of the PNG."""
        return f"{self.folder}/{self.name}.png"

    @property
    def pdf(self) -> str:
        """Path of the PDF."""
        return f"{self.folder}/{self.name}.pdf"


@dataclass(frozen=True)
class Gallery:
    """All figures of a run.

    Attributes:
        run: Name of the run.
        budgets: In epochs.
        seeds: Number of seeds.
        cards: In the order of their kinds.
    """

    run: str
    budgets: tuple[int, ...]
    seeds: int
    cards: tuple[Card, ...]

    @property
    def digest(self) -> str:
        """Digest of all that the page says but the command."""
        cards = [
            [card.title, card.figure.caption, card.models, card.drawing.inputs, card.png]
            for card in self.cards
        ]
        return text_digest(canonical_json([self.run, self.budgets, self.seeds, cards]))


def gallery_of(experiment: Experiment) -> Gallery:
    """The figures of an experiment."""
    folder = str(Path(experiment.pattern("gallery")).parent)
    cards = _cards(experiment.drawings, folder)
    return Gallery(experiment.run, tuple(experiment.budgets), len(experiment.seeds), cards)


def published_gallery(files: Iterable[str]) -> Gallery:
    """The figures that can be drawn from some of the authors' curve files."""
    cards = _cards(published.published_drawings(files), f"figures/{published.RUN}")
    return Gallery(published.RUN, published.BUDGETS, published.SEEDS, cards)


def _cards(drawings: Mapping[str, Drawing], folder: str) -> tuple[Card, ...]:
    return tuple(Card(name, drawing, folder) for name, drawing in drawings.items())


def _few(names: Sequence[str]) -> str:
    """The names, joined; blank if there are many."""
    return " and ".join(names) if len(names) <= NAMED else ""
