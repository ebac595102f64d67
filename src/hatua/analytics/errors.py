"""What can be wrong with a question. The API maps these to statuses; the texts are meant for the person who asked."""

from hatua.base.errors import HatuaError


class InvalidQuestion(HatuaError):
    """The question cannot be asked: `path` names the part (`filters[0].operator`), the text says fact, limit, value."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


class NotFound(HatuaError):
    """The one thing that was asked for by its id (a session, a person) has no event in this project."""

    def __init__(self, kind: str, value: str) -> None:
        super().__init__(f"no {kind} {value!r} in this project")
        self.kind = kind
        self.value = value
