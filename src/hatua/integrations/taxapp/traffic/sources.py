"""How visitors find the site: a referrer, a campaign, or neither."""

import msgspec

from hatua.integrations.taxapp.traffic.chance import Weighted


class Source(msgspec.Struct, frozen=True):
    """`campaign`: the utm_* values without their prefix, as they stand in the landing page's address."""

    referrer: str = ""
    campaign: dict[str, str] = {}

    @property
    def search(self) -> str:
        """The query of the landing page, with its `?`; "" when there is none."""
        query = "&".join(f"utm_{key}={value}" for key, value in self.campaign.items())
        return f"?{query}" if query else ""


_SMS = {"source": "sms", "medium": "sms", "campaign": "deadline-reminder"}
_FACEBOOK = {"source": "facebook", "medium": "paid_social", "campaign": "landlords-2026"}
_NEWSLETTER = {"source": "newsletter", "medium": "email", "campaign": "monthly-update"}
_RADIO = {"source": "radio", "medium": "qr", "campaign": "know-your-tax", "content": "poster-a"}

SOURCES: Weighted[Source] = Weighted(
    [
        (Source(), 31),
        (Source("https://www.google.com/"), 27),
        (Source("https://accounts.ecitizen.go.ke/"), 9),
        (Source("https://www.bing.com/"), 1.5),
        (Source("https://t.co/"), 1.5),
        (Source("https://www.tuko.co.ke/"), 2),
        (Source("https://m.youtube.com/"), 1),
        (Source("", _SMS), 13),
        (Source("https://l.facebook.com/", _FACEBOOK), 7),
        (Source("", _NEWSLETTER), 4),
        (Source("", _RADIO), 3),
    ]
)
