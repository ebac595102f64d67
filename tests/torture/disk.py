"""A disk that is full for one process: the kernel refuses to let its files grow (RLIMIT_FSIZE), as it would on a full
disk. The error is EFBIG instead of ENOSPC; what was written of a row of bytes stays written, as on a full disk."""

import resource
from collections.abc import Iterable
from pathlib import Path


def fill(pid: int, files: Iterable[Path], room: int) -> None:
    """From now on no file of the process grows beyond the largest of `files` and `room` bytes."""
    limit = max((one.stat().st_size for one in files), default=0) + room
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, hard))


def free(pid: int) -> None:
    """The process may write as before."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
