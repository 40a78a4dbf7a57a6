"""The gallery of the default run with plain pictures, for tests of galleries."""

from pathlib import Path

from PIL import Image

from conftest import ROOT
from epochbudget.experiment import Experiment
from epochbudget.gallery.cards import Gallery, gallery_of
from epochbudget.gallery.page import render

TEMPLATES = ROOT / "workflow" / "report"
COMMAND = ["snakemake", "--cores", "2", None]


def paint(gallery: Gallery, root: Path) -> None:
    """Files in the place of a gallery's figures, with pictures in two shapes."""
    for place, card in enumerate(gallery.cards):
        (root / card.folder).mkdir(parents=True, exist_ok=True)
        size = (960, 240) if place % 5 == 0 else (600, 400)
        Image.new("RGB", size, (place % 256, 90, 160)).save(root / card.png)


def demo_page(root: Path, experiment: Experiment) -> Path:
    """The gallery of a run below a folder."""
    gallery = gallery_of(experiment)
    paint(gallery, root)
    file = root / experiment.path("gallery")
    file.write_text(render(gallery, COMMAND, TEMPLATES, root), encoding="utf-8")
    return file
