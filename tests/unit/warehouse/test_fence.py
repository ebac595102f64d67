from hatua.warehouse.fence import ServerClock


class Server:
    """A server whose clock is ahead of ours, and whose answers take their time."""

    def __init__(self, ahead_ms: int, takes_ms: int = 0) -> None:
        self.now = 1_000_000
        self.asked = 0
        self.ahead_ms = ahead_ms
        self.takes_ms = takes_ms

    def ask(self) -> int:
        self.asked += 1
        theirs = self.now + self.ahead_ms
        self.now += self.takes_ms
        return theirs

    def clock(self) -> ServerClock:
        return ServerClock(self.ask, lambda: self.now, lambda: self.now / 1_000)


def test_a_moment_of_ours_is_told_by_the_servers_clock() -> None:
    assert Server(ahead_ms=5_000).clock().at(2_000_000) == 2_005_000
    assert Server(ahead_ms=-5_000).clock().at(2_000_000) == 1_995_000


def test_a_slow_answer_makes_the_moment_earlier_never_later() -> None:
    assert Server(ahead_ms=0, takes_ms=300).clock().at(2_000_000) == 1_999_700


def test_the_difference_is_measured_once_a_minute() -> None:
    server = Server(ahead_ms=0)
    clock = server.clock()
    clock.at(0)
    server.now += 59_000
    clock.at(0)
    assert server.asked == 1
    server.now += 2_000
    server.ahead_ms = 700
    assert clock.at(0) == 700
    assert server.asked == 2


def test_what_was_measured_can_be_forgotten() -> None:
    server = Server(ahead_ms=0)
    clock = server.clock()
    clock.at(0)
    server.ahead_ms = 40
    clock.forget()
    assert clock.at(0) == 40
