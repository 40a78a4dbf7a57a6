"""Where the published numbers stand, and where the curves for their recomputation come from."""

from collections.abc import Iterable
from pathlib import Path

from epochbudget.errors import UserError

FOLDER = Path("config/published")
"""Folder of the published numbers, relative to the working folder like the configuration."""
CHECKSUMS = "curves.sha256"
"""File in it with the checksums of the authors' curves."""
DOWNLOAD = "download"
CACHE = Path("results/cache/published_curves")
"""Folder of the downloaded curves."""


def curve_files(setting: str, names: Iterable[str]) -> list[str]:
    """The curve files to recompute from.

    Args:
        setting: `published_curves` of the configuration: a folder, DOWNLOAD, or nothing.
        names: Names of the authors' files; others in a folder are not looked at.

    Returns:
        All of them in CACHE to be downloaded, or those that the folder holds.

    Raises:
        UserError: If the folder holds none.
    """
    if not setting:
        return []
    if setting == DOWNLOAD:
        return [str(CACHE / name) for name in names]
    paths = [Path(setting) / name for name in names]
    found = [str(path) for path in paths if path.is_file()]
    if not found:
        raise UserError(
            f"published_curves: {setting} holds none of the authors' files, such as "
            f"{paths[0].name}",
            "name the folder that they are in",
        )
    return found
