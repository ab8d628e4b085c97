"""Why a file is not read."""

from schemas.finding import Finding
from schemas.reading import Reading, Received


class Refusal(Exception):
    """The file is not read: `code` is a rule of the catalogue, `detail` what it really is, in French. Never leaves `workbooks`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def refused(received: Received, code: str, detail: str) -> Reading:
    """The reading of a file that gives nothing but its refusal."""
    return Reading(received, findings=[Finding(code, facts={"detail": detail})])
