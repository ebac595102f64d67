"""One `hatua` process under torture: started through the launcher, ended by its own id."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 120.0
STOP_WITHIN_S = 30.0


class Process:
    """`serve`, or one role. Starts again on the same port and data folder."""

    def __init__(self, folder: Path, name: str, command: Sequence[str], port: int, environ: Mapping[str, str]) -> None:
        self.name = name
        self.port = port
        self.environ = dict(environ)
        self.flags: list[str] = []
        """For the launcher: --poison, --without SAFETY."""
        self.output = folder / f"{name}.log"
        self._command = list(command)
        self._data = folder / name
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.RLock()
        self.paused = False
        self.revivals = 0
        """How often it ended by itself and was started again."""

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None, f"{self.name} is not running"
        return self._process.pid

    def start(self) -> None:
        """Returns at once; `wait` waits."""
        with self._lock:
            assert self._process is None, f"{self.name} is running"
            self._process = self._launched()

    def revive(self) -> None:
        """What a supervisor does: starts it again when it has ended by itself, as one does whose store is away when it
        starts."""
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self.revivals += 1
                self._process = self._launched()

    def _launched(self) -> "subprocess.Popen[bytes]":
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("HATUA_", "CLICKHOUSE_", "REDIS_"))}
        environ = {
            **inherited,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "HATUA_DATA_DIR": str(self._data),
            "PORT": str(self.port),
            "LOG_LEVEL": "info",
            **self.environ,
        }
        with self.output.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.torture.launch", *self.flags, "--", *self._command],
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
            )

    def wait(self, path: str = "/ready") -> float:
        """Until it says that it is ready; seconds. Raises with the process's own words when it does not in time."""
        began = time.monotonic()
        while time.monotonic() - began < READY_WITHIN_S:
            self.revive()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=1) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"{self.name} did not become ready:\n{self.said()[-4000:]}")

    def kill(self) -> None:
        """SIGKILL. Nothing when it is not running."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                self._process = None
                self.paused = False

    def stop(self) -> str:
        """SIGTERM; what was wrong with its end, or "". Nothing when it is not running."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = None
                return ""
            self._process.send_signal(signal.SIGTERM)
            try:
                code = self._process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.kill()
                return f"{self.name} did not stop within {STOP_WITHIN_S} s"
            self._process = None
        left = "leaving it: nothing acknowledged is lost" in self.said()[-2_000:]  # a store stood still; it may not
        return f"{self.name} ended with {code}" if code > 0 and not left else ""

    def pause(self) -> None:
        """SIGSTOP."""
        with self._lock:
            assert self._process is not None
            self._process.send_signal(signal.SIGSTOP)
            self.paused = True

    def resume(self) -> None:
        """SIGCONT."""
        with self._lock:
            if self._process is not None and self.paused:
                self._process.send_signal(signal.SIGCONT)
            self.paused = False

    def said(self) -> str:
        return self.output.read_text(errors="replace") if self.output.exists() else ""
