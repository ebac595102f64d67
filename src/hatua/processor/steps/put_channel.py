"""On which channel it happened: web, webview, whatsapp, server, or what the client names."""

from hatua.processor.draft import Draft

WHATSAPP_EVENTS = frozenset(
    (
        "message",
        "chat",
        "contact",
        "agent",
        "conversation",
        "conversation_started",
        "conversation_ended",
        "webview_opened",
    )
)
"""Events of a conversation: these names, and names that start with one of them and a dot (`message.received`)."""


def put_channel(draft: Draft) -> None:
    """`context.channel` wins. Else: a page in an app's own view is `webview`, any other page or browser is `web`;
    without either, an event of a conversation is `whatsapp` and anything else `server`."""
    draft.channel = draft.context.channel or _channel(draft)


def _channel(draft: Draft) -> str:
    agent = draft.agent
    page = draft.context.page
    of_a_page = bool(page.url or page.path)
    if of_a_page or agent.device_type not in ("server", ""):
        return "webview" if agent.webview else "web"
    return "whatsapp" if draft.raw.event_name.partition(".")[0] in WHATSAPP_EVENTS else "server"
