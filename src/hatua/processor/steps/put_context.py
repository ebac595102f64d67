"""The client's own JSON: context and properties."""

from hatua.processor.context import read_context
from hatua.processor.draft import Draft


def put_context(draft: Draft) -> None:
    """Reads the context into columns. The `context` column keeps only what no column holds: storing a URL, a user
    agent and a screen twice would cost more than all our other text together. Properties are stored as sent."""
    draft.context = context = read_context(bytes(draft.raw.context))
    draft.rest = context.rest
    draft.properties = bytes(draft.raw.properties).decode()
