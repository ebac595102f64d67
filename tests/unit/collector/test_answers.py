"""One table for every way in which a request can end."""

from hatua.collector.answers import STATUS, refused
from hatua.contract.reasons import RequestError


def test_every_request_error_has_a_status_and_only_a_fault_of_ours_is_a_500() -> None:
    assert set(STATUS) == set(RequestError)
    assert {error for error, status in STATUS.items() if status == 500} == {RequestError.INTERNAL_ERROR}
    assert set(STATUS.values()) == {400, 401, 403, 404, 405, 413, 415, 429, 500, 503}


def test_a_refusal_has_the_shape_of_an_answer() -> None:
    assert refused(RequestError.RATE_LIMITED, 'a "quoted" word') == (
        b'{"status":"error","error":{"code":"rate_limited","message":"a \\"quoted\\" word"},'
        b'"accepted":0,"duplicate":0,"rejected":[]}'
    )
