"""Fixtures that every test may ask for by name."""

pytest_plugins = [
    "tests.fixtures.browser",
    "tests.fixtures.capture",
    "tests.fixtures.dashboard",
    "tests.fixtures.postgres",
    "tests.fixtures.redis",
    "tests.fixtures.registry",
    "tests.fixtures.warehouse",
    "tests.fixtures.pipeline",
    "tests.fixtures.cluster",
]
