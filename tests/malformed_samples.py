"""Configurations that are wrong by construction, made from the real files."""

import copy
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import strategies as st

from conftest import ROOT

Values = dict[str, Any]


def overlaid(base: Values, above: Values) -> Values:
    """`above` over `base`, section by section."""
    merged = dict(base)
    for key, value in above.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = overlaid(below, value) if both else value  # type: ignore[arg-type]
    return merged


DEFAULT: Values = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
PAPER = overlaid(DEFAULT, yaml.safe_load((ROOT / "config" / "paper.yaml").read_text()))
BASES = {"default": DEFAULT, "paper": PAPER}


def keys(values: Values, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every key, at all levels."""
    for name, value in values.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from keys(value, (*above, name))


def at(values: Values, path: tuple[str, ...]) -> Any:
    """What stands at a path."""
    for name in path:
        values = values[name]
    return values


def changed(values: Values, path: tuple[str, ...], value: Any) -> Values:
    """A copy with another value at a path."""
    new = copy.deepcopy(values)
    at(new, path[:-1])[path[-1]] = value
    return new


HUGE = st.integers(2**63, 2**80) | st.integers(-(2**80), -(2**63)) | st.just(10**5000)
NO_NUMBER = st.sampled_from(["many", "", "1.5.2", "nan", "inf", "0x", "12 epochs", "$(id)", "ja"])
NOT_FINITE = st.sampled_from([float("nan"), float("inf"), float("-inf")])
STRANGE = st.sampled_from([None, [[1]], [None], [{}], {"a": 1}, {"": None}, {1: 2}])
FLAGS = st.booleans()
FRACTIONS = st.integers(-(10**6), 10**6).map(lambda whole: whole + 0.5)
UNPRINTABLE = st.sampled_from(["a\nb", "\x00", "a\x1b[2J", "\x7f", "\ud800", b"demo", "a\r"])

WRONG: dict[type, st.SearchStrategy[Any]] = {
    bool: STRANGE | st.integers() | FRACTIONS | NOT_FINITE | st.sampled_from(["maybe", "", "tru"]),
    int: STRANGE | FLAGS | FRACTIONS | NOT_FINITE | NO_NUMBER | HUGE | st.integers(max_value=-1),
    float: STRANGE | FLAGS | NOT_FINITE | NO_NUMBER | HUGE,
    str: STRANGE | st.just(True) | st.integers() | FRACTIONS | NOT_FINITE | UNPRINTABLE,
    list: FLAGS
    | st.integers()
    | NOT_FINITE
    | NO_NUMBER
    | st.sampled_from([[], [None], [[1]], [True], [{}], {"a": 1}, ["a\nb"], [float("nan")]]),
    dict: st.none() | FLAGS | st.integers() | NO_NUMBER | st.sampled_from([[], [1], [{}]]),
}
"""Values that no key takes whose value in the files is of that type."""


@st.composite
def wrong_values(draw: st.DrawFn) -> tuple[tuple[str, ...], Values]:
    """(path, configuration with a value of a wrong kind at that path)."""
    base = BASES[draw(st.sampled_from(sorted(BASES)))]
    path = draw(st.sampled_from([p for p in keys(base) if at(base, p) is not None]))
    return path, changed(base, path, draw(WRONG[type(at(base, path))]))


@st.composite
def misspelt_keys(draw: st.DrawFn) -> tuple[tuple[str, ...], str, Values]:
    """(path of a section, misspelt key in it, configuration)."""
    base = BASES[draw(st.sampled_from(sorted(BASES)))]
    *above, name = draw(st.sampled_from([p for p in keys(base) if len(p[-1]) > 1]))
    place = draw(st.integers(0, len(name) - 1))
    wrong = draw(
        st.sampled_from(
            [
                name[:place] + name[place + 1 :],
                name[:place] + name[place] + name[place:],
                name[:place] + "_" + name[place:],
                name.swapcase(),
                name + " ",
            ]
        )
    )
    new = copy.deepcopy(base)
    section = at(new, tuple(above))
    if wrong in section:  # a real key by chance: not misspelt
        wrong += "?"
    section[wrong] = section.pop(name)
    return tuple(above), wrong, new
