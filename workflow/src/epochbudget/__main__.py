"""Entry point: one thread per process for the numerical libraries, then the command line."""

import os

# Before numpy or torch is loaded, because they read these once. One thread, so that results do not
# depend on the number of cores; work is spread over processes instead.
for _name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA"):
    os.environ[f"{_name}_NUM_THREADS"] = "1"


def main() -> None:
    """Run the command line."""
    from epochbudget.cli import main as run

    run()


if __name__ == "__main__":
    main()
