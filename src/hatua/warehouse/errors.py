"""What can go wrong with the warehouse, as facts; and how ClickHouse's numeric codes become them."""

from clickhouse_connect.driver.exceptions import ClickHouseError, Error, OperationalError

from hatua.base.errors import HatuaError, Unavailable


class WarehouseUnavailable(Unavailable):
    """ClickHouse cannot take the work now (unreachable, too many parts, no space, no memory left): try again
    later. An insert that failed so may still have been stored in part; writing the same rows again completes
    it."""


class WarehouseBusy(WarehouseUnavailable):
    """Every client of the pool was in use for as long as a caller may wait."""


class QueryTooHeavy(HatuaError):
    """A question went over its limit of time, memory, or rows read. Ask for a shorter range; a retry will not
    help."""


class QueryCancelled(HatuaError):
    """A question was ended by `Warehouse.kill`: nobody waits for its answer."""


class SchemaMissing(HatuaError):
    """A table or database of ours is not there: `hatua migrate` has not been run against this ClickHouse."""


class InsertTooLate(HatuaError):
    """The moment had passed until which the rows were to be stored. Nothing of them was."""


class RowsRefused(HatuaError):
    """ClickHouse can never take these rows (a value does not fit its column). A retry will not help."""


class QueryFailed(HatuaError):
    """ClickHouse refused a statement of ours: a defect in the SQL or a parameter that does not parse."""


# Numbers from ClickHouse's src/Common/ErrorCodes.cpp.
_TOO_HEAVY = frozenset(
    (
        158,  # TOO_MANY_ROWS
        159,  # TIMEOUT_EXCEEDED
        160,  # TOO_SLOW
        167,  # TOO_DEEP_AST
        168,  # TOO_BIG_AST
        241,  # MEMORY_LIMIT_EXCEEDED
        306,  # TOO_DEEP_RECURSION
        307,  # TOO_MANY_BYTES
        396,  # TOO_MANY_ROWS_OR_BYTES
    )
)
_UNAVAILABLE = frozenset(
    (
        3,  # UNEXPECTED_END_OF_FILE
        74,  # CANNOT_READ_FROM_FILE_DESCRIPTOR
        75,  # CANNOT_WRITE_TO_FILE_DESCRIPTOR
        76,  # CANNOT_OPEN_FILE
        164,  # READONLY
        198,  # DNS_ERROR
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        203,  # NO_FREE_CONNECTION
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        225,  # NO_ZOOKEEPER
        236,  # ABORTED (shutting down)
        242,  # TABLE_IS_READ_ONLY
        243,  # NOT_ENOUGH_SPACE
        252,  # TOO_MANY_PARTS
        279,  # ALL_CONNECTION_TRIES_FAILED
        285,  # TOO_FEW_LIVE_REPLICAS
        286,  # UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
        289,  # REPLICA_IS_NOT_IN_QUORUM
        319,  # UNKNOWN_STATUS_OF_INSERT
        364,  # IP_ADDRESS_NOT_ALLOWED
        439,  # CANNOT_SCHEDULE_TASK
        516,  # AUTHENTICATION_FAILED
        999,  # KEEPER_EXCEPTION
    )
)
_SYNTAX, _TOO_LONG = 62, "Max query size exceeded"
_CANCELLED = 394  # QUERY_WAS_CANCELLED
_SCHEMA = frozenset(
    (
        60,  # UNKNOWN_TABLE
        81,  # UNKNOWN_DATABASE
    )
)
_ROWS = frozenset(
    (
        6,  # CANNOT_PARSE_TEXT
        27,  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
        53,  # TYPE_MISMATCH
        69,  # ARGUMENT_OUT_OF_BOUND
        70,  # CANNOT_CONVERT_TYPE
        117,  # INCORRECT_DATA
        321,  # VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
        349,  # CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
        376,  # CANNOT_PARSE_UUID
    )
)
THROWN = 395  # FUNCTION_THROW_IF_VALUE_IS_NON_ZERO: `throwIf` of a fenced insert
_LONGEST_TEXT = 2_000


def fact(problem: ClickHouseError, doing: str, *, inserting: bool = False) -> HatuaError:
    """The fact behind a driver's exception. `doing` names our statement ("insert into events",
    "overview.sql"); an insert that ran out of memory or time is to be tried again, a question that did is too
    heavy."""
    code = problem.code if isinstance(problem, Error) else None
    text = f"{doing}: {str(problem)[:_LONGEST_TEXT]}"
    kind: type[HatuaError] = QueryFailed
    if code in _TOO_HEAVY or (code == _SYNTAX and _TOO_LONG in str(problem)):
        kind = WarehouseUnavailable if inserting else QueryTooHeavy
    elif code in _UNAVAILABLE or (code is None and isinstance(problem, OperationalError)):
        kind = WarehouseUnavailable
    elif code == _CANCELLED:
        kind = QueryCancelled
    elif code == THROWN and inserting:
        kind = InsertTooLate
    elif code in _SCHEMA:
        kind, text = SchemaMissing, f"{text} (run `hatua migrate`)"
    elif inserting and code in _ROWS:
        kind = RowsRefused
    return kind(text)
