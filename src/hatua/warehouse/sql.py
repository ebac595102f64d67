"""SQL lives in .sql files beside the module that runs them; values travel only as `{name:Type}`
parameters."""

from functools import cache
from importlib.resources import files

_COMMENT = "--"


@cache
def load(package: str, name: str) -> str:
    """The text of `name` (`overview.sql`, `queries/overview.sql`) in `package` (`hatua.analytics`). Read once
    a process. Raises FileNotFoundError."""
    return files(package).joinpath(name).read_text("utf-8")


def statements(text: str) -> list[str]:
    """The statements of one .sql file, in order, each with the comment lines above and inside it. A statement
    ends with `;` at the end of a line; so a `;` inside a string must not end a line."""
    found: list[str] = []
    current: list[str] = []
    for line in text.splitlines():
        current.append(line)
        if not line.lstrip().startswith(_COMMENT) and line.rstrip().endswith(";"):
            found.append("\n".join(current).strip().removesuffix(";"))
            current = []
    found.append("\n".join(current).strip())
    return [one for one in found if _without_comments(one)]


def _without_comments(statement: str) -> str:
    return "\n".join(x for x in statement.splitlines() if not x.lstrip().startswith(_COMMENT)).strip()
