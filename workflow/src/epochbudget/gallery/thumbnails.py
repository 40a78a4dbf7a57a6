"""Small pictures that stand in a page itself."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from epochbudget.files import file_digest

WIDTH, HEIGHT = 400, 250
"""Pixels; a picture fills at least this box, so that a wide one can be read too."""
COLUMN = 1920
"""Pixels of a figure that is as wide as a column of text; those of larger figures are not made
smaller than its own, so that what is written in them can be read as well."""
QUALITY = 70
"""Of WebP: lines and numbers stay clear, and the files are half of a PNG's."""


@dataclass(frozen=True)
class Thumbnail:
    """A small picture with its size in pixels."""

    uri: str
    width: int
    height: int

    @property
    def wide(self) -> bool:
        """Whether it wants the room of two."""
        return self.width > 1.25 * WIDTH


def thumbnail(path: Path) -> Thumbnail:
    """A small copy of a PNG, the same bytes each time, as a data URI.

    Raises:
        UserError: If there is no such file, or it is not what was written there.
    """
    file_digest(path)
    with Image.open(path) as picture:
        small = picture.convert("RGB")
    scale = max(WIDTH / min(small.width, COLUMN), HEIGHT / small.height)
    size = (round(scale * small.width), round(scale * small.height))
    small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    stream = io.BytesIO()
    small.save(stream, "WEBP", quality=QUALITY)
    text = base64.b64encode(stream.getvalue()).decode("ascii")
    return Thumbnail(f"data:image/webp;base64,{text}", *small.size)
