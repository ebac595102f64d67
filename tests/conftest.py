"""Fixtures that every test may ask for by name, and the order of the files."""

import pytest

pytest_plugins = [
    "tests.fixtures.browser",
    "tests.fixtures.capture",
    "tests.fixtures.dashboard",
    "tests.fixtures.maxmind",
    "tests.fixtures.oidc",
    "tests.fixtures.postgres",
    "tests.fixtures.redis",
    "tests.fixtures.registry",
    "tests.fixtures.smtp",
    "tests.fixtures.story",
    "tests.fixtures.warehouse",
    "tests.fixtures.pipeline",
    "tests.fixtures.cluster",
]

LONGEST = (
    "test_roles.py",
    "test_roles_operations.py",
    "test_operate.py",
    "test_privacy_end_to_end.py",
    "test_funnels.py",
)
"""Files that mostly wait for processes. They begin first: a worker of `make test` takes whole files, and none should be
left alone with one of these at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest first, else in the order found."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
