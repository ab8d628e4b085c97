"""Plain descriptions of documents, sheets and columns: no pandera here, so that a reading process stays light."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from schemas.text import bare, normalise

PREFIGURATION = "Dossier de préfiguration"
FONCTIONNEMENT = "Dossier de fonctionnement"
COMPTE_RENDU = "Compte rendu financier"
STATEMENT = "État cofinanceur"
DECISIONS = "Décisions Région"
DOCUMENT_TYPES = (PREFIGURATION, FONCTIONNEMENT, COMPTE_RENDU, STATEMENT, DECISIONS)
DOSSIERS = (PREFIGURATION, FONCTIONNEMENT)
VOLETS = ("préfiguration", "fonctionnement")
CONDITIONAL = ("plan", "engagements", "decisions", "mandats", "derogations")
"""Sheets whose rows say, in `sous_reserve`, whether one of their amounts is written « sous réserve »."""
IN_HEADER, IN_UNIT = "En-tête", "Unité des montants"
"""What a finding stands on where a header or the unit of a table cannot be read: no sum is checked that would need it."""
MEMO = "Pour mémoire"
"""A column whose header starts with these words is there for the eye alone: never read, never reported."""

Kind = Literal["texte", "montant", "nombre", "entier", "annee", "date", "siret", "choix", "pays", "pole", "compte"]
"""How a cell is read. `montant`: euros and cents; `nombre`: a plain number; `annee`: a four-digit year."""


@dataclass(frozen=True)
class Column:
    """One column as users know it. `name` is the field's, `label` the header.

    `required` says where a blank cell is CEL101: `*` everywhere, else names of documents, or of volets for the row's own volet.
    """

    name: str
    label: str
    kind: Kind
    description: str
    example: str | int | float | None = None
    required: tuple[str, ...] = ()
    documents: tuple[str, ...] = ("*",)
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    unit: str = ""
    default: int | None = None
    alternative: str = ""
    """The field of the same sheet that may stand for this one where it is blank or missing."""

    def required_in(self, document: str, volet: str | None = None) -> bool:
        """Whether a blank cell is CEL101 in that document, on a row of that volet."""
        return "*" in self.required or document in self.required or volet in self.required

    def used_in(self, document: str) -> bool:
        """Whether the column belongs to that document at all."""
        return "*" in self.documents or document in self.documents


@dataclass(frozen=True)
class SheetSpec:
    """A sheet as the reader and the template need it: plain data, cheap to hand to another process."""

    key: str
    title: str
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()
    """Other names of the sheet, believed where none bears its title."""

    def column(self, name: str) -> Column:
        """The column whose field bears that name."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {c.name: c for c in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Its title, then its other names, normalised."""
        return (normalise(self.title), *(normalise(alias) for alias in self.aliases))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Normalised label or alias → field name."""
        return {normalise(label): c.name for c in self.columns for label in (c.label, *c.aliases)}

    @cached_property
    def bare_labels(self) -> dict[str, str]:
        """The same without articles or plurals, where that leaves no doubt."""
        found: dict[str, set[str]] = {}
        for label, name in self.labels.items():
            found.setdefault(bare(label), set()).add(name)
        return {label: names.pop() for label, names in found.items() if label and len(names) == 1}

    @cached_property
    def names_seen(self) -> dict[str, str | None]:
        """What texts have been found to name, so that a header met in each file is looked up once."""
        return {}

    @cached_property
    def headers_seen(self) -> dict[tuple[str | None, ...], Any]:
        """The same for whole header rows, by their texts."""
        return {}

    @cached_property
    def stand_ins(self) -> frozenset[str]:
        """Fields that may stand for another one."""
        return frozenset(c.alternative for c in self.columns if c.alternative)

    @cached_property
    def _by_document(self) -> dict[str, "SheetSpec"]:
        return {}

    def within(self, document: str) -> "SheetSpec":
        """The same sheet with the columns that belong to that document."""
        if document not in self._by_document:
            used = tuple(c for c in self.columns if c.used_in(document))
            self._by_document[document] = self if len(used) == len(self.columns) else replace(self, columns=used)
        return self._by_document[document]


@dataclass(frozen=True)
class Document:
    """One kind of workbook. `required` and `optional` are keys of SHEETS, in the order of the workbook."""

    name: str
    slug: str
    sender: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def sheets(self) -> tuple[str, ...]:
        """All sheets, in the order of the workbook."""
        return (*self.required, *self.optional)


DOCUMENTS: dict[str, Document] = {
    d.name: d
    for d in (
        Document(
            PREFIGURATION, "dossier-prefiguration", "un Pays ou une structure porteuse", ("identification", "budget", "plan", "partenaires")
        ),
        Document(
            FONCTIONNEMENT,
            "dossier-fonctionnement",
            "un pôle ou une structure porteuse",
            ("identification", "budget", "plan", "postes", "partenaires"),
        ),
        Document(COMPTE_RENDU, "compte-rendu-financier", "une structure porteuse", ("identification", "realise")),
        Document(STATEMENT, "etat-cofinanceur", "un cofinanceur", ("identification", "engagements")),
        Document(
            DECISIONS,
            "decisions-region",
            "le service de la Région",
            ("identification",),
            ("decisions", "etapes", "mandats", "derogations", "arbitrages"),
        ),
    )
}
