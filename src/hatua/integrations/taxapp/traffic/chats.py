"""WhatsApp conversations as the contact centre reports them: bot first, a link to the web app, an agent if need be."""

from typing import Any

from hatua.integrations.taxapp.journeys import Journey
from hatua.integrations.taxapp.traffic.chance import Random, Weighted, new_id, pause_ms
from hatua.integrations.taxapp.traffic.people import Person
from hatua.integrations.taxapp.traffic.recorder import Event, iso
from hatua.integrations.taxapp.traffic.visits import rating

AGENTS = ("agent-amina", "agent-brian", "agent-cynthia", "agent-david", "agent-esther")
MODEL = "intent-small-2"
HANDOFF_REASONS = ("asked_for_a_person", "low_confidence", "payment_problem", "complaint")
FEEDBACK = ("Asante, very fast", "The code came late", "Easy", "I had to repeat myself", "")

_OTHER_INTENTS: Weighted[str] = Weighted(
    [("check_status", 4), ("forgot_pin", 3), ("get_receipt", 3), ("greeting", 2), ("penalty", 2), ("other", 2)]
)
_INBOUND: Weighted[str] = Weighted([("text", 80), ("interactive", 12), ("audio", 5), ("image", 3)])


class Conversation:
    """One conversation of one contact. `at` is its clock, Unix ms. Events have no session_id: a server sends them."""

    def __init__(self, rng: Random, person: Person, at: int, campaign_id: str = "") -> None:
        self.rng = rng
        self.at = at
        self.events: list[tuple[int, Event]] = []
        self.user_id = ""
        """The PIN, once the web app has told the contact centre whose conversation this is."""
        self._person = person
        self._id = f"conv-{new_id(rng)[:13]}"
        self._campaign_id = campaign_id
        self._started = at
        self._messages = 0

    def send(self, name: str, properties: dict[str, Any], *, token: str = "", at: int = 0) -> None:
        """Notes one event, now or at another moment (a receipt that comes later)."""
        context: dict[str, Any] = {
            "library": {"name": "hatua-python", "version": "0.1.0"},
            "channel": "whatsapp",
            "externalId": self._person.phone,
        }
        if self._campaign_id:
            context["campaignId"] = self._campaign_id
        if token:
            context["handshakeToken"] = token
        event: Event = {
            "event_id": new_id(self.rng),
            "event_name": name,
            "event_type": "track",
            "timestamp": iso(at or self.at),
            "anonymous_id": self._person.phone,
            "seq": len(self.events) + 1,
            "context": context,
            "properties": {"conversationId": self._id, **properties},
        }
        if self.user_id:
            event["user_id"] = self.user_id
        self.events.append((at or self.at, event))

    def hears(self, median_s: float = 20) -> None:
        """The contact writes."""
        self.at += pause_ms(self.rng, median_s)
        self._messages += 1
        kind = _INBOUND.draw(self.rng)
        self.send("message.received", {"messageId": f"wamid.{new_id(self.rng)}", "contentType": kind})

    def says(self, by: str, *, kind: str = "text", template: str = "", median_s: float = 1.5) -> bool:
        """The bot or an agent writes; True when the contact has read it."""
        rng = self.rng
        self.at += pause_ms(rng, median_s)
        self._messages += 1
        message: dict[str, Any] = {"messageId": f"wamid.{new_id(rng)}", "contentType": kind, "agentId": by}
        if template:
            message["templateId"] = template
        self.send("message.sent", message)
        if rng.random() < 0.02:
            self.send("message.failed", {**message, "error": "recipient_unreachable"})
            return False
        receipt = {"messageId": message["messageId"]}
        delivered = self.at + pause_ms(rng, 1.2)
        self.send("message.delivered", receipt, at=delivered)
        if rng.random() < 0.12:
            return False
        self.send("message.read", receipt, at=delivered + pause_ms(rng, 8, 1.2))
        return True

    def understands(self, wanted: Journey | None) -> bool:
        """The bot reads the last message; False when it is not sure enough to go on."""
        rng = self.rng
        latency = pause_ms(rng, 0.7)
        self.at += latency
        if rng.random() < 0.015:
            self.send("ai.error", {"error_type": "timeout", "recovered": rng.random() < 0.7, "model": MODEL})
        confidence = round(min(0.99, rng.betavariate(9, 1.6)), 3)
        intent = f"file_{wanted.code}" if wanted else _OTHER_INTENTS.draw(rng)
        found = {"detected_intent": intent, "confidence": confidence, "latency_ms": latency, "model": MODEL}
        self.send("ai.classification", {**found, "tokens": rng.randrange(90, 420)})
        return confidence > 0.62

    def hands_over(self) -> None:
        """From the bot to a person in the contact centre, who sorts it out."""
        rng = self.rng
        agent = rng.choice(AGENTS)
        self.at += 400
        self.send("agent.handoff", {"reason": rng.choice(HANDOFF_REASONS)})
        self.at += pause_ms(rng, 140, 0.9)
        self.send("agent.assigned", {"agentId": agent, "chatId": self._id})
        for _ in range(rng.randrange(1, 4)):
            self.says(agent, median_s=45)
            self.hears(40)
        self.says(agent, median_s=30)
        self.resolves(agent, "resolved")

    def resolves(self, by: str, resolution: str) -> None:
        """The end of the conversation, and what the contact thought of it."""
        rng = self.rng
        self.at += pause_ms(rng, 30)
        minutes = round((self.at - self._started) / 60_000, 1)
        self.send(
            "chat.resolved",
            {
                "chatId": self._id,
                "agentId": by,
                "messageCount": self._messages,
                "durationMinutes": minutes,
                "resolution": resolution,
            },
        )
        if rng.random() < 0.4:
            self.at += pause_ms(rng, 60)
            answer = {"rating": rating(rng), "feedback": rng.choice(FEEDBACK), "journey": "whatsapp", "agentId": by}
            self.send("csat_submitted", answer)


def opening(chat: Conversation, wanted: Journey | None) -> str:
    """The contact says hello and the bot answers. Returns the handshake token of the link it sent, or "" when there
    is none: the bot did not understand, the errand was another, or the link was not followed."""
    rng = chat.rng
    chat.send("conversation_started", {})
    chat.hears(2)
    chat.says("bot", kind="interactive", template="welcome_menu")
    chat.hears(15)
    if not chat.understands(wanted):
        chat.hands_over()
        return ""
    latency = pause_ms(rng, 1.1)
    chat.at += latency
    chat.send("ai.generation", {"latency_ms": latency, "model": MODEL})
    read = chat.says("bot", kind="interactive" if wanted else "text")
    if wanted is None or not read or rng.random() < 0.12:
        if rng.random() < 0.3:
            chat.hears(30)
            chat.hands_over()
        else:
            chat.resolves("bot", "self_served" if wanted is None else "abandoned")
        return ""
    token = f"hs_{new_id(rng).replace('-', '')}"
    chat.at += pause_ms(rng, 9)
    chat.send("webview_opened", {"service": wanted.code}, token=token)
    return token


def reminder(chat: Conversation) -> bool:
    """The campaign before the due date; True when the contact answers."""
    read = chat.says("campaign", kind="template", template="return_due_20th")
    if not read or chat.rng.random() > 0.22:
        return False
    chat.at += pause_ms(chat.rng, 1500, 1.0)
    return True
