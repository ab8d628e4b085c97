"""What the command prints: the one place that writes on the terminal. A received name or text may hold signs that a terminal obeys."""

import json
import re
import sys

from schemas.text import OBEYED, visible

_NOT_JSON = re.compile(f"(?!\\n)[{OBEYED}\\ud800-\\udfff]")


def show(*lines: str, error: bool = False) -> None:
    """Print lines; what a terminal would obey in them, line breaks included, is written as its code."""
    stream = sys.stderr if error else sys.stdout
    stream.writelines(f"{visible(line)}\n" for line in lines)
    stream.flush()


def show_json(value: object) -> None:
    """Print a value for a program; such signs are escaped as JSON knows how, and a program reads them back."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    sys.stdout.write(_NOT_JSON.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text) + "\n")
