"""Whatever is asked, the answer is a clear one: never a 5xx, and the server healthy after."""

import json
import random
from urllib.parse import quote

import pytest

from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.fixtures.dashboard import DashboardServer
from tests.fixtures.events import event

DAY = "from=2026-03-13&to=2026-03-13"
NASTY = [
    "%00",
    "%ED%A0%80",
    "%FF%FE",
    "%",
    "%zz",
    quote("'; DROP TABLE events; --"),
    quote("\\' OR 1=1"),
    quote("\\"),
    quote("\t\r\n\b\f\v"),
    quote("{project:String}"),
    quote("\u202e\U0001f600\u0000"),
    quote('"'),
    "a" * 3_000,
    "1e999",
    "-1",
    "NaN",
    quote("[" * 5_000),
    quote("9" * 400),
]
NASTY_VALUES = [
    "\x00",
    "\\",
    "'",
    "\\'",
    "\t\n",
    "{f0:Array(String)}",
    "\U0001f600",
    "a" * 2_048,
    "(?i)(a+)+$",
    "[",
    "",
    "%",
    "_",
]


@pytest.fixture
def asked(dashboard: DashboardServer, warehouse: Warehouse) -> DashboardServer:
    """A server with one event that has awkward properties."""
    EventWriter(warehouse).write([event(project_id=dashboard.project_id, properties='{"a\'b\\\\c":"x\\ty"}')], [])
    return dashboard


def routes(project: str) -> list[str]:
    return [
        f"overview?project={project}&{DAY}",
        f"timeseries?project={project}&{DAY}",
        f"breakdown?project={project}&{DAY}&dimension=country",
        f"heatmap?project={project}&{DAY}",
        f"dimension-values?project={project}&{DAY}&dimension=country",
        f"events?project={project}&{DAY}",
        f"realtime?project={project}",
        f"funnels?project={project}",
        f"retention?project={project}&{DAY}&interval=day&start=page_view",
        f"retention/people?project={project}&{DAY}&interval=day&cohort=0&period=0",
        f"lifecycle?project={project}&{DAY}&interval=day&event=page_view",
        f"lifecycle/people?project={project}&{DAY}&interval=day&bucket=0&stage=new",
        f"stickiness?project={project}&{DAY}&event=page_view",
        f"stickiness/people?project={project}&{DAY}&buckets=1",
        f"paths?project={project}&{DAY}&start=/",
        f"paths/sessions?project={project}&{DAY}&step=0&from_node=/&to_node=/x",
        f"paths/reach?project={project}&{DAY}&sequence=/,/x",
        f"paths/reach/sessions?project={project}&{DAY}&sequence=/,/x&step=2&then=stops",
        f"journeys?project={project}&{DAY}",
        f"journeys/list?project={project}&{DAY}&name=mri",
        f"sessions?project={project}&{DAY}&search=x&person=a1",
        f"sessions/s1?project={project}",
        f"people?project={project}&{DAY}&search=x",
        f"people/a1?project={project}",
        f"people/a1/events?project={project}",
        f"errors?project={project}&{DAY}",
    ]


def test_no_query_string_breaks_anything(asked: DashboardServer) -> None:
    chance = random.Random(20260113)
    client = asked.with_key("export")
    names = ["project", "from", "to", "tz", "goal", "filters", "compare", "metrics", "interval", "dimension", "order"]
    names += ["limit", "offset", "metric", "search", "cursor", "event_name", "%00", "\\", "[]"]
    names += [
        "start",
        "return",
        "event",
        "sequence",
        "step",
        "from_node",
        "stage",
        "bucket",
        "cohort",
        "person",
        "name",
    ]
    seen: set[int] = set()
    for route in routes(asked.project_id):
        path, _, query = route.partition("?")
        for nasty in NASTY:
            name = chance.choice(names)
            kept = "&".join(part for part in query.split("&") if part.partition("=")[0] != name)
            answer = client.get(f"/api/dashboard/{path}?{kept}&{name}={nasty}")
            seen.add(answer.status_code)
            assert answer.status_code < 500, (path, name, nasty[:60], answer.text[:300])
    assert seen >= {200, 400}
    assert client.get(f"/api/dashboard/{routes(asked.project_id)[0]}").status_code == 200


@pytest.mark.parametrize("operator", ["is", "is_not", "contains", "not_contains", "matches"])
@pytest.mark.parametrize("dimension", ["page_path", "entry_page", "property:a'b\\c"])
def test_no_filter_value_breaks_out_of_its_parameter(asked: DashboardServer, operator: str, dimension: str) -> None:
    client = asked.with_key("export")
    for value in NASTY_VALUES:
        filters = json.dumps([{"dimension": dimension, "operator": operator, "values": [value]}])
        answer = client.get(
            "/api/dashboard/overview",
            params={"project": asked.project_id, "from": "2026-03-13", "to": "2026-03-13", "filters": filters},
        )
        assert answer.status_code in (200, 400), (value[:40], answer.text[:300])
        if answer.status_code == 200 and operator == "is" and value:  # "" is the missing value, which this event has
            assert answer.json()["metrics"]["events"]["value"] == 0, value[:40]


@pytest.mark.parametrize("nasty", NASTY)
def test_no_path_and_no_header_breaks_anything(asked: DashboardServer, nasty: str) -> None:
    client = asked.signed_in()
    for answer in (
        client.patch(f"/api/dashboard/projects/{nasty}", json={"name": "X"}),
        client.delete(f"/api/dashboard/projects/{asked.project_id}/write-keys/{nasty}"),
        client.delete(f"/api/dashboard/api-keys/{nasty}"),
        client.get(f"/api/dashboard/projects/{nasty}/first-event"),
        client.patch(f"/api/dashboard/funnels/{nasty}", json={"name": "X"}),
        client.delete(f"/api/dashboard/funnels/{nasty}"),
        client.get(f"/api/dashboard/sessions/{nasty}?project={asked.project_id}"),
        client.get(f"/api/dashboard/people/{nasty}?project={asked.project_id}"),
        client.get(f"/api/dashboard/people/{nasty}/events"),
        client.get(f"/auth/open?token={nasty}"),
        client.get("/api/dashboard/projects", headers={"Authorization": f"Bearer {nasty}"}),
        client.get("/api/dashboard/projects", headers={"Cookie": f"hatua_session={nasty}; ;=;"}),
        client.get(f"/api/dashboard/live?project={asked.project_id}", headers={"Last-Event-ID": nasty}),
    ):
        assert 400 <= answer.status_code < 500, answer.text[:300]
    assert client.get("/api/dashboard/projects").status_code == 200
