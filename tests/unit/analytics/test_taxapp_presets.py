"""The preset funnels: what is in them, and that every spelling of a step is one."""

from hatua.integrations.taxapp.presets import preset_funnels


def test_the_three_journeys_have_the_steps_of_the_contract() -> None:
    steps = {preset.key: [step.label() for step in preset.steps] for preset in preset_funnels()}
    assert list(steps) == ["taxapp-mri", "taxapp-tot", "taxapp-nil"]
    assert len(steps["taxapp-mri"]) == len(steps["taxapp-tot"]) == 8
    assert len(steps["taxapp-nil"]) == 7


def test_each_journey_knows_the_prefixed_names_of_the_live_app() -> None:
    for preset in preset_funnels():
        code = preset.key.removeprefix("taxapp-")
        names = {each.event for step in preset.steps for each in step.any_of}
        assert {f"{code}_validation_success", f"{code}_return_filed", f"{code}_submission_completed"} <= names
        others = {"mri", "tot", "nil"} - {code}
        assert not [name for name in names if name.startswith(tuple(f"{other}_" for other in others))]
