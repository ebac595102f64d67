"""`hatua openapi` and `hatua settings`: what the product says of itself, without opening a store."""

import argparse
import inspect
import sys

import msgspec

from hatua.cli.settings import SECTIONS, Settings, all_variables
from hatua.dashboard_api.app import openapi_document


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declares the commands of this file."""
    commands.add_parser("openapi", help="print the dashboard API's OpenAPI document").set_defaults(command=_openapi)
    settings = commands.add_parser("settings", help="list every environment variable, its default and its meaning")
    settings.add_argument("--markdown", action="store_true", help="as the table of docs/settings.md")
    settings.set_defaults(command=_settings)


def _openapi(_arguments: argparse.Namespace, _settings: Settings) -> int:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(openapi_document()), indent=2).decode() + "\n")
    return 0


def _settings(arguments: argparse.Namespace, _current: Settings) -> int:
    if arguments.markdown:
        print(markdown(), end="")
        return 0
    for name, default, meaning in described_settings():
        print(f"{name}={default}\n    {meaning}")
    return 0


def markdown() -> str:
    """The text of docs/settings.md."""
    rows = "".join(f"| `{name}` | {_cell(default)} | {meaning} |\n" for name, default, meaning in described_settings())
    return (
        "# Settings\n\nEnvironment variables, read once at start. An unknown `HATUA_*` variable is refused, so that a "
        "misspelt one cannot\nsilently do nothing. This page is `hatua settings --markdown`.\n\n"
        f"| variable | default | meaning |\n|---|---|---|\n{rows}"
    )


def _cell(default: str) -> str:
    return f"`{default}`" if default else ""


def described_settings() -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of every setting; the meaning is the docstring below the field in its struct."""
    rows = []
    for name, (section, field) in sorted(all_variables().items()):
        kind = SECTIONS[section]
        default = getattr(kind(), field)
        rows.append((name, _shown(default), _meaning(kind, field)))
    return rows


def _shown(default: object) -> str:
    if default is None or default == "":
        return ""
    if isinstance(default, tuple | list):
        return ",".join(map(str, default))
    return str(default)


def _meaning(kind: type[msgspec.Struct], field: str) -> str:
    lines = inspect.getsource(kind).splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip().startswith(f"{field}:"))
    text: list[str] = []
    for line in lines[start + 1 :]:
        stripped = line.strip()
        if not text and not stripped.startswith('"""'):
            if ":" in stripped and not stripped.startswith(("]", ")", '"')):
                break
            continue
        text.append(stripped.strip('"'))
        if stripped.endswith('"""') and (len(text) > 1 or stripped.count('"""') == 2):
            break
    return " ".join(part for part in text if part)
