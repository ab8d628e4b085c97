"""argparse in French: its own words are translated through its gettext hook, once, for the command `poles`."""

import argparse
import sys
from typing import Any, NoReturn

from flows.terminal import show

_NO_SUCH = "« %(value)s » n'existe pas (au choix : %(choices)s)"
_WORDS = {
    "usage: ": "usage : ",
    "positional arguments": "arguments\u00a0",
    "options": "options\u00a0",
    "optional arguments": "options\u00a0",
    "show this help message and exit": "affiche cette aide et s'arrête",
    "show program's version number and exit": "affiche la version et s'arrête",
    "the following arguments are required: %s": "il manque : %s",
    "unrecognized arguments: %s": "argument inconnu : %s",
    "expected one argument": "une valeur est attendue",
    "expected at least one argument": "une valeur au moins est attendue",
    "invalid choice: %(value)r (choose from %(choices)s)": _NO_SUCH,
    "invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)": _NO_SUCH,
    "invalid %(type)s value: %(value)r": "« %(value)s » n'est pas une valeur correcte",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s\n",
}


class FrenchParser(argparse.ArgumentParser):
    """An ArgumentParser whose help and errors are French; wrong use exits with 2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        vars(argparse)["_"] = lambda text: _WORDS.get(text, text)
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to get help."""
        self.exit(2, f"{self.prog} : {message}\nAide : {self.prog} --help\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """The inner method through which all of argparse's own words go: what was typed may hold signs that a terminal obeys."""
        show(*message.removesuffix("\n").split("\n"), error=file is not sys.stdout)
