"""Load through `wrk`: every request carries events with ids of their own, so that nothing is a duplicate."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import msgspec

SCRIPT = """
local threads = 0
function setup(thread) thread:set("tid", threads); threads = threads + 1 end
local head, tail, per_request = %(head)s, %(tail)s, %(events)d
local before, middle, after = %(before)s, %(middle)s, %(after)s
local n = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-Write-Key"] = "%(key)s"
function request()
  local parts = {}
  for i = 1, per_request do
    n = n + 1
    parts[i] = before .. string.format("%(run)s-%%d-%%d", tid, n) .. middle ..
      math.floor(n / 10) %% 1000 .. after
  end
  return wrk.format(nil, nil, nil, head .. table.concat(parts, ",") .. tail)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%%d,"duration_us":%%d,"refused":%%d,"broken":%%d,' ..
    '"p50_us":%%d,"p95_us":%%d,"p99_us":%%d}\\n', summary.requests, summary.duration, e.status,
    e.connect + e.read + e.write + e.timeout, latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


class Load(msgspec.Struct, frozen=True):
    """What one run of load measured. `refused`: answers that were no 2xx; `broken`: connections."""

    requests: int
    duration_us: int
    refused: int
    broken: int
    p50_us: int
    p95_us: int
    p99_us: int

    @property
    def requests_per_s(self) -> float:
        return self.requests / self.duration_us * 1e6


def available() -> bool:
    """Whether `wrk` is installed (a package of that name in Debian, Ubuntu, Homebrew)."""
    return shutil.which("wrk") is not None


def run(
    url: str, key: str, event: str, *, run_name: str, events: int, connections: int, seconds: int, cores: set[int]
) -> Load:
    """Loads `url` for some seconds. `event` is one event as JSON with `@ID@` where its id goes, and later `@PAGE@`,
    which changes every ten events; a request carries `events` of them: one bare, several as a batch."""
    before, rest = event.split("@ID@")
    middle, after = rest.split("@PAGE@")
    script = SCRIPT % {
        "head": _lua('{"batch":[' if events > 1 else ""),
        "tail": _lua("]}" if events > 1 else ""),
        "before": _lua(before),
        "middle": _lua(middle),
        "after": _lua(after),
        "events": events,
        "key": key,
        "run": run_name,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "load.lua"
        path.write_text(script)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(path), url]
        if cores:
            command = ["taskset", "-c", ",".join(map(str, sorted(cores))), *command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    return msgspec.convert(json.loads(line.removeprefix("RESULT ")), Load)


def _lua(text: str) -> str:
    return f"[==[{text}]==]"
