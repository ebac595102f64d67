"""The one door to ClickHouse: a small pool of clients of a server, or of the engine inside this process
(chDB)."""

import json
import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from hatua.base.errors import HatuaError, InvalidSetting
from hatua.warehouse.errors import InsertTooLate, SchemaMissing, WarehouseBusy, WarehouseUnavailable, fact
from hatua.warehouse.fence import ServerClock, fenced_insert
from hatua.warehouse.parameters import fitted
from hatua.warehouse.settings import WarehouseSettings

_SESSION_SETTINGS: dict[str, Any] = {
    # Rows of one key never lie in two partitions (every sort key decides its partition), so FINAL need not
    # look across.
    "do_not_merge_across_partitions_select_final": 1,
    # The parallel one copies every column of the left side (visits, events) to share it out by the keys of the links:
    # the figures of an overview cost twice as much with it.
    "join_algorithm": "hash",
    # Every join of ours says itself which side is looked up in: with the sides swapped, as the planner likes after a
    # condition on the left one, the columns of all visits are put into a table, and an overview costs twice as much.
    "query_plan_join_swap_table": "false",
    # Since 26.x inserts are queued by default: the token would then name the queue's batch, not ours.
    "async_insert": 0,
    # A funnel of 20 steps with 50 alternatives each is half a megabyte of SQL; the default refuses a quarter of one.
    "max_query_size": 2_097_152,
    # An import may carry 26 years of months in one batch; the default of 100 partitions would refuse it.
    "max_partitions_per_insert_block": 0,
}

_CLUSTER_SETTINGS: dict[str, Any] = {
    # The acknowledgement must mean "stored on its shard", not "queued on the node that was asked".
    "distributed_foreground_insert": 1,
    # A table inside IN or JOIN is asked on every shard, then sent to all: right wherever the rows lie.
    "distributed_product_mode": "global",
    # Of each shard the same replica writes and reads, so that a refresh sees the events inserted just before it.
    "load_balancing": "in_order",
}


class Warehouse:
    """Thread-safe. Each call takes one client of the pool for as long as its statement runs (the GIL is free
    meanwhile); with none free it waits `wait_for_client_ms`, then raises WarehouseBusy.

    Every method raises the facts of `hatua.warehouse.errors` and nothing else.
    """

    def __init__(self, settings: WarehouseSettings, database: str, clients: Sequence[Client]) -> None:
        self.settings = settings
        self.database = database
        self._clients = tuple(clients)
        self._server_clock = ServerClock(self._ask_the_time)
        self._free: queue.LifoQueue[Client] = queue.LifoQueue()
        for client in clients:
            self._free.put(client)

    @classmethod
    def open(cls, settings: WarehouseSettings, database: str | None = None) -> Self:
        """Connects, and creates the database (default: the settings' own) if it is not there; tables are the
        business of `migrate.apply_migrations`. Raises WarehouseUnavailable when the server does not answer,
        InvalidSetting when the folder of the in-process engine is missing, unusable, or in use by another
        process."""
        name = database or settings.database
        connect = _connector(settings)
        clients: list[Client] = []
        try:
            first = connect(None)
            try:
                _create_database(first, name, settings.cluster)
            finally:
                first.close()
            clients.extend(connect(name) for _ in range(settings.clients))
        except ClickHouseError as problem:
            for client in clients:
                client.close()
            raise _open_failure(settings, problem) from problem
        return cls(settings, name, clients)

    @property
    def embedded(self) -> bool:
        """Whether ClickHouse runs inside this process."""
        return not self.settings.host

    def rows(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        on_read: Callable[[int], None] | None = None,
    ) -> list[dict[str, Any]]:
        """One question, one dict a row, column name -> value. Values are Python's: str, int, float, bool,
        list, aware `datetime` in UTC for DateTime64(…, 'UTC'), `date`, `UUID`. `on_read` is told how many stored
        rows the engine read for it."""
        with self._client() as client:
            return self._select(client, sql, parameters, settings, on_read)

    @contextmanager
    def keeping(self) -> Iterator["Keeper"]:
        """A reader that can keep what it finds for its next questions. It has one client for as long as the context
        lasts: ask nothing else of the warehouse inside."""
        with self._client() as client:
            keeper = Keeper(self, client)
            try:
                yield keeper
            finally:
                keeper.forget_all()

    def _select(
        self,
        client: Client,
        sql: str,
        parameters: Mapping[str, Any] | None,
        settings: Mapping[str, Any] | None,
        on_read: Callable[[int], None] | None,
    ) -> list[dict[str, Any]]:
        with _facts(sql):
            sql, bound = self._fitted(sql, parameters)
            answer = client.query(sql, bound, settings=self._limits(settings))
            if on_read is not None:
                on_read(int(answer.summary.get("read_rows", 0)))
            return list(answer.named_results())

    def _fitted(self, sql: str, parameters: Mapping[str, Any] | None) -> tuple[str, dict[str, Any]]:
        """A server takes no list above its limit as one parameter; the in-process engine has no such limit."""
        return (sql, dict(parameters or {})) if self.embedded else fitted(sql, parameters or {})

    def kill(self, tag: str) -> None:
        """Ends the statements that run under the setting `log_comment` = `tag`, whoever waits for them; they raise
        QueryCancelled. Returns without waiting for their end. One that begins later runs."""
        on_cluster = f"ON CLUSTER `{self.settings.cluster}` " if self.settings.cluster else ""
        self.rows(f"KILL QUERY {on_cluster}WHERE Settings['log_comment'] = {{tag:String}} ASYNC", {"tag": tag})

    def columns(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        """One question, column by column: (names, one sequence of values a name). Cheaper than `rows` for long answers.
        An answer without rows is ((), ()): the in-process engine does not name its columns then."""
        with self._client() as client, _facts(sql):
            sql, bound = self._fitted(sql, parameters)
            answer = client.query(sql, bound, settings=self._limits(settings), column_oriented=True)
            return (answer.column_names, answer.result_columns) if answer.row_count else ((), ())

    def execute(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> None:
        """One statement without an answer (DDL, INSERT ... SELECT). Not under the limits of a question."""
        with self._client() as client, _facts(sql, inserting=True):
            # Not `command`: it puts parameters into the URL, where a list of sessions does not fit.
            sql, bound = self._fitted(sql, parameters)
            client.raw_query(sql, bound, settings=dict(settings or {}))

    def insert(self, table: str, rows: pa.Table, token: str, *, until_ms: int = 0) -> None:
        """Inserts one Arrow table; returns when ClickHouse has it. The same (table, token) again within the
        table's deduplication window is a no-op; "" for no such check. Column names must be the table's;
        absent ones take their defaults. `until_ms` (Unix ms, our clock): ClickHouse refuses the rows after that,
        however long they were on their way; 0: never; nor does the engine inside this process, which stops when we
        stop. Raises RowsRefused when the rows can never be stored, InsertTooLate, WarehouseUnavailable when it is
        worth a retry."""
        if rows.num_rows == 0:
            return
        # Without a token ClickHouse would take two inserts of equal content for one.
        settings = {"insert_deduplication_token": token or uuid4().hex}
        fenced = bool(until_ms) and not self.embedded
        until = self._server_clock.at(until_ms) if fenced else 0
        try:
            with self._client() as client, _facts(f"insert into {table}", inserting=True):
                if fenced:
                    client.raw_insert("", None, fenced_insert(table, rows, until), settings, "Arrow")
                else:
                    client.insert_arrow(table, rows.combine_chunks(), settings=settings)
        except InsertTooLate:
            self._server_clock.forget()
            raise

    def _ask_the_time(self) -> int:
        (row,) = self.rows("SELECT toUnixTimestamp64Milli(now64(3)) AS now_ms")
        return int(row["now_ms"])

    def close(self) -> None:
        """Waits for statements under way and lets go of every client; of the in-process engine with the last
        one."""
        for client in self._clients:
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _limits(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        return {
            "max_execution_time": self.settings.query_timeout_ms / 1000,
            "max_memory_usage": self.settings.query_memory_bytes,
            **(settings or {}),
        }

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            client = self._free.get(timeout=self.settings.wait_for_client_ms / 1000)
        except queue.Empty:
            raise WarehouseBusy(
                f"all {len(self._clients)} warehouse clients were in use for {self.settings.wait_for_client_ms} ms"
            ) from None
        try:
            yield client
        finally:
            self._free.put(client)


class Keeper:
    """Of `Warehouse.keeping`, for one thread. What it keeps are temporary tables in memory, of this client alone; of a
    server, in one session, which every request of the client must reach."""

    def __init__(self, warehouse: Warehouse, client: Client) -> None:
        self._warehouse = warehouse
        self._client = client
        self._session: dict[str, Any] = {} if warehouse.embedded else {"session_id": f"hatua-{uuid4().hex}"}
        self._kept: list[str] = []

    def rows(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        on_read: Callable[[int], None] | None = None,
    ) -> list[dict[str, Any]]:
        """As `Warehouse.rows`; statements may name what was kept."""
        try:
            return self._warehouse._select(self._client, sql, parameters, self._session | dict(settings or {}), on_read)
        except SchemaMissing as problem:
            raise self._lost(problem) from problem

    def keep(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        on_read: Callable[[int], None] | None = None,
    ) -> str:
        """The rows of a SELECT, kept in memory; returns the name by which later statements read them. Under the limits
        of a question, what is kept included."""
        name = f"kept_{uuid4().hex}"
        sql = f"CREATE TEMPORARY TABLE {name} ENGINE = Memory AS\n{sql}"
        try:
            with _facts(sql):
                fitting, bound = self._warehouse._fitted(sql, parameters)
                limits = self._warehouse._limits(self._session | dict(settings or {}))
                self._kept.append(name)
                read = _executed(self._client, fitting, bound, limits, embedded=self._warehouse.embedded)
        except SchemaMissing as problem:
            raise self._lost(problem) from problem
        if on_read is not None:
            on_read(read)
        return name

    def forget(self, name: str) -> None:
        """Gives back the memory of what was kept. Nothing happens when it is not there."""
        self._kept.remove(name)
        with suppress(ClickHouseError, OSError):  # it ends with its session then
            self._client.raw_query(f"DROP TEMPORARY TABLE IF EXISTS {name}", settings=dict(self._session))

    def forget_all(self) -> None:
        for name in tuple(self._kept):
            self.forget(name)

    def _lost(self, problem: SchemaMissing) -> HatuaError:
        """A request that went to another server than the one before does not find what was kept there."""
        if any(name in str(problem) for name in self._kept):
            return WarehouseUnavailable(f"ClickHouse has lost the session of a question: {problem}")
        return problem


@contextmanager
def _facts(sql: str, *, inserting: bool = False) -> Iterator[None]:
    try:
        yield
    except ClickHouseError as problem:
        raise fact(problem, " ".join(sql.split())[:120], inserting=inserting) from problem
    except OSError as problem:
        raise WarehouseUnavailable(f"{' '.join(sql.split())[:120]}: {problem}") from problem


def _connector(settings: WarehouseSettings) -> Callable[[str | None], Client]:
    if not settings.host:
        if not settings.path:
            raise InvalidSetting("the in-process ClickHouse needs a folder: HATUA_DATA_DIR (or set CLICKHOUSE_HOST)")
        return lambda database: _counting_reads(
            clickhouse_connect.get_client(
                interface="chdb",
                path=settings.path,
                database=database,
                tz_mode="aware",
                settings=dict(_SESSION_SETTINGS),
            )
        )
    url = urlsplit(settings.host if "//" in settings.host else f"//{settings.host}")
    secure = url.scheme == "https" or settings.port in (443, 8443)
    port = settings.port or url.port or (8443 if secure else 8123)
    session = dict(_SESSION_SETTINGS)
    if settings.cluster:
        session |= _CLUSTER_SETTINGS
    return lambda database: clickhouse_connect.get_client(
        host=url.hostname or "",
        port=port,
        secure=secure,
        username=settings.user,
        password=settings.password,
        database=database,
        tz_mode="aware",
        settings=session,
        form_encode_query_params=True,  # a list of 5,000 event ids does not fit a URL
        autogenerate_session_id=False,  # sessions would serialise our threads
        connect_timeout=5,
        send_receive_timeout=300,
    )


def _counting_reads(client: Client) -> Client:
    """The driver gives the rows of an in-process answer for the rows that were read; the engine knows better."""
    backend: Any = vars(client)["_backend"]
    backend._summary = lambda result: {"read_rows": str(result.storage_rows_read())}
    backend.rows_read = 0
    run = backend._query_locked

    def counting(*arguments: Any, **more: Any) -> Any:
        result = run(*arguments, **more)
        backend.rows_read += result.storage_rows_read()
        return result

    backend._query_locked = counting
    return client


def _executed(client: Client, sql: str, parameters: dict[str, Any], settings: dict[str, Any], *, embedded: bool) -> int:
    """One statement without an answer; returns how many stored rows were read."""
    if embedded:
        backend: Any = vars(client)["_backend"]
        backend.rows_read = 0
        # Settings of their own make the driver read all that there are, before and after.
        of_engine = {name: value for name, value in settings.items() if name != "wait_end_of_query"}
        told = ", ".join(f"{name} = '{value}'" for name, value in of_engine.items())
        client.command(f"{sql}\nSETTINGS {told}", parameters)
        return int(backend.rows_read)
    # Not `command`: it puts parameters into the URL, where a list of sessions does not fit.
    answer: Any = client.raw_stream(sql, parameters, settings={**settings, "wait_end_of_query": 1})
    with answer:
        answer.read()
        return int(json.loads(answer.headers.get("X-ClickHouse-Summary", "{}")).get("read_rows", 0))


def _create_database(client: Client, name: str, cluster: str) -> None:
    if client.query("SELECT 1 FROM system.databases WHERE name = {name:String}", {"name": name}).result_rows:
        return  # a user without the right to create one can still work in it
    on_cluster = f" ON CLUSTER `{cluster}`" if cluster else ""
    client.command(f"CREATE DATABASE IF NOT EXISTS `{name}`{on_cluster}")


def _open_failure(settings: WarehouseSettings, problem: ClickHouseError) -> HatuaError:
    if settings.host:
        return WarehouseUnavailable(f"ClickHouse at {settings.host}: {problem}")
    return InvalidSetting(
        f"the in-process ClickHouse cannot open {settings.path}"
        f" (one process at a time can, and one folder a process): {problem}"
    )
