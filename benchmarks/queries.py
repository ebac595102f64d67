"""How long the dashboard's questions take on 10 million (or any number of) stored events.

    python -m benchmarks.queries --events 10000000 --stored-days 30 [--keep DIR] [--only overview]

Data are made inside the engine (benchmarks/sql). Every question is asked `--times` times of the last `--days` days; the
figures are the first time, the median, the 95th percentile (of fewer than 20, the worst) and the least processor time
of one, in ms. Targets are for two processors with nothing else to do and 100 million events stored over 300 days; on a
busy machine only the processor time means anything. `plain` is the plainest correct SQL over raw events
(benchmarks/sql/plain_*.sql), and `x` how many times the processor time of ours it takes.
"""

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hatua.analytics import (
    breakdown,
    dimension_values,
    errors_list,
    events_list,
    funnel,
    heatmap,
    journeys,
    lifecycle,
    overview,
    paths,
    people,
    realtime,
    retention,
    sessions,
    stickiness,
    timeseries,
    together,
)
from hatua.analytics.cohort_shapes import LifecycleQuestion, RetentionQuestion, StickinessQuestion
from hatua.analytics.funnel_shapes import FunnelQuestion
from hatua.analytics.journey_shapes import JourneysQuestion
from hatua.analytics.kinds import BREAKDOWN, HEATMAP, OVERVIEW, TIMESERIES, Kind
from hatua.analytics.path_shapes import PathsQuestion
from hatua.analytics.people_shapes import ErrorsQuestion, PeopleQuestion, PersonEventsQuestion, PersonQuestion
from hatua.analytics.question import read
from hatua.analytics.session_shapes import SessionQuestion, SessionsQuestion
from hatua.analytics.shapes import (
    BreakdownQuestion,
    DimensionValuesQuestion,
    EventsQuestion,
    HeatmapQuestion,
    OverviewQuestion,
    RealtimeQuestion,
    TimeseriesQuestion,
)
from hatua.base.errors import HatuaError
from hatua.integrations.taxapp.presets import preset_funnels
from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import QueryTooHeavy
from hatua.warehouse.migrate import apply_migrations
from hatua.warehouse.rebuild import rebuild_sessions
from hatua.warehouse.settings import WarehouseSettings

UNTIL_MS = 1_793_491_200_000  # 2026-11-01T00:00:00Z
DAY_MS = 86_400_000
BATCH = 2_000_000
SQL = Path(__file__).parent / "sql"
PANELS = ("page_path", "entry_page", "exit_page", "referrer_host", "utm_source", "country", "device_type", "browser")
MAIN_METRICS = ("visitors", "users", "sessions", "conversion_rate", "duration_mean_s", "bounce_rate")
"""The series that the dashboard draws."""
Ask = Callable[[], Any]
TARGETS_MS = {
    "whole overview page": 1_000,
    "whole overview page, mobile": 2_000,
    "funnel 4": 3_000,
    "session timeline": 100,
    "profile": 100,
}
MOST_BYTES = 60
"""An event, with all that is derived from it."""
PLAIN = {"overview": "overview", "pages": "breakdown page_path", "funnel": "funnel 4", "timeline": "session timeline"}
"""benchmarks/sql/plain_<key>.sql asks what our question does."""


def fill(warehouse: Warehouse, events: int, days: int) -> None:
    """Events in batches, then links, then sessions from events, as after a restore."""
    apply_migrations(warehouse)
    insert, links = (SQL / "query_events.sql").read_text(), (SQL / "query_links.sql").read_text()
    for start in range(0, events, BATCH):
        warehouse.execute(
            insert,
            {
                "from": start,
                "count": min(BATCH, events - start),
                "until_ms": UNTIL_MS,
                "days": days,
                "sessions": float(events // 12),
            },
        )
    warehouse.execute(links)
    rebuild_sessions(warehouse)


def questions(warehouse: Warehouse, days: int) -> dict[str, Ask]:
    """Name -> one call."""
    end = time.strftime("%Y-%m-%d", time.gmtime(UNTIL_MS / 1000 - 86_400))
    start = time.strftime("%Y-%m-%d", time.gmtime(UNTIL_MS / 1000 - days * 86_400))
    common = {"project": "bench", "from": start, "to": end, "tz": "Africa/Nairobi"}
    mobile = [{"dimension": "device_type", "operator": "is", "values": ["mobile"]}]
    mri = [{"dimension": "property:obligation_type", "operator": "is", "values": ["mri"]}]
    names = ("page_view", "click", "validation_success", "return_filed")
    steps = [{"any_of": [{"event": name}]} for name in names]
    preset = preset_funnels()[0].question("bench", start, end, "Africa/Nairobi")
    one = sessions.answer(warehouse, read(SessionsQuestion, {**common, "limit": 1})).sessions[0]
    person = next(each for each in people.answer(warehouse, read(PeopleQuestion, common)).people if each.known).person

    def ask(kind: Any, module: Any, extra: dict[str, Any], *more: Any) -> Ask:
        question = read(kind, {**common, **extra})
        return lambda: module.answer(warehouse, question, *more)

    found: dict[str, Ask] = {
        "overview": ask(OverviewQuestion, overview, {}),
        "overview compared": ask(OverviewQuestion, overview, {"compare": "previous"}),
        "overview mobile": ask(OverviewQuestion, overview, {"filters": mobile}),
        "overview mri property": ask(OverviewQuestion, overview, {"filters": mri}),
        "series visitors": ask(TimeseriesQuestion, timeseries, {"metrics": ["visitors"]}, UNTIL_MS),
        "series all": ask(
            TimeseriesQuestion,
            timeseries,
            {"metrics": ["visitors", "sessions", "users", "bounce_rate", "conversion_rate", "duration_mean_s"]},
            UNTIL_MS,
        ),
        "heatmap": ask(HeatmapQuestion, heatmap, {"metric": "visitors"}),
        **{f"breakdown {name}": ask(BreakdownQuestion, breakdown, {"dimension": name}) for name in PANELS},
        "breakdown property": ask(BreakdownQuestion, breakdown, {"dimension": "property:obligation_type"}),
        "values": ask(DimensionValuesQuestion, dimension_values, {"dimension": "city"}),
        "events": ask(EventsQuestion, events_list, {}),
        "realtime": lambda: realtime.answer(warehouse, RealtimeQuestion(project="bench"), UNTIL_MS),
        "funnel 4": ask(FunnelQuestion, funnel, {"steps": steps}),
        "funnel 4 strict": ask(FunnelQuestion, funnel, {"steps": steps, "order": "strict"}),
        "funnel 4 any": ask(FunnelQuestion, funnel, {"steps": steps, "order": "any"}),
        "funnel 4 by country": ask(FunnelQuestion, funnel, {"steps": steps, "breakdown": {"dimension": "country"}}),
        "funnel preset 8": lambda: funnel.answer(warehouse, preset),
        "retention 12 weeks": ask(RetentionQuestion, retention, {}, UNTIL_MS),
        "lifecycle": ask(LifecycleQuestion, lifecycle, {}, UNTIL_MS),
        "stickiness": ask(StickinessQuestion, stickiness, {}),
        "paths": ask(PathsQuestion, paths, {}),
        "journeys": ask(JourneysQuestion, journeys, {}, UNTIL_MS),
        "sessions": ask(SessionsQuestion, sessions, {}),
        "sessions mobile": ask(SessionsQuestion, sessions, {"filters": mobile}),
        "sessions searched": ask(SessionsQuestion, sessions, {"search": "nairobi"}),
        "session timeline": lambda: sessions.timeline(
            warehouse, SessionQuestion(project="bench", session_id=one.session_id)
        ),
        "people": ask(PeopleQuestion, people, {}),
        "people search": ask(PeopleQuestion, people, {"search": "A00000012"}),
        "profile": lambda: people.profile(warehouse, PersonQuestion(project="bench", person=person)),
        "profile events": lambda: people.events(warehouse, PersonEventsQuestion(project="bench", person=person)),
        "errors": ask(ErrorsQuestion, errors_list, {}),
    }

    def page(asked: dict[str, Any], more: dict[str, Any], metrics: Sequence[str]) -> Ask:
        """All panels in one request."""
        kinds: list[tuple[Kind[Any, Any], dict[str, Any]]] = [
            (OVERVIEW, more),
            (TIMESERIES, {"metrics": metrics, **more}),
            (HEATMAP, {"metric": "visitors"}),
            *((BREAKDOWN, {"dimension": name}) for name in PANELS),
        ]
        questions = [(kind, read(kind.question, {**common, **asked, **own})) for kind, own in kinds]
        return lambda: answered(together.answers(warehouse, questions, UNTIL_MS))

    found["whole overview page"] = page({}, {}, ["visitors"])
    found["whole overview page, mobile"] = page({"filters": mobile}, {}, ["visitors"])
    found["whole overview page, mri"] = page({"filters": mri}, {}, ["visitors"])
    found["whole page compared, 6 series"] = page({}, {"compare": "previous"}, MAIN_METRICS)
    bound = {"from_ms": UNTIL_MS - days * DAY_MS, "session": one.session_id}
    for name in PLAIN:
        found[f"plain {name}"] = plainly(warehouse, (SQL / f"plain_{name}.sql").read_text(), bound)
    return found


def plainly(warehouse: Warehouse, sql: str, bound: dict[str, Any]) -> Ask:
    """With room for what plain SQL needs."""
    return lambda: warehouse.rows(sql, bound, {"max_memory_usage": 8_000_000_000})


def answered(answers: Sequence[together.Answer]) -> None:
    """Raises what took the place of an answer."""
    for answer in answers:
        if isinstance(answer, HatuaError):
            raise answer


def measure(ask: Ask, times: int) -> tuple[list[float], float]:
    """Times of all and the least processor time, ms."""
    took, worked = [], []
    for _ in range(times):
        began, working = time.perf_counter(), time.process_time()
        ask()
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - working) * 1000)
    return took, min(worked)


def sizes(warehouse: Warehouse) -> None:
    """Prints what is stored, and what an event takes of it."""
    rows = warehouse.rows(
        "SELECT table, sum(rows) AS n, sum(bytes_on_disk) AS b FROM system.parts WHERE active "
        "AND database = currentDatabase() GROUP BY table ORDER BY table"
    )
    for row in rows:
        print(f"{row['table']:<28} {row['n']:>12,} rows {row['b'] / max(row['n'], 1):>8.1f} bytes a row")
    events = next((row["n"] for row in rows if row["table"] == "events"), 0)
    stored = sum(row["b"] for row in rows) / max(events, 1)
    print(f"{'all, an event':<28} {stored:>8.1f} bytes   {judged(stored, MOST_BYTES)}")


def judged(figure: float, target: float) -> str:
    return f"target {target:,}: {'met' if figure <= target else 'missed'}"


def report(asks: dict[str, Ask], only: str, times: int) -> None:
    """Prints the figures of every question whose name has `only` in it."""
    worked: dict[str, float] = {}
    print(f"{'question':<28} {'first':>8} {'median':>8} {'p95':>8} {'cpu':>8}  ms")
    for name, ask in asks.items():
        if only not in name:
            continue
        try:
            took, worked[name] = measure(ask, times)
        except QueryTooHeavy as problem:
            print(f"{name:<28} {str(problem)[-160:]}")
            continue
        p95 = sorted(took)[math.ceil(len(took) * 0.95) - 1]
        figures = (took[0], statistics.median(took), p95, worked[name])
        ours = worked.get(PLAIN.get(name.removeprefix("plain "), ""), 0) if name.startswith("plain ") else 0
        target = TARGETS_MS.get(name)
        note = judged(p95, target) if target else f"x {worked[name] / ours:.1f}" if ours else ""
        print(f"{name:<28} {' '.join(f'{figure:>8.0f}' for figure in figures)}  {note}".rstrip(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--stored-days", type=int, default=30)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", default="", help="folder of the data; made if it is not there, kept for the next run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.keep or temporary)
        filled = folder / "filled"
        patient = WarehouseSettings(path=str(folder / "data"), query_timeout_ms=300_000, wait_for_client_ms=300_000)
        with Warehouse.open(patient) as warehouse:
            if not filled.exists():
                began = time.perf_counter()
                fill(warehouse, options.events, options.stored_days)
                filled.touch()
                print(f"filled in {time.perf_counter() - began:.0f} s")
            else:
                apply_migrations(warehouse)
            sizes(warehouse)
            report(questions(warehouse, options.days), options.only, options.times)


if __name__ == "__main__":
    main()
