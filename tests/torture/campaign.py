"""One run: load, faults, calm, verdict."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from tests.torture.client import Clients
from tests.torture.judge import FEWEST_ACKNOWLEDGEMENTS, Verdict, judge, judge_letters
from tests.torture.rung import Rung
from tests.torture.schedule import Fault, draw
from tests.torture.story import Story, start_of_month_ms

ANSWERED_WITHIN_S = 120.0
WITHOUT_PROGRESS_S = 60.0
"""A log that becomes no shorter for so long does not drain. Not a bound of the whole: machines differ."""

Say = Callable[[str], None]


class Run(msgspec.Struct, frozen=True):
    """What came of one seed."""

    seed: int
    schedule: list[Fault]
    verdict: Verdict
    seconds: float
    said: str
    """Last words of the processes."""


def torture(
    build: Callable[[Path], Rung],
    seed: int,
    seconds: float,
    *,
    only: Sequence[str] = (),
    threads: int = 4,
    without_progress_s: float = WITHOUT_PROGRESS_S,
    say: Say = print,
) -> Run:
    """One seed on a new installation. `only`: kinds of faults to draw from."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"torture-{seed}-") as folder, contextlib.ExitStack() as stack:
        rung = build(Path(folder))
        stack.callback(rung.close)
        schedule = draw(rung.faults, seed, seconds, only=only)
        say(f"seed {seed}: {', '.join(map(str, schedule))}")
        rung.start()
        story = Story(seed, start_of_month_ms())
        clients = Clients(story, rung.projects, rung.ports, threads=threads)
        clients.start()
        _play(rung, schedule, seconds)
        clients.wait_for(FEWEST_ACKNOWLEDGEMENTS, ANSWERED_WITHIN_S)
        clients.finish(ANSWERED_WITHIN_S)
        verdict = _calm(rung, story, clients, without_progress_s)
        return Run(seed, schedule, verdict, time.monotonic() - began, "" if verdict.clean else rung.said())


def _play(rung: Rung, schedule: Sequence[Fault], seconds: float) -> None:
    """Begins and ends each fault at its time. While a process starts, the schedule's clock stands still: on a slow
    machine there would be no quiet moment otherwise. All faults are over when it returns."""
    kinds = rung.faults
    moments = [(fault.at_s, kinds[fault.name].begin) for fault in schedule]
    moments += [(fault.until_s, kinds[fault.name].end) for fault in schedule]
    now = 0.0
    for at, act in sorted(moments, key=lambda moment: moment[0]):
        time.sleep(max(0.0, at - now))
        now = max(at, now)
        act()
    time.sleep(max(0.0, seconds - now))


def _calm(rung: Rung, story: Story, clients: Clients, without_progress_s: float) -> Verdict:
    """Drains the log, looks at the dead letters, mends what made them, replays them, and judges what is stored."""
    wrong = [] if _drained(rung, without_progress_s) else ["the log did not drain"]
    with contextlib.closing(rung.admin()) as admin:
        letters = admin.dead_letters(None, 1_000_000)
        wrong += rung.mend()
        replayed = admin.replay([letter.letter_id for letter in letters])
        if replayed != len(letters):
            wrong.append(f"{replayed} of {len(letters)} dead letters were replayed")
    if not _drained(rung, without_progress_s):
        wrong.append("the log did not drain after the replay")
    wrong += rung.finish()
    verdict = judge(story, clients.books, rung.evidence())
    judge_letters(verdict, story, clients.books, [(one.project_id, one.event_id, one.body) for one in letters])
    for sentence in wrong:
        verdict.add("processes", sentence)
    return verdict


def _drained(
    rung: Rung,
    without_progress_s: float,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Whether the log became empty; not, when it holds no fewer events than it did so many seconds ago."""
    quiet = 0
    fewest: float = float("inf")
    until = monotonic() + without_progress_s
    while monotonic() < until:
        try:
            waiting = rung.waiting()
        except OSError:
            quiet = 0
        else:
            quiet = quiet + 1 if waiting == 0 else 0
            if waiting < fewest:
                fewest, until = waiting, monotonic() + without_progress_s
        if quiet == 2:
            return True
        sleep(0.1)
    return False
