"""A listener holds a bounded number of events, and ends rather than leaving one out."""

from hatua.dashboard_api.live import Frame, Listener


def frames(*ids: str) -> list[Frame]:
    return [Frame(each, b"") for each in ids]


def drained(listener: Listener) -> list[list[Frame] | None]:
    return [listener.waiting.get_nowait() for _ in range(listener.waiting.qsize())]


def test_a_listener_that_falls_behind_is_ended_not_thinned() -> None:
    listener = Listener(None, most_events=3)
    listener.offer(frames("a", "b"))
    listener.offer(frames("c"))
    assert not listener.ended.is_set()
    listener.offer(frames("d"))
    listener.offer(frames("e"))
    assert listener.ended.is_set()
    assert drained(listener) == [frames("a", "b"), frames("c"), None]


def test_a_listener_that_keeps_up_takes_a_burst_of_any_size() -> None:
    listener = Listener(None, most_events=3)
    for _ in range(2):
        listener.offer(frames(*"abcdefgh"))
        (batch,) = drained(listener)
        assert batch is not None
        listener.took(batch)
    assert not listener.ended.is_set()


def test_ending_twice_ends_once() -> None:
    listener = Listener(None, most_events=3)
    listener.end()
    listener.end()
    assert drained(listener) == [None]
