"""The search for one actor's best chain, against every chain listed by brute force."""

from random import Random

import msgspec
import pytest

from hatua.analytics.funnel_exact import Between, FunnelEvent, Rules, best_chain
from hatua.analytics.funnel_shapes import Exclusion, FunnelQuestion, FunnelStep, Order
from hatua.analytics.question import EventMatch
from hatua.warehouse.rows import EventRow
from tests.fixtures.events import event
from tests.oracle import funnels
from tests.oracle.history import History

MINUTE = 60_000


def search(history: History, question: FunnelQuestion) -> tuple[int, ...]:
    """Times of the best chain that the search finds."""
    found = sorted(
        FunnelEvent(
            timestamp=one.timestamp,
            seq=one.seq,
            steps=sum(
                1 << number for number in range(len(question.steps)) if funnels.is_step(history, one, question, number)
            ),
            value="",
            excluded=sum(
                1 << number
                for number, exclusion in enumerate(question.exclusions)
                if funnels.matches(history, one, exclusion)
            ),
        )
        for one in history.events
    )
    rules = Rules(
        steps=len(question.steps),
        order=question.order,
        window_ms=(question.window_s or 10**9) * 1000,
        exclusions=[Between(each.after_step, each.before_step) for each in question.exclusions],
    )
    return tuple(found[place].timestamp for place in best_chain(found, rules))


def brute_force(history: History, question: FunnelQuestion) -> tuple[int, ...]:
    return tuple(one.timestamp for one in funnels.best(history, history.events, question))


def ask(order: Order, steps: list[str], **more: object) -> FunnelQuestion:
    """Steps are spelled by letters: "AB" is an event named A or B."""
    question = FunnelQuestion(
        project="p",
        from_="2026-01-01",
        to="2026-12-31",
        order=order,
        per="session",
        steps=tuple(FunnelStep(any_of=tuple(EventMatch(event=letter) for letter in step)) for step in steps),
    )
    return msgspec.structs.replace(question, **more)


def history_of(*events: tuple[int, str]) -> History:
    """(minute, letter) of each event; the same minute is the same (timestamp, seq)."""
    rows: list[EventRow] = [
        event(event_id=f"e{n}", timestamp=minute * MINUTE, event_name=letter, event_type="track")
        for n, (minute, letter) in enumerate(events)
    ]
    return History(rows, [])


@pytest.mark.parametrize("order", ["ordered", "strict", "any"])
def test_the_search_finds_what_brute_force_finds(order: Order) -> None:
    random = Random(order)
    for _ in range(2_000):
        steps = ["".join(random.sample("ABC", random.choice((1, 1, 2)))) for _ in range(random.randint(1, 4))]
        if order == "any":
            steps = steps[:3]
        exclusions: tuple[Exclusion, ...] = ()
        if order != "any" and len(steps) > 1 and random.random() < 0.7:
            after = random.randint(1, len(steps) - 1)
            exclusions = (
                Exclusion(
                    event=random.choice("ABX"),
                    after_step=after,
                    before_step=random.randint(after + 1, len(steps)),
                ),
            )
        window = random.choice((None, 60, 120, 240))
        question = ask(order, steps, exclusions=exclusions, window_s=window)
        history = history_of(*((random.randint(0, 5), random.choice("AABBCX")) for _ in range(random.randint(1, 8))))
        found, expected = search(history, question), brute_force(history, question)
        said = [(one.timestamp // MINUTE, one.event_name) for one in history.events]
        assert found == expected, f"{order} {steps} {exclusions} window {window} on {said}"


def test_of_two_tied_events_each_serves_the_step_that_lets_the_chain_go_on() -> None:
    history = history_of((0, "A"), (1, "A"), (1, "B"))
    assert search(history, ask("ordered", ["A", "AB", "A"])) == (0, MINUTE, MINUTE)


def test_an_excluded_event_sends_the_search_to_a_later_second_step() -> None:
    question = ask("ordered", ["A", "B", "C"], exclusions=(Exclusion(event="X", after_step=2, before_step=3),))
    history = history_of((0, "A"), (1, "B"), (2, "X"), (3, "B"), (4, "C"))
    assert search(history, question) == (0, 3 * MINUTE, 4 * MINUTE)


def test_whoever_has_only_voided_chains_is_in_no_step() -> None:
    question = ask("ordered", ["A", "B", "C"], exclusions=(Exclusion(event="X", after_step=2, before_step=3),))
    assert search(history_of((0, "A"), (1, "B"), (2, "X"), (3, "C")), question) == ()


def test_an_excluded_event_after_the_window_closed_voids_nothing() -> None:
    exclusion = Exclusion(event="X", after_step=1, before_step=2)
    question = ask("ordered", ["A", "B"], exclusions=(exclusion,), window_s=120)
    assert search(history_of((0, "A"), (2, "X")), question) == ()
    assert search(history_of((0, "A"), (3, "X")), question) == (0,)


def test_a_busy_actor_with_exclusions_is_decided_in_reasonable_time() -> None:
    question = ask("ordered", ["A", "B", "C"], exclusions=(Exclusion(event="X", after_step=1, before_step=2),))
    history = history_of(*((n, "AXB"[n % 3]) for n in range(900)))
    assert search(history, question) == ()
