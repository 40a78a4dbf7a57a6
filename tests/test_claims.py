"""Verdicts on claims that should hold in every seed."""

import itertools
import math

import pytest

from epochbudget.verification.ordering import always, ordering


def contenders(*columns, seeds=5):
    return {name: dict(zip(range(seeds), c, strict=True)) for name, c in columns}


def expected_ordering(own, rivals):
    if all(x < min(r) for x, r in zip(own, zip(*rivals, strict=True), strict=True)):
        return "holds"
    if any(all(y < x for x, y in zip(own, rival, strict=True)) for rival in rivals):
        return "contradicted"
    return "direction only" if all(sum(own) < sum(rival) for rival in rivals) else "undecided"


def test_every_ranking_of_three_contenders_in_five_seeds():
    found = set()
    rankings = itertools.permutations((1, 2, 3))
    for ranks in itertools.combinations_with_replacement(rankings, 5):
        own, *rivals = zip(*ranks, strict=True)
        expected = expected_ordering(own, rivals)
        values = contenders(("EH", own), ("P", rivals[0]), ("C", rivals[1]))
        claim = ordering("EH", values)
        assert claim.verdict == expected
        assert (claim.seeds_for, claim.seeds) == (own.count(1), 5)
        found.add(expected)
    assert found == {"holds", "contradicted", "direction only", "undecided"}


def test_ties_are_no_victory():
    for own, rival in itertools.product(itertools.product((1, 2), repeat=5), repeat=2):
        values = contenders(("H", own), ("C", rival))
        assert ordering("H", values).verdict == expected_ordering(own, [rival])
        negated = contenders(("H", [-x for x in own]), ("C", [-x for x in rival]))
        assert ordering("H", negated, lower_is_better=False).verdict == expected_ordering(
            own, [rival]
        )


def test_two_rivals_that_win_by_turns_do_not_contradict():
    values = contenders(("EH", [2] * 5), ("P", [1, 1, 3, 3, 3]), ("C", [5, 5, 1, 1, 1]))
    claim = ordering("EH", values)
    assert (claim.verdict, claim.seeds_for) == ("direction only", 0)
    assert "mean of its seeds is the lowest" in claim.reason


@pytest.mark.parametrize("n", [1, 5, 8])
def test_p_is_the_exact_chance_of_so_many_true_seeds(n):
    outcomes = list(itertools.product((False, True), repeat=n))
    for flags in outcomes:
        claim = always(dict(enumerate(flags)))
        assert claim.p == sum(sum(other) >= sum(flags) for other in outcomes) / 2**n
        assert claim.seeds_for == sum(flags)
    assert always(dict(enumerate([True] * 5))).p == 1 / 32


@pytest.mark.parametrize(
    ("flags", "verdict"),
    [
        ([True] * 5, "holds"),
        ([False] * 5, "contradicted"),
        ([True] * 4 + [False], "undecided"),
        ([True] * 4, "incomparable"),
        ([True] * 4 + [None], "incomparable"),
        ([True] * 5 + [None], "holds"),
        ([], "incomparable"),
    ],
)
def test_claims_without_rivals(flags, verdict):
    claim = always(dict(enumerate(flags)), "the loss falls")
    assert claim.verdict == verdict
    assert claim.reason.startswith("the loss falls in ")
    assert ("left out" in claim.reason) == (None in flags)
    assert ("at least 5 seeds" in claim.reason) == (verdict == "incomparable")


def test_seeds_without_a_value_are_left_out():
    values = contenders(("EH", [1.0] * 6), ("P", [2.0] * 5 + [math.nan]), seeds=6)
    assert (ordering("EH", values).verdict, ordering("EH", values).seeds) == ("holds", 5)
    values["P"][0] = math.inf
    claim = ordering("EH", values)
    assert (claim.verdict, claim.seeds_for, claim.seeds) == ("incomparable", 4, 4)
    assert "mean of its seeds is the lowest" in claim.reason
    assert "want of a value: 2" in claim.reason
    del values["EH"][1]
    assert ordering("EH", values).seeds == 3


def test_contenders_without_a_common_seed():
    claim = ordering("EH", {"EH": {1: 1.0}, "P": {2: 2.0}})
    assert (claim.verdict, claim.seeds, claim.p) == ("incomparable", 0, None)
    for values in ({"EH": {1: 1.0}}, {"P": {1: 1.0}, "C": {1: 1.0}}):
        with pytest.raises(ValueError, match="rival"):
            ordering("EH", values)
