"""The picture of the rules in the README is what Snakemake draws."""

import re
import shutil
from pathlib import Path

import pytest

from conftest import ROOT
from workflow import Checkout


@pytest.mark.slow
def test_the_picture_of_the_rules_is_up_to_date(tmp_path: Path) -> None:
    if not shutil.which("dot"):
        pytest.skip("nothing draws the rules: Graphviz is not there (apt install graphviz)")
    checkout = Checkout.make(tmp_path / "checkout")
    checkout.snakemake("dag")
    drawn, kept = checkout.read("docs/workflow.svg"), (ROOT / "docs/workflow.svg").read_text()
    arrow = re.compile(r"<title>(\d+)&#45;&gt;(\d+)</title>")
    label = re.compile(r"<title>(\d+)</title>.*?>([a-z_]+)</text>", re.DOTALL)

    def arrows(svg: str) -> set[tuple[str, str]]:
        names = dict(label.findall(svg))
        return {(names[a], names[b]) for a, b in arrow.findall(svg)}

    assert ("study", "compare") in arrows(kept)
    assert arrows(drawn) == arrows(kept)
