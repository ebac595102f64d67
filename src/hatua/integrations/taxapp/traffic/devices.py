"""What visitors hold in their hands: real user agent strings with their share of visits. Most are cheap Androids."""

import msgspec

from hatua.integrations.taxapp.traffic.chance import Weighted


class Device(msgspec.Struct, frozen=True):
    """Screen in CSS pixels."""

    user_agent: str
    width: int
    height: int


def _android(model: str, version: int, browser: str) -> str:
    return f"Mozilla/5.0 (Linux; Android {version}; {model}) AppleWebKit/537.36 (KHTML, like Gecko) {browser}"


def _chrome(major: int) -> str:
    return f"Chrome/{major}.0.0.0 Mobile Safari/537.36"


_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {os} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"

BROWSERS: Weighted[Device] = Weighted(
    [
        (Device(_android("K", 10, _chrome(142)), 360, 800), 26),
        (Device(_android("TECNO BG6", 13, _chrome(141)), 360, 806), 12),
        (Device(_android("Infinix X6525", 13, _chrome(140)), 360, 800), 8),
        (Device(_android("itel A665L", 12, _chrome(138)), 360, 800), 5),
        (
            Device(_android("SM-A155F", 14, "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"), 384, 832),
            7,
        ),
        (Device(_android("CPH2591", 14, "Chrome/137.0.0.0 Mobile Safari/537.36 OPR/92.0.0.0"), 360, 800), 5),
        (Device(f"{_IPHONE.format(os='18_6')} Version/18.6 Mobile/15E148 Safari/604.1", 390, 844), 8),
        (Device(f"{_IPHONE.format(os='17_5')} Version/17.5 Mobile/15E148 Safari/604.1", 375, 812), 3),
        (Device(f"{_WINDOWS} Chrome/142.0.0.0 Safari/537.36", 1366, 768), 13),
        (Device(f"{_WINDOWS} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", 1536, 864), 4),
        (Device("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", 1920, 1080), 2),
        (Device(f"{_MAC} Version/18.6 Safari/605.1.15", 1440, 900), 2),
        (Device("Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/17.6 Mobile/15E148 Safari/604.1", 820, 1180), 1),
    ]
)  # fmt: skip

IN_WHATSAPP: Weighted[Device] = Weighted(
    [
        (
            Device(
                "Mozilla/5.0 (Linux; Android 13; TECNO BG6 Build/TP1A.220624.014; wv) AppleWebKit/537.36 "
                "(KHTML, like Gecko) Version/4.0 Chrome/141.0.7390.122 Mobile Safari/537.36 WhatsApp/2.25.29.77",
                360,
                806,
            ),
            5,
        ),
        (
            Device(
                "Mozilla/5.0 (Linux; Android 14; SM-A155F Build/UP1A.231005.007; wv) AppleWebKit/537.36 "
                "(KHTML, like Gecko) Version/4.0 Chrome/140.0.7339.207 Mobile Safari/537.36 WhatsApp/2.25.28.80",
                384,
                832,
            ),
            3,
        ),
        (Device(f"{_IPHONE.format(os='18_6')} Mobile/15E148 WhatsApp/25.29.74", 390, 844), 1.5),
    ]
)
"""The view inside WhatsApp that a link in a conversation opens."""

CRAWLERS: Weighted[Device] = Weighted(
    [
        (Device("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 1024, 768), 5),
        (Device("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 1024, 768), 2),
        (Device("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 1024, 768), 1),
    ]
)

SERVER = Device("hatua-python/0.1.0", 0, 0)
"""The contact centre's server, which sends on behalf of WhatsApp contacts."""
