"""What is raised when a text cannot stand in a cell."""

from django.core.exceptions import ValidationError


class Invalid(ValidationError):  # noqa: N818 it reads as what it says
    """The text cannot stand there; `sentence` says why, and what to do, to the person."""

    @property
    def sentence(self) -> str:
        return " ".join(self.messages)
