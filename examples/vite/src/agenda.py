import dataclasses
import datetime
import json
import re

LINE = re.compile(r"(\d{4}-\d{2}-\d{2})\s+(.+)")


@dataclasses.dataclass(order=True)
class Appointment:
    date: datetime.date
    title: str

    def __str__(self):
        return f"{self.date:%A, %d %B %Y}: {self.title}"


def agenda(text):
    """The appointments in a text, in order of their dates, as JSON."""
    found = (LINE.fullmatch(line.strip()) for line in text.splitlines())
    appointments = [
        Appointment(datetime.date.fromisoformat(match[1]), match[2]) for match in found if match
    ]
    return json.dumps([str(appointment) for appointment in sorted(appointments)])
