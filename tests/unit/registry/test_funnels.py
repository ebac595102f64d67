"""Saved funnels and presets in the registry, on both engines."""

import pytest

from hatua.registry.errors import InvalidField, UnknownRecord
from hatua.registry.model import Actor, FunnelPreset
from hatua.registry.store import Registry
from tests.fixtures.registry import MovedClock

BY = Actor("user", "usr_1")
STEPS = {"steps": [{"any_of": [{"event": "é \u0000 'x' \\ \U0001f600", "filters": []}]}], "window_s": None}


@pytest.fixture
def project(registry: Registry) -> str:
    return registry.create_project("Tax").id


def preset(key: str, name: str = "") -> FunnelPreset:
    return FunnelPreset(key=key, name=name or key.upper(), description="as shipped", definition=STEPS)


def test_a_funnel_comes_back_as_it_was_saved(registry: Registry, project: str, clock: MovedClock) -> None:
    made = registry.create_funnel(project, " Mine ", STEPS, description="line\nline", by=BY)
    assert registry.funnels(project) == [made]
    assert (made.name, made.definition, made.created_by, made.preset) == ("Mine", STEPS, "usr_1", None)
    assert registry.project_of_funnel(made.id) == project
    clock.advance(5)
    changed = registry.change_funnel(project, made.id, {"name": "Ours"}, by=BY)
    assert (changed.name, changed.definition, changed.edited) == ("Ours", STEPS, False)
    assert changed.updated_at == made.created_at + 5
    assert registry.change_funnel(project, made.id, {"name": "Ours"}, by=BY) == changed
    registry.delete_funnel(project, made.id, by=BY)
    assert registry.funnels(project) == []
    assert registry.project_of_funnel(made.id) is None


def test_a_funnel_is_reached_through_its_own_project_only(registry: Registry, project: str) -> None:
    other = registry.create_project("Other").id
    made = registry.create_funnel(project, "Mine", STEPS)
    for place, funnel in ((other, made.id), (project, "fnl_nobody"), (project, "\x00"), ("prj_nobody", made.id)):
        with pytest.raises(UnknownRecord):
            registry.change_funnel(place, funnel, {"name": "X"})
        with pytest.raises(UnknownRecord):
            registry.delete_funnel(place, funnel)
    assert registry.project_of_funnel("\x00") is None
    assert [each.name for each in registry.funnels(project)] == ["Mine"]


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"name": "n" * 201}, {"description": "d" * 2_001}, {"preset": "mine"}, {"id": "x"}]
)
def test_what_a_funnel_cannot_be_is_refused(registry: Registry, project: str, change: dict[str, str]) -> None:
    made = registry.create_funnel(project, "Mine", STEPS)
    with pytest.raises(InvalidField):
        registry.change_funnel(project, made.id, change)
    assert registry.funnels(project) == [made]


def test_presets_are_installed_once_in_their_order_and_renewed_until_somebody_edits_them(
    registry: Registry, project: str, clock: MovedClock
) -> None:
    shipped = [preset("mri"), preset("tot"), preset("nil")]
    installed = registry.install_presets(project, shipped)
    assert [(each.preset, each.edited) for each in installed] == [("mri", False), ("tot", False), ("nil", False)]
    assert registry.install_presets(project, shipped) == installed == registry.funnels(project)
    assert registry.renew_presets(shipped) == 0
    registry.change_funnel(project, installed[0].id, {"name": "MRI, ours"})
    registry.delete_funnel(project, installed[2].id)
    clock.advance(1_000)
    newer = [preset(each.key, f"{each.name} 2") for each in shipped]
    assert registry.renew_presets(newer) == 1
    assert [each.name for each in registry.funnels(project)] == ["MRI, ours", "TOT 2"]
    assert [each.name for each in registry.install_presets(project, newer)] == ["MRI, ours", "TOT 2", "NIL 2"]
    assert registry.renew_presets([preset("other")]) == 0


def test_presets_of_one_project_are_not_anothers(registry: Registry, project: str) -> None:
    other = registry.create_project("Other").id
    registry.install_presets(project, [preset("mri")])
    registry.install_presets(other, [preset("mri")])
    assert registry.renew_presets([preset("mri", "New")]) == 2
    with pytest.raises(UnknownRecord):
        registry.install_presets("prj_nobody", [preset("mri")])
