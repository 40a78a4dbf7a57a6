"""Results do not depend on the folder, the machine's load or the number of cores."""

from pathlib import Path

import pytest

from workflow import Checkout

REDUCED = ("--configfile", "tests/config/reduced.yaml")


def contents(checkout: Checkout, pattern: str) -> dict[str, bytes]:
    """The bytes of the files that match, by their relative path; not the seals, which tell time."""
    paths = sorted(path for path in checkout.folder.glob(pattern) if path.suffix != ".seal")
    return {str(path.relative_to(checkout.folder)): path.read_bytes() for path in paths}


@pytest.mark.slow
def test_two_checkouts_and_core_counts_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = (Checkout.make(tmp_path / name / "checkout") for name in ("one", "two"))
    for checkout, cores in ((one, 1), (two, 2)):
        checkout.snakemake(*REDUCED, "--until", "curves", "metric", cores=cores)
        checkout.snakemake("figures/reduced/overview.pdf", *REDUCED, cores=cores)
    patterns = {
        "results/reduced/curves/*.csv": 15,
        "results/reduced/studies/*/*/trials.csv": 12,
        "results/reduced/studies/*/*/best.json": 12,
        "results/reduced/data/*": 3,
        "results/reduced/metrics/*.csv": 12,
        "figures/reduced/*": 2,
    }
    for pattern, count in patterns.items():
        mine, theirs = contents(one, pattern), contents(two, pattern)
        assert mine.keys() == theirs.keys()
        assert [name for name in mine if mine[name] != theirs[name]] == []
        assert len(mine) == count, pattern
