"""`make clean`: removes `.run/`, with all data, unless something still runs for it.

Needs nothing but Python, so that it works without the virtual environment.
"""

import shutil
import sys
from pathlib import Path

from deploy.local.processes import command_of, started_in

RUN = Path(__file__).resolve().parents[2] / ".run"


def main() -> int:
    """Returns the exit status: 1 when something still runs."""
    running = started_in(RUN)
    for pid in running:
        print(f"still running: {pid} {command_of(pid)[:80]}", file=sys.stderr)
    if running:
        print("stop it first (Ctrl-C in its terminal)", file=sys.stderr)
        return 1
    if RUN.exists():
        shutil.rmtree(RUN)
    return 0


if __name__ == "__main__":
    sys.exit(main())
