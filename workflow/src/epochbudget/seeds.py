"""Independent random streams by name."""

import hashlib


def derive_seed(base: int, name: str) -> int:
    """A seed in 0..2^63-1 for the stream `name` of a run or data set seeded with `base`.

    Streams with different names are independent, so that, for example, drawing more numbers for
    the initialisation does not change the order of the batches.
    """
    digest = hashlib.sha256(f"{base}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
