"""Why a file is not read."""


class Refusal(Exception):
    """The file is not read: `code` is a rule of the catalogue, `detail` what it really is, in French. Never leaves `workbooks`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
