"""Colours, line styles and markers of methods."""

from typing import Any

# Okabe and Ito's colours for colour-blind readers, with grey for their yellow, which is too
# light for a line on white.
COLORS = (
    "#7f7f7f",
    "#56b4e9",
    "#0072b2",
    "#009e73",
    "#e69f00",
    "#cc79a7",
    "#d55e00",
    "#000000",
)
DASHES: tuple[Any, ...] = ("-", "--", "-.", (0, (1, 1)), (0, (6, 1, 1, 1, 1, 1)), (0, (8, 3)))
STARS = (4, 1, 0), (8, 1, 0)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h", "d", *STARS)

# (colour, dashes) of the paper's methods: a variant with warm-up has the colour of its parent.
METHODS = {
    "N": (0, 0),
    "P": (1, 0),
    "C": (2, 0),
    "E": (3, 0),
    "L": (4, 0),
    "S": (5, 0),
    "OC": (3, 1),
    "CY": (4, 1),
    "WC": (2, 1),
    "H": (6, 0),
    "EH": (7, 0),
    "WH": (6, 1),
    "WEH": (7, 1),
    "Prodigy": (1, 2),
    "DAdapt": (5, 2),
}

# (colour, dashes, letter) of the catalogue's methods and of LODE with its controls, whose markers
# are letters: there are more methods than shapes that can be told apart. The cooldowns of WSD share
# a colour.
CATALOGUE = {
    "MS": (5, 3, "M"),
    "SGDR": (2, 3, "G"),
    "CA": (2, 5, "A"),
    "CY2": (4, 3, "Y"),
    "LW": (0, 3, "L"),
    "CW": (0, 1, "C"),
    "RP": (5, 1, "P"),
    "WSD": (6, 3, "W"),
    "WSD-linear": (6, 5, "K"),
    "WSD-cosine": (6, 2, "O"),
    "NC": (3, 3, "N"),
    "ISR": (3, 5, "I"),
    "REX": (1, 1, "R"),
    "LZ": (1, 3, "Z"),
    "SF": (7, 3, "F"),
    "LODE": (2, 2, "D"),
    "LODE-shuffled": (4, 2, "S"),
    "LODE-chance": (0, 2, "H"),
    "LODE-prior": (7, 2, "B"),
}
