"""One loader for every room's settings: a frozen struct whose fields say their own environment variable.

class CollectorSettings(msgspec.Struct, frozen=True, kw_only=True):
    rate_limit_window_ms: Annotated[int, env("RATE_LIMIT_WINDOW_MS"), msgspec.Meta(gt=0)] = 60_000
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from hatua.base.errors import InvalidSetting

S = TypeVar("S", bound=msgspec.Struct)


class Secret(str):
    """A string that does not show itself: `repr` and log lines read `***`; `str.__str__` is never needed by callers
    since the value itself is a str."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


def env(name: str) -> msgspec.Meta:
    """The environment variable that a field is read from."""
    return msgspec.Meta(extra={"env": name})


def variables(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Field name -> environment variable, for one settings struct."""
    found: dict[str, str] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        for meta in get_args(hint)[1:] if get_origin(hint) is not None else ():
            extra = meta.extra if isinstance(meta, msgspec.Meta) else None
            if extra and "env" in extra:
                found[name] = extra["env"]
    return found


def load(kind: type[S], environ: Mapping[str, str]) -> S:
    """Reads one room's settings. An empty variable counts as not set; a malformed one raises InvalidSetting with the
    variable's name, what is wrong, and no secret."""
    names = variables(kind)
    values: dict[str, Any] = {f: environ[v] for f, v in names.items() if environ.get(v, "") != ""}
    try:
        return msgspec.convert(values, kind, strict=False, str_keys=True, dec_hook=_decode)
    except msgspec.ValidationError as problem:
        text = str(problem)
        for field, variable in names.items():
            text = text.replace(f"$.{field}", variable)
        raise InvalidSetting(f"{text} (settings of {kind.__module__})") from None


def _decode(kind: type[Any], value: Any) -> Any:
    if kind is Secret:
        return Secret(value)
    raise TypeError(f"no setting is a {kind.__name__}; the kinds are those of msgspec, and Secret")


def refuse_unknown(environ: Mapping[str, str], known: Iterable[str]) -> None:
    """A misspelt HATUA_ variable is refused at boot, since a setting that silently does nothing is worse than none."""
    unknown = sorted(name for name in environ if name.startswith("HATUA_") and name not in set(known))
    if unknown:
        raise InvalidSetting(f"unknown setting {', '.join(unknown)}; docs/settings.md lists every one")
