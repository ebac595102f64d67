import msgspec

from hatua.processor.draft import NOWHERE, Agent, Referral, to_row
from hatua.warehouse.rows import EventRow
from tests.unit.processor.drafts import NOON, draft, project


def test_a_row_has_every_column_from_its_place_in_the_draft() -> None:
    context = {
        "page": {"path": "/p", "url": "u", "title": "t", "referrer": "r", "search": "s"},
        "locale": "en-KE",
        "screen": {"width": 1, "height": 2},
        "campaignId": "c",
        "externalId": "x",
        "library": {"name": "n", "version": "v"},
        "more": 1,
    }
    one = draft(
        of=project(retention_days=30),
        message_id="m1",
        seq=4,
        user_id="u1",
        journey_start=True,
        journey_end=True,
        context=context,
        properties={"a": 1},
    )
    one.timestamp = NOON - 5
    one.session_id = "s2"
    one.channel = "web"
    one.handshake_token = "tok"
    one.user_agent = "UA"
    one.agent = Agent("mobile", "Android", "13", "Chrome", "120")
    one.place = NOWHERE
    one.referral = Referral("h", "Search")
    one.ip = "41.90.64.0"
    row = to_row(one)
    assert row == EventRow(
        tenant_id="t",
        project_id="p",
        event_id="e1",
        message_id="m1",
        event_name="page_view",
        event_type="page",
        timestamp=NOON - 5,
        received_at=NOON,
        processed_at=NOON + 1_000,
        seq=4,
        anonymous_id="a1",
        user_id="u1",
        session_id="s2",
        channel="web",
        external_id="x",
        handshake_token="tok",
        campaign_id="c",
        page_path="/p",
        page_url="u",
        page_title="t",
        page_referrer="r",
        page_search="s",
        referrer_host="h",
        referrer_channel="Search",
        user_agent="UA",
        device_type="mobile",
        os="Android",
        os_version="13",
        browser="Chrome",
        browser_version="120",
        locale="en-KE",
        screen_width=1,
        screen_height=2,
        journey_start=True,
        journey_end=True,
        properties='{"a":1}',
        context='{"more":1}',
        library_name="n",
        library_version="v",
        ip="41.90.64.0",
        retention_days=30,
    )
    assert set(msgspec.structs.asdict(row)) == set(EventRow.__struct_fields__)


def test_an_order_outside_the_column_is_moved_to_its_edge() -> None:
    assert to_row(draft(seq=-3)).seq == 0
    assert to_row(draft(seq=2**40)).seq == 2**32 - 1
