"""What the OpenAPI document shows as examples; a test asks every one of them."""

from typing import Any

PROJECT = "prj_3f9c2a1b5d7e4f60a1b2"

FILE_AND_PAY: dict[str, Any] = {
    "steps": [
        {"name": "View home", "any_of": [{"event": "page_view", "path": "/"}]},
        {
            "name": "Validation",
            "any_of": [
                {
                    "event": "validation_success",
                    "filters": [{"dimension": "property:obligation_type", "operator": "is", "values": ["mri"]}],
                },
                {"event": "mri_validation_success"},
            ],
        },
        {"name": "Return filed", "any_of": [{"event": "return_filed"}]},
    ],
    "order": "ordered",
    "window_s": 86_400,
    "per": "person",
    "exclusions": [{"event": "app_error", "after_step": 1, "before_step": 3}],
}

FUNNELS: dict[str, dict[str, Any]] = {
    "File and pay, by device": {
        "project": PROJECT,
        "from": "2026-01-01",
        "to": "2026-01-31",
        **FILE_AND_PAY,
        "breakdown": {"dimension": "device_type", "touch": "first"},
    },
    "Any order, per session": {
        "project": PROJECT,
        "steps": [
            {"any_of": [{"event": "page_view", "path": "/help/**"}]},
            {"any_of": [{"event": "conversation_started"}]},
        ],
        "order": "any",
        "per": "session",
    },
}

FUNNEL_PEOPLE: dict[str, dict[str, Any]] = {
    "Who dropped before the third step": {"project": PROJECT, **FILE_AND_PAY, "step": 3, "outcome": "dropped"},
}

NEW_FUNNELS: dict[str, dict[str, Any]] = {
    "Save a funnel": {"project": PROJECT, "name": "File and pay", "definition": FILE_AND_PAY},
}

FUNNEL_CHANGES: dict[str, dict[str, Any]] = {"Rename": {"name": "File and pay, web"}}

QUERIES: dict[str, dict[str, Any]] = {
    "Visitors by day": {
        "question": "timeseries",
        "project": PROJECT,
        "metrics": ["visitors", "sessions"],
        "interval": "day",
    },
    "Weekly retention of filers": {
        "question": "retention",
        "project": PROJECT,
        "start": [{"event": "return_filed"}],
        "return": [{"event": "return_filed"}],
        "interval": "week",
        "from": "2026-01-01",
        "to": "2026-03-31",
    },
    "Accounts that file every month": {
        "question": "stickiness",
        "project": PROJECT,
        "event": [{"event": "return_filed"}],
        "interval": "month",
        "per": "property:account",
        "from": "2026-01-01",
        "to": "2026-06-30",
    },
    "Share of page views on a phone, by day": {
        "question": "combined",
        "project": PROJECT,
        "series": [
            {
                "metric": "pageviews",
                "filters": [{"dimension": "device_type", "operator": "is", "values": ["mobile"]}],
            },
            {"metric": "pageviews"},
        ],
        "formulas": [{"expression": "A / B * 100", "name": "percent"}],
        "interval": "day",
    },
    "Fines by device, per account": {
        "question": "measure",
        "project": PROJECT,
        "event": [{"event": "payment_success"}],
        "number": "property:amount",
        "per": "property:account",
        "dimension": "device_type",
    },
    "Funnel": {"question": "funnel", "project": PROJECT, **FILE_AND_PAY},
    "One person's profile": {"question": "person", "project": PROJECT, "person": "A012345678X"},
}

BATCHES: dict[str, dict[str, Any]] = {
    "A page of figures": {
        "questions": [
            {"question": "overview", "project": PROJECT, "compare": "previous"},
            {"question": "timeseries", "project": PROJECT, "metrics": ["visitors"], "interval": "day"},
            {"question": "breakdown", "project": PROJECT, "dimension": "country", "limit": 5},
        ]
    },
}

PARAMETERS: dict[tuple[str, str], Any] = {
    ("", "project"): PROJECT,
    ("", "from"): "2026-01-01",
    ("", "to"): "2026-01-31",
    ("", "tz"): "Africa/Nairobi",
    ("", "goal"): "return_filed",
    ("", "filters"): [{"dimension": "country", "operator": "is", "values": ["KE"]}],
    ("LedgerQuestion", "to"): "2026-01-02",
    ("BreakdownQuestion", "dimension"): "country",
    ("DimensionValuesQuestion", "dimension"): "property:obligation_type",
    ("TimeseriesQuestion", "metrics"): ["visitors", "sessions"],
    ("RetentionQuestion", "start"): [{"event": "return_filed"}],
    ("RetentionQuestion", "per"): "property:account",
    ("RetentionQuestion", "return"): [{"event": "page_view", "path": "/mri/**"}],
    ("RetentionPeopleQuestion", "cohort"): 0,
    ("RetentionPeopleQuestion", "period"): 1,
    ("LifecycleQuestion", "event"): [{"event": "page_view"}],
    ("LifecyclePeopleQuestion", "bucket"): 0,
    ("LifecyclePeopleQuestion", "stage"): "new",
    ("StickinessPeopleQuestion", "buckets"): 2,
    ("PathsQuestion", "start"): "/",
    ("PathSessionsQuestion", "step"): 0,
    ("PathSessionsQuestion", "from_node"): "/",
    ("PathSessionsQuestion", "to_node"): "/mri/validation",
    ("PathReachQuestion", "sequence"): ["/", "/mri/validation"],
    ("PathReachSessionsQuestion", "sequence"): ["/", "/mri/validation"],
    ("PathReachSessionsQuestion", "step"): 2,
    ("PathReachSessionsQuestion", "next"): "/mri/otp",
    ("JourneyListQuestion", "outcome"): "dropped",
    ("SessionsQuestion", "search"): "nairobi",
    ("PeopleQuestion", "search"): "A012345678X",
}
"""(struct, parameter) or ("", parameter) for all."""
