"""Rate limits in the memory of this process: a sliding window estimated from two fixed ones."""

from math import ceil


class WindowLimiter:
    """At most `max_requests` per key in any window of `window_ms`; 0 is no limit.

    The window before this one counts with the share that still overlaps, which is within a few per cent of an exact
    sliding window at two numbers a key. `max_keys` bounds the memory: keys beyond it are not limited in that window
    (the limit per project still holds), since to refuse strangers would let a flood of addresses lock everyone out.
    """

    def __init__(self, max_requests: int, window_ms: int, max_keys: int = 100_000) -> None:
        self._max = max_requests
        self._window_ms = window_ms
        self._max_keys = max_keys
        self._window = 0
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def take(self, key: str, now_ms: int) -> int:
        """Counts one request. 0: go on; else whole seconds after which to try again. Refused requests do not count."""
        if self._max == 0:
            return 0
        window, into_ms = divmod(now_ms, self._window_ms)
        if window != self._window:
            self._before = self._now if window == self._window + 1 else {}
            self._now = {}
            self._window = window
        count = self._now.get(key, 0)
        before = self._before.get(key, 0)
        left_ms = self._window_ms - into_ms
        if count + before * left_ms / self._window_ms >= self._max:
            return max(1, ceil(self._wait_ms(count, before, left_ms) / 1000))
        if count or len(self._now) < self._max_keys:
            self._now[key] = count + 1
        return 0

    def _wait_ms(self, count: int, before: int, left_ms: int) -> float:
        """Until the overlap has shrunk far enough for one more request, or the next window has begun."""
        if before == 0 or count >= self._max:
            return left_ms + 1
        return left_ms + 1 - (self._max - count) * self._window_ms / before


class SharedLimiter(WindowLimiter):
    """The same limit for several processes together. Each counts in its own memory and tells the others now and then
    what it has counted since (`untold`), and hears the sums (`learn`); so a request waits for nobody, and all of them
    together let through as many more as they count between two exchanges. With nobody to tell it is a WindowLimiter."""

    def __init__(self, max_requests: int, window_ms: int, max_keys: int = 100_000) -> None:
        super().__init__(max_requests, window_ms, max_keys)
        self.window_ms = window_ms
        self._untold: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._told_of = 0
        """The window that the untold requests fell into."""

    def take(self, key: str, now_ms: int) -> int:
        """See WindowLimiter.take."""
        wait_s = super().take(key, now_ms)
        if not wait_s and self._max:
            if self._told_of != self._window:
                self._untold, self._told = {}, {}  # of a window that is over: less than one exchange's worth
                self._told_of = self._window
            if key in self._now:
                self._untold[key] = self._untold.get(key, 0) + 1
        return wait_s

    def untold(self) -> tuple[int, dict[str, int]]:
        """(window, requests by key since the last call; 0 for those of the call before, about which the others may have
        news). What is not told after all goes back with `tell_again`."""
        told, self._untold = self._untold, {}
        counts = {**dict.fromkeys(self._told, 0), **told}
        self._told = told
        return self._told_of, counts

    def tell_again(self, window: int, counts: dict[str, int]) -> None:
        """After an exchange that failed."""
        if window == self._told_of:
            for key, count in counts.items():
                self._untold[key] = self._untold.get(key, 0) + count

    def learn(self, window: int, sums: dict[str, int]) -> None:
        """What everybody has counted in a window, by key, this process's own told requests included."""
        if window == self._window:
            for key, total in sums.items():
                self._now[key] = max(self._now.get(key, 0), total + self._untold.get(key, 0))
