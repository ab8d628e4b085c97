"""What every report must know besides its figures."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.parameters import Config
from schemas.text import french_date


@dataclass(frozen=True)
class ReportContext:
    """The run that the reports speak for.

    `inputs_link` is the way from the outputs' folder to the inputs' folder, with `/`: relative, or absolute on another drive.
    """

    config: Config
    date_arrete: date
    inputs_link: str

    @property
    def campagne(self) -> int:
        """The campaign shown."""
        return self.config.campagne.annee

    @property
    def stamp(self) -> str:
        """`Arrêté au 30/11/2010`, printed on every page."""
        return f"Arrêté au {french_date(self.date_arrete)}"

    @property
    def created(self) -> datetime:
        """The date written in the file's properties: the day of the arrêté, so that the same run gives the same bytes."""
        return datetime(self.date_arrete.year, self.date_arrete.month, self.date_arrete.day)  # noqa: DTZ001 — a day, in no zone
