from typing import Any

import pytest

from hatua.processor.draft import Agent
from hatua.processor.steps.put_channel import put_channel
from tests.unit.processor.drafts import draft

PAGE = {"page": {"path": "/"}}
PHONE, VIEW, SERVER, SILENT = Agent("mobile"), Agent("mobile", webview=True), Agent("server"), Agent()


@pytest.mark.parametrize(
    ("name", "context", "agent", "channel"),
    [
        ("page_view", PAGE, PHONE, "web"),
        ("page_view", PAGE, VIEW, "webview"),
        ("page_view", PAGE, SILENT, "web"),
        ("click", {}, PHONE, "web"),
        ("return_filed", {}, SERVER, "server"),
        ("return_filed", {}, SILENT, "server"),
        ("message.received", {}, SERVER, "whatsapp"),
        ("message.received", {}, SILENT, "whatsapp"),
        ("conversation_started", {}, SERVER, "whatsapp"),
        ("agent.handoff", {}, SERVER, "whatsapp"),
        ("webview_opened", {}, SERVER, "whatsapp"),
        ("message", PAGE, PHONE, "web"),
        ("message.sent", {"channel": "SMS "}, SERVER, "sms"),
        ("page_view", {**PAGE, "channel": "kiosk"}, VIEW, "kiosk"),
    ],
)
def test_the_channel_follows_from_context_agent_page_and_name(
    name: str, context: dict[str, Any], agent: Agent, channel: str
) -> None:
    one = draft(event_name=name, context=context)
    one.agent = agent
    put_channel(one)
    assert one.channel == channel
