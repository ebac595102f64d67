"""Where the rung decides the engine. Migrations are written for one node; a cluster's are rendered from them,
here only.

On a cluster every `CREATE TABLE t ... ENGINE = XMergeTree(args)` becomes `t_local` with ReplicatedXMergeTree
on every node, and `t`, Distributed over them, so that no query and no insert needs to know. Which shard owns
a row is said by the migration:

    -- shard by cityHash64(project_id, session_id)
    CREATE TABLE IF NOT EXISTS events (...) ENGINE = MergeTree ...
"""

import re

from hatua.base.errors import HatuaError

_SHARD = re.compile(r"^--\s*shard by (?P<key>.+)$", re.MULTILINE)
_CREATE = re.compile(r"^CREATE TABLE IF NOT EXISTS (?P<table>\w+)\s*\(", re.MULTILINE)
_ENGINE = re.compile(r"^ENGINE = (?P<family>\w*)MergeTree(?:\((?P<args>[^)]*)\))?$", re.MULTILINE)
_ALTER = re.compile(
    r"^ALTER TABLE (?P<table>\w+)\s+(?P<action>(?:ADD|DROP|MODIFY|RENAME|COMMENT) COLUMN\b)?", re.MULTILINE
)
_REPLICA_PATH = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"


class UnrenderableStatement(HatuaError):
    """A migration's statement has a form that we do not know how to spread over a cluster."""


def render(statement: str, *, cluster: str) -> list[str]:
    """One statement of a migration (with the comments above it) as the statements that this rung runs, in
    order. `cluster` empty: itself. Raises UnrenderableStatement."""
    if not cluster:
        return [statement]
    if created := _CREATE.search(statement):
        return _render_create(statement, created["table"], cluster)
    if altered := _ALTER.search(statement):
        return _render_alter(statement, altered, cluster)
    raise UnrenderableStatement(f"no cluster form for: {statement[:80]}")


def _render_create(statement: str, table: str, cluster: str) -> list[str]:
    engine = _ENGINE.search(statement)
    shard = _SHARD.search(statement)
    if engine is None:
        raise UnrenderableStatement(f"no line `ENGINE = ...MergeTree` in: {statement[:80]}")
    if shard is None:
        raise UnrenderableStatement(f"no line `-- shard by <expression>` above: {statement[:80]}")
    args = ", ".join(filter(None, (_REPLICA_PATH, engine["args"])))
    local = (
        statement[: engine.start()]
        + f"ENGINE = Replicated{engine['family']}MergeTree({args})"
        + statement[engine.end() :]
    )
    local = local.replace("non_replicated_deduplication_window", "replicated_deduplication_window")
    head = f"CREATE TABLE IF NOT EXISTS {table}"
    local = local.replace(head, f"{head}_local ON CLUSTER `{cluster}`", 1)
    distributed = (
        f"{head} ON CLUSTER `{cluster}` AS {table}_local\n"
        f"ENGINE = Distributed(`{cluster}`, currentDatabase(), {table}_local, {shard['key'].strip()})"
    )
    return [local, distributed]


def _render_alter(statement: str, altered: re.Match[str], cluster: str) -> list[str]:
    rest = statement[altered.end("table") :]
    local = f"ALTER TABLE {altered['table']}_local ON CLUSTER `{cluster}`{rest}"
    if not altered["action"]:
        return [local]  # an index, a TTL or a mutation concerns the stored parts only
    return [local, f"ALTER TABLE {altered['table']} ON CLUSTER `{cluster}`{rest}"]
