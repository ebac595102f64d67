"""How much memory the bodies under way may take together, so that thousands of slow clients cannot fill it."""

from hatua.collector.answers import Refusal
from hatua.contract.reasons import RequestError

RETRY_AFTER_S = 2


class BodyRoom:
    """Bytes of request bodies that are held at once. Used from one event loop."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self.held_bytes = 0

    def visit(self) -> "Visit":
        """One request's share, empty at first."""
        return Visit(self)

    def take(self, size: int) -> None:
        """Raises Refusal when it would be more than there is room for."""
        if self.held_bytes + size > self._most_bytes:
            raise Refusal(
                RequestError.OVERLOADED,
                f"requests under way hold {self.held_bytes:,} bytes; the limit is {self._most_bytes:,}",
                retry_after_s=RETRY_AFTER_S,
            )
        self.held_bytes += size

    def give_back(self, size: int) -> None:
        """So much is held no longer."""
        self.held_bytes -= size


class Visit:
    """What one request holds. `end` once, whatever happened."""

    __slots__ = ("_bytes", "_room")

    def __init__(self, room: BodyRoom) -> None:
        self._room = room
        self._bytes = 0

    def take(self, size: int) -> None:
        """So many bytes more. Raises Refusal."""
        self._room.take(size)
        self._bytes += size

    def end(self) -> None:
        """Gives everything back."""
        self._room.give_back(self._bytes)
        self._bytes = 0
