"""Single sign-on over OpenID Connect: authorization code with PKCE, through Authlib; tokens checked with joserfc."""

import logging
import threading
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

import msgspec
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from hatua.base.clock import Clock
from hatua.base.errors import HatuaError, InvalidSetting
from hatua.base.settings import Secret, env
from hatua.registry.model import Role

log = logging.getLogger("hatua.dashboard_api.provider")

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
"""Signatures by the provider's private key. Not `none`, and no HS256: our client secret is no signature of theirs."""

TIMEOUT_S = 10
METADATA_MS = 3_600_000
KEYS_AT_MOST_EVERY_MS = 30_000
"""An unknown key id has the keys fetched again, since providers rotate them; a flood of made-up ids does not."""

LEEWAY_S = 60


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True):
    """An OpenID Connect provider, such as Keycloak, Entra ID, Okta or Google."""

    issuer: Annotated[str, env("HATUA_OIDC_ISSUER")] = ""
    """Issuer URL of an OpenID Connect provider; needs HATUA_PUBLIC_URL. Its redirect URI for us is
    HATUA_PUBLIC_URL/auth/sso/callback. Default: no single sign-on."""
    client_id: Annotated[str, env("HATUA_OIDC_CLIENT_ID")] = ""
    """Our client id at the provider."""
    client_secret: Annotated[Secret, env("HATUA_OIDC_CLIENT_SECRET")] = Secret("")
    """Our client secret there."""
    name: Annotated[str, env("HATUA_OIDC_NAME"), msgspec.Meta(max_length=60)] = "single sign-on"
    """What the button on the sign-in page calls it: `Continue with ...`."""
    domains: Annotated[str, env("HATUA_OIDC_DOMAINS")] = ""
    """Mail domains whose people may come without an invitation: `example.org=ten_...:viewer, ...`. Default: only people
    with an account or an invitation."""


class SignOnFailed(HatuaError):
    """The provider, or what it sent, cannot be relied on. `reason`, for the page: unavailable, refused, unverified."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the provider vouches for. `email` is verified by it."""

    issuer: str
    subject: str
    email: str
    name: str


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Provider:
    """One provider. Blocking calls, safe from any thread."""

    def __init__(self, settings: OidcSettings, public_url: str, clock: Clock) -> None:
        """Asks nothing yet: a provider that is away must not keep the server from starting. Raises InvalidSetting."""
        for variable, value in (
            ("HATUA_OIDC_CLIENT_ID", settings.client_id),
            ("HATUA_PUBLIC_URL", public_url),
        ):
            if not value:
                raise InvalidSetting(f"HATUA_OIDC_ISSUER is set, so {variable} is needed too")
        _refuse_plain_http(settings.issuer)
        self.name = settings.name
        self.welcome = parse_domains(settings.domains)
        self._settings = settings
        self._redirect_uri = f"{public_url}/auth/sso/callback"
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: tuple[_Metadata, int] | None = None
        self._keys: tuple[KeySet, int] | None = None

    def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in. Raises SignOnFailed."""
        metadata = self._described()
        with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce
            )
        return str(url)

    def identify(self, code: str, *, nonce: str, verifier: str) -> Identity:
        """Trades the code for an identity. Raises SignOnFailed."""
        metadata = self._described()
        try:
            with self._client(metadata) as client:
                token: dict[str, Any] = client.fetch_token(
                    metadata.token_endpoint,
                    code=code,
                    code_verifier=verifier,
                    grant_type="authorization_code",
                    allow_redirects=False,
                    timeout=TIMEOUT_S,
                )
                claims = self._checked(metadata, token, nonce)
                if "email" not in claims and metadata.userinfo_endpoint:
                    claims = _joined(claims, self._get(client, metadata.userinfo_endpoint))
        except (OAuthError, RequestException, JoseError, ValueError, TypeError, KeyError) as problem:
            log.warning("single sign-on failed: %s", type(problem).__name__)
            raise SignOnFailed("refused", "the provider's answer could not be verified") from None
        email = claims.get("email")
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            raise SignOnFailed("unverified", "the provider has not verified an e-mail address for this person")
        return Identity(
            issuer=metadata.issuer, subject=str(claims["sub"]), email=email, name=str(claims.get("name") or "")
        )

    def _checked(self, metadata: _Metadata, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        raw = str(token["id_token"])
        try:
            decoded = jwt.decode(raw, self._key_set(metadata), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            decoded = jwt.decode(raw, self._key_set(metadata, renewed=True), algorithms=ALGORITHMS)
        options = {
            "iss": {"essential": True, "value": metadata.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }
        params = {
            "nonce": nonce,
            "client_id": self._settings.client_id,
            "access_token": token.get("access_token"),
        }
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(now=self._clock() // 1000, leeway=LEEWAY_S)
        return dict(claims)

    def _described(self) -> _Metadata:
        with self._lock:
            if self._metadata and self._clock() < self._metadata[1]:
                return self._metadata[0]
        url = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            with self._client(None) as client:
                found = msgspec.convert(self._get(client, url), _Metadata)
        except (RequestException, ValueError) as problem:
            log.warning("the single sign-on provider does not answer: %s", type(problem).__name__)
            raise SignOnFailed("unavailable", "the provider does not answer") from None
        if found.issuer.rstrip("/") != self._settings.issuer.rstrip("/"):
            log.error("the single sign-on provider says that it is %s; HATUA_OIDC_ISSUER differs", found.issuer)
            raise SignOnFailed("unavailable", "the provider calls itself by another name")
        for endpoint in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            _refuse_plain_http(endpoint)
        with self._lock:
            self._metadata = (found, self._clock() + METADATA_MS)
        return found

    def _key_set(self, metadata: _Metadata, *, renewed: bool = False) -> KeySet:
        now = self._clock()
        with self._lock:
            held = self._keys
        if held and not (renewed and now - held[1] >= KEYS_AT_MOST_EVERY_MS):
            return held[0]
        with self._client(metadata) as client:
            keys = KeySet.import_key_set(self._get(client, metadata.jwks_uri))
        with self._lock:
            self._keys = (keys, now)
        return keys

    def _client(self, metadata: _Metadata | None) -> OAuth2Session:
        methods = metadata.token_endpoint_auth_methods_supported if metadata else ()
        by_post = "client_secret_basic" not in methods and "client_secret_post" in methods
        return OAuth2Session(
            client_id=self._settings.client_id,
            client_secret=str(self._settings.client_secret),
            token_endpoint_auth_method="client_secret_post" if by_post else "client_secret_basic",
            scope="openid email profile",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )

    @staticmethod
    def _get(client: OAuth2Session, url: str) -> Any:
        """JSON. The access token goes along once there is one."""
        answer = client.get(url, timeout=TIMEOUT_S, allow_redirects=False, withhold_token=client.token is None)
        answer.raise_for_status()
        return answer.json()


def parse_domains(text: str) -> dict[str, tuple[str, Role]]:
    """`example.org=ten_1f..:viewer` to domain -> (tenant id, role). Raises InvalidSetting."""
    found: dict[str, tuple[str, Role]] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        domain, _, place = item.partition("=")
        tenant_id, _, role = place.partition(":")
        if not (domain.strip() and tenant_id.strip() and role.strip() in get_args(Role)):
            raise InvalidSetting(f"HATUA_OIDC_DOMAINS: {item!r} is not of the form domain=tenant:role")
        found[domain.strip().lower()] = (tenant_id.strip(), msgspec.convert(role.strip(), Role))
    return found


def _joined(claims: dict[str, Any], info: dict[str, Any]) -> dict[str, Any]:
    if info.get("sub") != claims["sub"]:
        raise ValueError("the userinfo is of somebody else")
    return {**info, **claims}


def _refuse_plain_http(url: str) -> None:
    parts = urlsplit(url)
    loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise InvalidSetting("single sign-on needs https: everything it relies on could be forged on the way")
