"""Why an event or a request was refused: a closed set. Clients read these values; docs/errors.md lists them."""

from enum import StrEnum


class RejectReason(StrEnum):
    """Why one event of a batch was not taken. The other events of the batch are not affected."""

    NOT_AN_OBJECT = "not_an_object"
    INVALID_TYPE = "invalid_type"
    MISSING_EVENT_NAME = "missing_event_name"
    EVENT_NAME_TOO_LONG = "event_name_too_long"
    UNKNOWN_EVENT_TYPE = "unknown_event_type"
    MISSING_IDENTITY = "missing_identity"
    ID_TOO_LONG = "id_too_long"
    INVALID_TIMESTAMP = "invalid_timestamp"
    TIMESTAMP_TOO_OLD = "timestamp_too_old"
    PROPERTIES_TOO_LARGE = "properties_too_large"
    PROPERTIES_TOO_MANY_KEYS = "properties_too_many_keys"
    PROPERTIES_TOO_DEEP = "properties_too_deep"
    CONTEXT_TOO_LARGE = "context_too_large"
    INVALID_TEXT = "invalid_text"
    """A lone surrogate or a NUL: not text that can be stored and given back unchanged."""


class RequestError(StrEnum):
    """Why a whole request was refused. Nothing of it was accepted; the status is mapped in `collector/answers.py`."""

    INVALID_JSON = "invalid_json"
    NO_VALID_EVENT = "no_valid_event"
    EMPTY_BATCH = "empty_batch"
    TOO_MANY_EVENTS = "too_many_events"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_ENCODING = "unsupported_encoding"
    INVALID_ENCODING = "invalid_encoding"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    MISSING_WRITE_KEY = "missing_write_key"
    UNKNOWN_WRITE_KEY = "unknown_write_key"
    ORIGIN_NOT_ALLOWED = "origin_not_allowed"
    RATE_LIMITED = "rate_limited"
    LOG_UNAVAILABLE = "log_unavailable"
    LOG_FULL = "log_full"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_FOUND = "not_found"
