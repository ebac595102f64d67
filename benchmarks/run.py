"""`make bench`: what we claim, measured, in a few minutes."""

import subprocess
import sys

PARTS = ("benchmarks.collector", "benchmarks.product")


def main() -> int:
    """Runs each part in a process of its own, since an engine in a process keeps its memory."""
    for part in PARTS:
        print(f"\n{part}", flush=True)
        done = subprocess.run([sys.executable, "-m", part], check=False)
        if done.returncode:
            print(f"error: {part} failed", file=sys.stderr)
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
