"""What user agents say of themselves beyond what ua-parser tells: data, checked in this order."""

import re

SERVER = re.compile(
    r"^(?:hatua-(?:python|node|php|go|java)|curl|wget|python-requests|python-urllib|python-httpx|python/|aiohttp|"
    r"go-http-client|axios|node-fetch|node\b|undici|got\b|superagent|postmanruntime|insomnia|httpie|java/|"
    r"apache-httpclient|guzzlehttp|php|ruby|faraday|rest-client|libwww-perl|reactor-netty|jersey|unirest|analytics-)",
    re.IGNORECASE,
)
"""A program that sends events, not a person's device: HTTP libraries and server-side SDKs, by the start of the text.
okhttp, Dart and CFNetwork are missing on purpose: they are how phone apps speak."""

NATIVE_APP = re.compile(r"^(?:okhttp|dart/|dalvik|.{1,80}\bcfnetwork/.{1,40}\bdarwin/)", re.IGNORECASE)
"""HTTP libraries of phone apps."""

BOT = re.compile(
    r"headless|phantomjs|lighthouse|puppeteer|playwright|selenium|pingdom|uptime|statuscake|(?<!cu)bot\b|crawl|spider|slurp|"
    r"facebookexternalhit|bingpreview|google page speed|gtmetrix",
    re.IGNORECASE,
)
"""Beside the several hundred that ua-parser knows. `(?<!cu)`: Cubot makes phones."""

TABLET = re.compile(r"ipad|tablet|kindle|playbook|^(?!.*mobile).*(?:android|silk/)", re.IGNORECASE)
TELEVISION = re.compile(r"smart-?tv|hbbtv|appletv|bravia|crkey|\btv\b|\baft[a-z]{1,4}\b", re.IGNORECASE)
"""A screen in a room, mostly on Android: counted as desktop, since its pages are read like a desktop's."""
MOBILE = re.compile(
    r"mobi|iphone|ipod|windows phone|kaios|j2me|midp|opera mini|symbian|series ?[46]0|blackberry|bb10|nokia|ucweb",
    re.IGNORECASE,
)

APPS: tuple[tuple[str, str], ...] = (
    ("FBAN/", "facebook"),
    ("FBAV/", "facebook"),
    ("FB_IAB", "facebook"),
    ("Instagram", "instagram"),
    ("WhatsApp/", "whatsapp"),
    ("musical_ly", "tiktok"),
    ("BytedanceWebview", "tiktok"),
    ("Twitter for", "x"),
    ("LinkedInApp", "linkedin"),
    ("Snapchat", "snapchat"),
    ("Telegram", "telegram"),
    ("MicroMessenger", "wechat"),
    ("Pinterest/", "pinterest"),
    ("Line/", "line"),
)
"""Apps that show pages in a view of their own and say so."""

ANDROID_WEB_VIEW = "; wv)"
"""https://developer.chrome.com/docs/multidevice/user-agent#webview_user_agent"""

APPLE_WEB_VIEW = re.compile(r"\((?:iphone|ipad|ipod)\b.*applewebkit/(?!.*\bsafari/)", re.IGNORECASE)
"""WKWebView: every browser on iOS says Safari/, a bare web view does not."""

BROWSERS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome WebView",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari WebView",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
}
"""One browser, one name: the device is a column of its own."""

SYSTEMS = {"Mac OS X": "macOS"}
