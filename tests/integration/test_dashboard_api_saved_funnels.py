"""Saved funnels and presets through the front door."""

import json
from typing import Any

import httpx
import pytest

from hatua.integrations.taxapp.presets import preset_funnels
from tests.fixtures.dashboard import PASSWORD, DashboardServer, StartDashboard
from tests.fixtures.story import STEPS

PATH = "/api/dashboard/funnels"
DEFINITION: dict[str, Any] = {
    "steps": STEPS,
    "order": "strict",
    "window_s": 3_600,
    "per": "session",
    "exclusions": [{"event": "app_error", "after_step": 1, "before_step": 2}],
}


def listed(client: httpx.Client, project: str) -> list[dict[str, Any]]:
    answer = client.get(PATH, params={"project": project})
    assert answer.status_code == 200, answer.text
    funnels: list[dict[str, Any]] = answer.json()["funnels"]
    return funnels


def saved(client: httpx.Client, project: str, **fields: Any) -> dict[str, Any]:
    answer = client.post(PATH, json={"project": project, "name": "Mine", "definition": DEFINITION, **fields})
    assert answer.status_code == 201, answer.text
    funnel: dict[str, Any] = answer.json()
    return funnel


def test_a_saved_funnel_is_there_for_everybody_changes_and_goes(dashboard: DashboardServer) -> None:
    analyst, viewer = dashboard.signed_in("analyst"), dashboard.signed_in("viewer")
    made = saved(analyst, dashboard.project_id, description="What we look at on Mondays")
    assert (made["name"], made["preset"], made["edited"]) == ("Mine", False, False)
    assert made["definition"]["steps"][1]["any_of"][1]["filters"][0]["values"] == ["btn-mri-start"]
    assert listed(viewer, dashboard.project_id) == [made]
    changed = analyst.patch(f"{PATH}/{made['id']}", json={"name": "Ours", "definition": {"steps": STEPS[:2]}}).json()
    assert (changed["name"], changed["description"]) == ("Ours", made["description"])
    assert (len(changed["definition"]["steps"]), changed["definition"]["order"]) == (2, "ordered")
    assert listed(viewer, dashboard.project_id) == [changed]
    assert analyst.delete(f"{PATH}/{made['id']}").status_code == 204
    assert listed(viewer, dashboard.project_id) == []
    assert analyst.delete(f"{PATH}/{made['id']}").status_code == 404
    trail = [each.action for each in dashboard.registry.audit(dashboard.set_up().project.tenant_id)]
    assert trail[:3] == ["funnel.deleted", "funnel.changed", "funnel.created"]


def test_a_saved_definition_can_be_asked_as_it_is(dashboard: DashboardServer) -> None:
    client = dashboard.signed_in("admin")
    definition = saved(client, dashboard.project_id)["definition"]
    answer = client.post("/api/dashboard/funnel", json={"project": dashboard.project_id, **definition})
    assert answer.status_code == 200
    assert [each["name"] for each in answer.json()["steps"]] == ["Home", "Start", "Filed"]


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"name": ""}, "body.name", "length >= 1"),
        ({"name": "   "}, "body.name", "1 to 200"),
        ({"name": "a\x00b"}, "body.name", "control characters"),
        ({"name": "n" * 201}, "body.name", "length <= 200"),
        ({"description": "a\x00b"}, "body.description", "NUL"),
        ({"definition": {}}, "body.definition", "steps"),
        ({"definition": {**DEFINITION, "colour": 1}}, "body.definition", "colour"),
        ({"definition": {**DEFINITION, "per": "household"}}, "body.definition", "household"),
        ({"definition": {"steps": [{"any_of": [{"event": 1}]}]}}, "body.definition.steps[0].any_of[0].event", "str"),
        (
            {"definition": {"steps": [{"any_of": [
                {"event": "x", "filters": [{"dimension": "colour", "operator": "exists"}]}
            ]}]}},
            "body.definition.steps[0].any_of[0].filters[0].dimension",
            "unknown dimension",
        ),
        ({"colour": "red"}, "body", "colour"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_named_and_not_saved(
    dashboard: DashboardServer, change: dict[str, Any], path: str, says: str
) -> None:
    client = dashboard.signed_in("admin")
    body = {"project": dashboard.project_id, "name": "Mine", "definition": DEFINITION, **change}
    answer = client.post(PATH, json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["path"] == path
    assert says in answer.json()["error"]["message"]
    assert listed(client, dashboard.project_id) == []


def test_a_new_project_starts_with_the_presets_of_the_installation(start_dashboard: StartDashboard) -> None:
    server = start_dashboard(presets=preset_funnels())
    token = server.registry.issue_setup_token()
    client = server.client()
    done = client.post(
        "/api/auth/setup",
        json={
            "setup_token": token,
            "email": "first@example.co.ke",
            "name": "First",
            "password": PASSWORD,
            "organisation": "Revenue",
            "project_name": "Tax App",
        },
    )
    assert done.status_code == 201, done.text
    client.headers["X-Hatua-Csrf"] = done.json()["csrf"]
    second = client.post("/api/dashboard/projects", json={"name": "Second"}).json()["id"]
    for project in (done.json()["project"]["id"], second):
        funnels = listed(client, project)
        assert [each["name"].split(":")[0] for each in funnels] == ["MRI", "TOT", "NIL"]
        assert [len(each["definition"]["steps"]) for each in funnels] == [8, 8, 7]
        assert all(each["preset"] and not each["edited"] for each in funnels)
        for each in funnels:
            asked = client.post("/api/dashboard/funnel", json={"project": project, **each["definition"]})
            assert asked.status_code == 200, asked.text


def test_an_edited_preset_stays_as_it_was_edited(start_dashboard: StartDashboard) -> None:
    server = start_dashboard(presets=preset_funnels())
    client = server.signed_in("admin")
    project = client.post("/api/dashboard/projects", json={"name": "Tax"}).json()["id"]
    mri, tot, nil = listed(client, project)
    client.patch(f"{PATH}/{mri['id']}", json={"name": "MRI, ours"})
    client.delete(f"{PATH}/{nil['id']}")
    presets = server.app.state.rooms.presets
    assert server.registry.renew_presets(presets) == 0
    renamed = [
        type(each)(key=each.key, name=f"{each.name} 2", description="", definition=each.definition) for each in presets
    ]
    assert server.registry.renew_presets(renamed) == 1
    assert [each["name"] for each in listed(client, project)] == ["MRI, ours", f"{tot['name']} 2"]
    server.registry.install_presets(project, presets)
    assert [(each["name"], each["edited"]) for each in listed(client, project)] == [
        ("MRI, ours", True),
        (tot["name"], False),
        (nil["name"], False),
    ]


def test_personal_values_in_a_definition_are_hidden_and_survive_the_hand_of_who_does_not_see_them(
    start_dashboard: StartDashboard,
) -> None:
    server = start_dashboard()
    admin, analyst = server.signed_in("admin"), server.signed_in("analyst")
    about = {
        "steps": [
            {
                "any_of": [
                    {
                        "event": "page_view",
                        "filters": [{"dimension": "page_path", "operator": "is", "values": ["/p/A012345678X", "/p"]}],
                    }
                ]
            }
        ]
    }
    made = saved(admin, server.project_id, definition=about)
    (seen,) = listed(analyst, server.project_id)
    assert "A012345678X" not in json.dumps(seen)
    answer = analyst.patch(f"{PATH}/{made['id']}", json={"definition": seen["definition"]})
    assert answer.status_code == 200
    assert "A012345678X" not in answer.text
    assert listed(admin, server.project_id)[0]["definition"] == made["definition"]
    elsewhere = json.loads(json.dumps(seen["definition"]).replace("pin-", "pin-0")[:-1] + "}")
    elsewhere["steps"][0]["any_of"][0]["filters"][0]["values"][0] = "/p/pin-0123456789"
    refused = analyst.patch(f"{PATH}/{made['id']}", json={"definition": elsewhere})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "unknown_pseudonym")
    personal = {"steps": [{"any_of": [{"event": "x", "filters": [
        {"dimension": "property:phone", "operator": "is", "values": ["0712345678"]}
    ]}]}]}  # fmt: skip
    private = saved(admin, server.project_id, name="Private", definition=personal)
    hidden = listed(server.signed_in("viewer"), server.project_id)[1]["definition"]
    assert hidden["steps"][0]["any_of"][0]["filters"][0]["values"][0].startswith("user-")
    refused = analyst.patch(f"{PATH}/{private['id']}", json={"definition": hidden})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "personal_data")


def test_a_key_reaches_the_funnels_of_its_own_project_only(dashboard: DashboardServer) -> None:
    other = dashboard.registry.create_project("Other", dashboard.set_up().project.tenant_id)
    theirs = dashboard.registry.create_funnel(other.id, "Theirs", {"steps": STEPS})
    key = dashboard.with_key("manage")
    answers = [
        key.patch(f"{PATH}/{each}", json={"name": "Mine"}) for each in (theirs.id, "fnl_nobody", "%00", "x" * 500)
    ]
    assert {answer.status_code for answer in answers[:2]} == {404}
    assert answers[0].json() == answers[1].json()
    assert all(400 <= answer.status_code < 500 for answer in answers)
    assert [each.name for each in dashboard.registry.funnels(other.id)] == ["Theirs"]
    assert saved(key, dashboard.project_id)["name"] == "Mine"


def test_a_project_keeps_as_many_funnels_as_anybody_can_find_again(
    dashboard: DashboardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hatua.registry.funnels.MAX_FUNNELS", 2)
    client = dashboard.signed_in("admin")
    saved(client, dashboard.project_id)
    saved(client, dashboard.project_id)
    answer = client.post(PATH, json={"project": dashboard.project_id, "name": "More", "definition": DEFINITION})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_field")
    assert answer.json()["error"]["message"] == "the project has 2 funnels; the limit is 2"
