"""A short kill storm; the long one is `python tests/kill_storm.py`."""

from pathlib import Path

import pytest

from kill_storm import storm

RUN = ("--configfile", "tests/config/storm.yaml", "--until", "curves", "metric")


@pytest.mark.slow
def test_a_storm_of_kills_changes_nothing(tmp_path: Path) -> None:
    report = storm(tmp_path, RUN, sigkill=6, sigterm=3, pause=2.0, seed=1)
    print(report)
    assert report.unsent == 0
    assert sum(report.kills.values()) == 9
    assert not report.different
    assert not report.damaged
