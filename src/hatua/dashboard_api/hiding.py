"""What of each answer is personal, and what stands there instead for those who may not see it.

Closed by default: an answer whose type is not in the table cannot be shown to them at all.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from hatua.analytics import (
    cohort_shapes,
    combined_shapes,
    funnel_shapes,
    journey_shapes,
    measure_shapes,
    path_shapes,
    people_shapes,
    session_shapes,
    shapes,
)
from hatua.analytics.known import known_among
from hatua.analytics.question import ProjectQuestion
from hatua.analytics.reader import Reader
from hatua.dashboard_api.masking import Masker

A = TypeVar("A", bound=msgspec.Struct)
S = TypeVar("S", bound=msgspec.Struct)


class Hiding:
    """Hides one answer. `reader` finds out which persons are users: those are personal whatever their ids look like."""

    def __init__(self, masker: Masker, reader: Reader, question: ProjectQuestion) -> None:
        self._masker = masker
        self._reader = reader
        self._question = question

    def hide(self, answer: A) -> A:
        """The answer with pseudonyms; its cursor sealed."""
        hidden: A = _HIDERS[type(answer)](self, answer)
        cursor = getattr(hidden, "next_cursor", None)
        return hidden if cursor is None else replace(hidden, next_cursor=self._masker.seal.close(cursor))

    def _persons(self, persons: Sequence[str]) -> list[str]:
        """As events show the same persons."""
        known = known_among(self._reader, self._question.project, persons)
        return [self._masker.user(each) if each in known else self._masker.text(each) for each in persons]

    def _texts(self, rows: Sequence[S], *fields: str) -> list[S]:
        """Rows with phone numbers, PINs and e-mail addresses in some fields replaced."""
        text = self._masker.text
        return [
            replace(row, **{name: text(value) for name in fields if (value := getattr(row, name)) is not None})
            for row in rows
        ]

    def _values(self, answer: shapes.DimensionValues) -> shapes.DimensionValues:
        return replace(answer, values=self._texts(answer.values, "value"))

    def _breakdown(self, answer: shapes.Breakdown) -> shapes.Breakdown:
        return replace(answer, rows=self._texts(answer.rows, "value"))

    def _combined(self, answer: combined_shapes.Combined) -> combined_shapes.Combined:
        text = self._masker.text
        rows = [[text(value) if isinstance(value, str) else value for value in row] for row in answer.rows]
        return replace(answer, rows=rows)

    def _measure(self, answer: measure_shapes.Measure) -> measure_shapes.Measure:
        return replace(answer, rows=self._texts(answer.rows, "group"))

    def _realtime(self, answer: shapes.Realtime) -> shapes.Realtime:
        return replace(
            answer,
            top_pages=self._texts(answer.top_pages, "value"),
            top_events=self._texts(answer.top_events, "value"),
            recent=[self._masker.event(each) for each in answer.recent],
        )

    def _with_events(self, answer: Any) -> Any:
        return replace(answer, events=[self._masker.event(each) for each in answer.events])

    def _funnel(self, answer: funnel_shapes.Funnel) -> funnel_shapes.Funnel:
        return answer if answer.groups is None else replace(answer, groups=self._texts(answer.groups, "value"))

    def _actors(self, answer: funnel_shapes.FunnelPeople) -> funnel_shapes.FunnelPeople:
        if getattr(self._question, "per", "") != "person":
            return replace(answer, people=self._texts(answer.people, "key"))
        keys = self._persons([each.key for each in answer.people])
        return replace(answer, people=[replace(each, key=key) for each, key in zip(answer.people, keys, strict=True)])

    def _behind(self, answer: cohort_shapes.PeopleBehind) -> cohort_shapes.PeopleBehind:
        if getattr(self._question, "per", "person") != "person":
            return replace(answer, people=[self._masker.text(each) for each in answer.people])
        return replace(answer, people=self._persons(answer.people))

    def _paths(self, answer: path_shapes.Paths) -> path_shapes.Paths:
        return replace(answer, nodes=self._texts(answer.nodes, "value"), edges=self._texts(answer.edges, "from_", "to"))

    def _path_sessions(self, answer: path_shapes.SessionsBehind) -> path_shapes.SessionsBehind:
        return replace(answer, sessions=[self._masker.text(each) for each in answer.sessions])

    def _reach(self, answer: path_shapes.PathReach) -> path_shapes.PathReach:
        return replace(answer, next=self._texts(answer.next, "value"))

    def _journeys(self, answer: journey_shapes.Journeys) -> journey_shapes.Journeys:
        return replace(
            answer,
            by_name=self._texts(answer.by_name, "name"),
            handoff_steps=self._texts(answer.handoff_steps, "step"),
        )

    def _journey_list(self, answer: journey_shapes.JourneyList) -> journey_shapes.JourneyList:
        journeys = self._texts(answer.journeys, "name", "handoff_step")
        persons = self._persons([each.person for each in journeys])
        return replace(
            answer, journeys=[replace(each, person=who) for each, who in zip(journeys, persons, strict=True)]
        )

    def _shown_sessions(self, sessions: Sequence[session_shapes.Session]) -> list[session_shapes.Session]:
        plain = self._texts(sessions, "session_id", "entry_page", "exit_page", "utm_source", "utm_campaign")
        everybody = [person for each in plain for person in each.persons]
        pseudonyms = dict(zip(everybody, self._persons(everybody), strict=True))
        return [
            replace(
                each, person=pseudonyms.get(each.person, ""), persons=[pseudonyms[person] for person in each.persons]
            )
            for each in plain
        ]

    def _sessions(self, answer: session_shapes.Sessions) -> session_shapes.Sessions:
        return replace(answer, sessions=self._shown_sessions(answer.sessions))

    def _timeline(self, answer: session_shapes.SessionTimeline) -> session_shapes.SessionTimeline:
        shown = replace(answer, session=self._shown_sessions([answer.session])[0])
        return replace(shown, events=[self._masker.event(each) for each in shown.events])

    def _people(self, answer: people_shapes.People) -> people_shapes.People:
        people = [replace(each, person=self._person(each.person, known=each.known)) for each in answer.people]
        return replace(answer, people=people)

    def _profile(self, answer: people_shapes.Profile) -> people_shapes.Profile:
        return replace(
            answer,
            person=self._person(answer.person, known=answer.known),
            anonymous_ids=[self._masker.text(each) for each in answer.anonymous_ids],
            traits=self._masker.value(answer.traits),
        )

    def _errors(self, answer: people_shapes.Errors) -> people_shapes.Errors:
        return replace(answer, rows=self._texts(answer.rows, "code", "message"))

    def _person(self, person: str, *, known: bool) -> str:
        return self._masker.user(person) if known else self._masker.text(person)

    def _nothing(self, answer: Any) -> Any:
        """Numbers, times, and what the question itself said."""
        return answer


_HIDERS: dict[type[msgspec.Struct], Callable[[Hiding, Any], Any]] = {
    shapes.Overview: Hiding._nothing,
    shapes.Timeseries: Hiding._nothing,
    shapes.Breakdown: Hiding._breakdown,
    combined_shapes.Combined: Hiding._combined,
    measure_shapes.Measure: Hiding._measure,
    shapes.Heatmap: Hiding._nothing,
    shapes.DimensionValues: Hiding._values,
    shapes.Events: Hiding._with_events,
    shapes.Realtime: Hiding._realtime,
    funnel_shapes.Funnel: Hiding._funnel,
    funnel_shapes.FunnelPeople: Hiding._actors,
    cohort_shapes.Retention: Hiding._nothing,
    cohort_shapes.Lifecycle: Hiding._nothing,
    cohort_shapes.Stickiness: Hiding._nothing,
    cohort_shapes.PeopleBehind: Hiding._behind,
    path_shapes.Paths: Hiding._paths,
    path_shapes.SessionsBehind: Hiding._path_sessions,
    path_shapes.PathReach: Hiding._reach,
    journey_shapes.Journeys: Hiding._journeys,
    journey_shapes.JourneyList: Hiding._journey_list,
    session_shapes.Sessions: Hiding._sessions,
    session_shapes.SessionTimeline: Hiding._timeline,
    people_shapes.People: Hiding._people,
    people_shapes.Profile: Hiding._profile,
    people_shapes.PersonEvents: Hiding._with_events,
    people_shapes.Errors: Hiding._errors,
}
