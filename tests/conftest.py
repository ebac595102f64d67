"""Fixtures that every test may ask for by name."""

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
