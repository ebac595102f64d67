"""Asks this container's own process: `probe.py /health` or `probe.py /ready`. Exit code 0 when it answers 200."""

import os
import sys
import urllib.error
import urllib.request

TIMEOUT_S = 5
LONGEST = 500


def main() -> int:
    """0: well; 1: not; the answer is printed, since `docker inspect` keeps it."""
    url = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}{sys.argv[1]}"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            sys.stdout.write(answer.read(LONGEST).decode(errors="replace") + "\n")
            return 0
    except urllib.error.HTTPError as refused:
        sys.stdout.write(f"{refused.code} {refused.read(LONGEST).decode(errors='replace')}\n")
    except OSError as problem:
        sys.stdout.write(f"{problem}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
