"""A day in an address, as 2027-03-31."""

from datetime import date


class DayConverter:
    """Takes only days that exist; everything else is no address of ours."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)
