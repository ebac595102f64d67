"""Clients that post a story through the front door and keep book of what they were promised. They behave as the SDK
does: what was not answered is sent again under the same ids, alone or among others, until it is answered."""

import http.client
import itertools
import json
import random
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

import msgspec

from tests.torture.story import Story

ANSWER_TIMEOUT_S = 2.0
"""A client that waits longer sends again, though its request may still be carried out."""

MOST_EVENTS = 40
PAUSE_S = 0.02
RETRY_S = (0.05, 0.4)


class Project(msgspec.Struct, frozen=True):
    """Where events go."""

    id: str
    write_key: str


Key = tuple[str, str]
"""(project_id, event_id)."""


class Books(msgspec.Struct):
    """What all clients together sent and were told."""

    sent: set[Key] = msgspec.field(default_factory=set)
    promised: set[Key] = msgspec.field(default_factory=set)
    """Answered with 200 and not refused by name: each must be stored once, for good."""
    refused: set[Key] = msgspec.field(default_factory=set)
    answers: Counter[int] = msgspec.field(default_factory=Counter)
    """Requests by status; 0: no answer came."""
    accepted: int = 0
    duplicate: int = 0
    retries: int = 0
    """Requests sent again because an answer did not come or was not 200; not those that clients repeat on purpose."""
    faults: list[str] = msgspec.field(default_factory=list)
    """Answers that are wrong in themselves."""
    acknowledged_at: list[float] = msgspec.field(default_factory=list)
    """time.monotonic() of each 200."""


class Clients:
    """Some threads, each a browser or a server with a queue of its own."""

    def __init__(self, story: Story, projects: Sequence[Project], ports: Sequence[int], *, threads: int = 4) -> None:
        self.books = Books()
        self._story = story
        self._projects = projects
        self._ports = ports
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._stop = threading.Event()
        self._give_up_at = float("inf")
        self._threads = [
            threading.Thread(target=self._run, args=(random.Random(f"{story.seed} {n}"),), daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        """Posts until `finish`."""
        for thread in self._threads:
            thread.start()

    def wait_for(self, acknowledgements: int, within_s: float) -> None:
        """Until there are that many, or the time is over."""
        until = time.monotonic() + within_s
        while self.books.answers[200] < acknowledgements and time.monotonic() < until:
            time.sleep(0.05)

    def finish(self, within_s: float) -> bool:
        """Makes no new events; waits until all that were made are answered. False when that takes too long."""
        self._give_up_at = time.monotonic() + within_s
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self.books.sent == self.books.promised | self.books.refused

    def _run(self, lot: random.Random) -> None:
        browser = _Browser(self._ports, lot)
        waiting: deque[Key] = deque()  # to be sent again
        while time.monotonic() < self._give_up_at and (waiting or not self._stop.is_set()):
            again = bool(waiting)
            batch = self._batch(lot, waiting)
            if not batch:
                continue
            status, body = browser.post(batch[0][1], [self._story.tell(e).wire for (_, e), _ in batch])
            keys = [key for key, _ in batch]
            with self._lock:
                settled = self._note(keys, status, body, again=again)
            if not settled:
                waiting.extend(keys)
                time.sleep(lot.uniform(*RETRY_S))
            else:
                time.sleep(PAUSE_S)
        browser.close()

    def _batch(self, lot: random.Random, waiting: deque[Key]) -> list[tuple[Key, str]]:
        """Events of one project, with its write key: some that wait for an answer, some new, some repeated."""
        project = lot.choice(self._projects)
        if waiting:
            project = next(one for one in self._projects if one.id == waiting[0][0])
        keys: list[Key] = []
        for _ in range(min(len(waiting), lot.randint(1, MOST_EVENTS))):
            key = waiting.popleft()
            if key[0] == project.id:
                keys.append(key)
            else:
                waiting.append(key)
        with self._lock:
            if not self._stop.is_set() and (not keys or lot.random() < 0.3):
                keys += [self._new(project, lot) for _ in range(lot.randint(1, 20))]
            if lot.random() < 0.2 and self.books.promised:
                known = list(itertools.islice(self.books.promised, lot.randint(0, 400), 400))
                keys += [key for key in lot.sample(known, min(len(known), 5)) if key[0] == project.id]
            keys = list(dict.fromkeys(keys))
            self.books.sent.update(keys)
        if lot.random() < 0.3:
            lot.shuffle(keys)
        return [(key, project.write_key) for key in keys]

    def _new(self, project: Project, lot: random.Random) -> Key:
        number = next(self._numbers)
        if number > 50 and lot.random() < 0.02:
            number = lot.randrange(number)  # an id that the other project has as well
        return project.id, self._story.event_id(number)

    def _note(self, keys: Sequence[Key], status: int, body: Any, *, again: bool) -> bool:
        """Writes the answer down; whether the events of the batch are settled."""
        books = self.books
        books.answers[status] += 1
        books.retries += again
        if status not in (200, 400):
            return False
        rejected = {one["index"] for one in body.get("rejected", ())}
        if status == 200:
            books.acknowledged_at.append(time.monotonic())
            books.accepted += body["accepted"]
            books.duplicate += body["duplicate"]
            if body["accepted"] + body["duplicate"] + len(rejected) != len(keys):
                books.faults.append(f"an answer to {len(keys)} events counts {body}")
        elif len(rejected) != len(keys):
            books.faults.append(f"400 for a batch that is not all invalid: {body}")
        for index, key in enumerate(keys):
            (books.refused if index in rejected else books.promised).add(key)
        return True


class _Browser:
    """One client's connections. Never raises: what goes wrong is an answer that did not come."""

    def __init__(self, ports: Sequence[int], lot: random.Random) -> None:
        self._ports = ports
        self._lot = lot
        self._open: dict[int, http.client.HTTPConnection] = {}

    def post(self, write_key: str, events: list[dict[str, Any]]) -> tuple[int, Any]:
        """(status, body); (0, None) when no answer came. Now and then it leaves before the answer comes."""
        port = self._lot.choice(self._ports)
        connection = self._open.pop(port, None) or http.client.HTTPConnection(
            "127.0.0.1", port, timeout=ANSWER_TIMEOUT_S
        )
        try:
            body = json.dumps({"batch": events}, ensure_ascii=False).encode()
            headers = {"content-type": "application/json", "x-write-key": write_key}
            connection.request("POST", "/v1/capture", body, headers)
            if self._lot.random() < 0.01 and connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)
            answer = connection.getresponse()
            status, said = answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            return 0, None
        self._open[port] = connection
        return status, said

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()
