"""Writes the pages made from the schemas: dictionnaire.md, regles.md, parametres.md. `python docs/generer.py`, or `make docs`.

`pages()` is pure, given the configuration; tests/test_docs.py compares it with the files, byte for byte.
"""

from pathlib import Path

from dictionnaire import dictionary
from parametres import parameters
from regles import rules

from schemas.parameters import Config, load_config

DOCS = Path(__file__).parent
GENERATED = "<!-- Page produite par docs/generer.py à partir des schémas : ne pas la modifier à la main (make docs). -->"


def pages(config: Config) -> dict[str, str]:
    """File name → whole text of each generated page."""
    made = {"dictionnaire.md": dictionary(), "regles.md": rules(), "parametres.md": parameters(config)}
    return {name: "\n".join([GENERATED, "", *map(str.rstrip, lines)]).rstrip() + "\n" for name, lines in made.items()}


def main() -> None:
    """Write the pages beside this file."""
    for name, text in pages(load_config(DOCS.parent / "config.toml")).items():
        (DOCS / name).write_text(text, "utf-8", newline="\n")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
