"""Templates for one Pays: what is already known of it is written in them, and said to be so.

write_pays_templates(Path("modeles/15-pays-de-rennes"), known, config, date(2010, 10, 28))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from schemas.accounts import SUBSIDIES, accounts
from schemas.parameters import Config
from schemas.pays import Pays
from schemas.spec import COMPTE_RENDU, DOCUMENTS, FONCTIONNEMENT, MEMO, PREFIGURATION, VOLETS
from schemas.text import french_date, normalise
from workbooks.template import campaign_day, financer_names, write_document
from workbooks.template_values import DocumentValues, Memo, Row, Value

SENT_BY_PAYS = (PREFIGURATION, FONCTIONNEMENT, COMPTE_RENDU)
_VOLET = {PREFIGURATION: VOLETS[0], FONCTIONNEMENT: VOLETS[1]}
_CARRIED_OVER = (
    "pays_associes", "projet", "pole", "structure_porteuse", "forme_juridique", "siret", "mode_creation", "structure_adossement",
    "date_validation",
)  # fmt: skip
"""Answers that hold from one dossier to the next; the period and the contact's address do not."""


@dataclass(frozen=True)
class Line:
    """An amount retained in a budget. `libelle` is the type of financer for a sub-line of account 74."""

    compte: str
    libelle: str
    exercice: int
    amount: Decimal


@dataclass(frozen=True)
class KnownDossier:
    """The last accepted dossier of one kind: its Identification by field, and the lines retained."""

    campagne: int
    version: int
    date_depot: date
    identity: Row
    lines: Sequence[Line] = ()


@dataclass(frozen=True)
class Known:
    """What the last consolidation knows of a Pays. `day` is that consolidation's; None where there was none."""

    pays: Pays
    day: date | None = None
    pole: str = ""
    dossiers: Mapping[str, KnownDossier] = field(default_factory=dict)
    """By document."""
    financers: tuple[str, ...] = ()
    """Names of its co-financers."""


def folder_name(pays: Pays) -> str:
    """`15-pays-de-rennes`."""
    return f"{pays.code}-{normalise(pays.name).replace(' ', '-')}"


def write_pays_templates(folder: Path, known: Known, config: Config, day: date) -> list[Path]:
    """Write the documents that a Pays or its carrier sends, with what is known of it. Gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for document in SENT_BY_PAYS:
        path = folder / f"{DOCUMENTS[document].slug}-{folder_name(known.pays)}.xlsx"
        write_document(path, document, config, day=campaign_day(config, day), values=pays_values(document, known, config))
        paths.append(path)
    return paths


def pays_values(document: str, known: Known, config: Config) -> DocumentValues:
    """What to write in one document. A carrier is taken from a dossier of that kind only: that of a study is often not the pôle's."""
    dossier = _source(document, known)
    identity: dict[str, Value] = {"pays_code": known.pays.name}
    if document == COMPTE_RENDU and dossier:
        identity["volet"] = _VOLET[FONCTIONNEMENT if FONCTIONNEMENT in known.dossiers else PREFIGURATION]
    if known.pole:
        identity["pole"] = known.pole
    if dossier:
        identity |= {name: dossier.identity[name] for name in _CARRIED_OVER if dossier.identity.get(name) not in (None, "")}
        if document != COMPTE_RENDU and dossier.campagne == config.campagne.annee:
            identity["version"] = dossier.version + 1
    return DocumentValues(
        identification=identity,
        tables={"realise": _planned(dossier, config.campagne.annee)} if document == COMPTE_RENDU and dossier else {},
        notes=tuple(_notes(document, known, dossier)),
        financers=tuple(dict.fromkeys((*known.financers, *financer_names(config)))),
        memos=_memos(dossier) if document != COMPTE_RENDU and dossier else (),
    )


def _source(document: str, known: Known) -> KnownDossier | None:
    """The dossier that a document takes its answers from; a compte rendu follows the posts, else the study."""
    if document == COMPTE_RENDU:
        return known.dossiers.get(FONCTIONNEMENT) or known.dossiers.get(PREFIGURATION)
    return known.dossiers.get(document)


def _memos(dossier: KnownDossier) -> tuple[Memo, ...]:
    """What was retained, a column per exercice."""
    amounts: dict[int, dict[tuple[str, str], Decimal]] = {}
    for line in dossier.lines:
        key = (line.compte, line.libelle if line.compte == SUBSIDIES else "")
        of_year = amounts.setdefault(line.exercice, {})
        of_year[key] = of_year.get(key, Decimal(0)) + line.amount
    return tuple(Memo(exercice, amounts[exercice]) for exercice in sorted(amounts) if any(amounts[exercice].values()))


def _planned(dossier: KnownDossier, campaign: int) -> list[Row]:
    """The rows of a compte rendu: what was planned for the campaign's exercice, else for the last one before it."""
    exercices = [line.exercice for line in dossier.lines if line.exercice <= campaign]
    if not exercices:
        return []
    order = list(accounts())
    sums: dict[tuple[int, str, str], Decimal] = {}
    for line in dossier.lines:
        if line.exercice == max(exercices):
            key = (order.index(line.compte), line.compte, line.libelle if line.compte == SUBSIDIES else accounts()[line.compte].label)
            sums[key] = sums.get(key, Decimal(0)) + line.amount
    return [
        {"compte": int(code) if code.isdigit() else code, "libelle": label, "exercice": max(exercices), "prevu_eur": amount}
        for (_, code, label), amount in sorted(sums.items())
        if amount
    ]


def _notes(document: str, known: Known, dossier: KnownDossier | None) -> list[str]:
    """What the Lisez-moi says of what is already written."""
    notes = [f"Modèle préparé pour : {known.pays.name} (code {known.pays.code})."]
    if known.day is None:
        return [*notes, "Aucune consolidation n'a encore été faite : seuls le nom et le code du Pays sont connus."]
    when = f"d'après les dossiers connus au {french_date(known.day)}"
    if dossier is None:
        kind = "dossier" if document == COMPTE_RENDU else document[0].lower() + document[1:]
        return [*notes, f"Aucun {kind} n'a été accepté pour ce Pays, {when} : seul ce qui est sûr est écrit."]
    origin = f"le dossier de la campagne {dossier.campagne}, version {dossier.version}, déposé le {french_date(dossier.date_depot)}"
    notes.append(f"Ce qui est déjà écrit vient du dernier dossier accepté, {when} : {origin}. Relisez tout, corrigez ce qui a changé.")
    if document == COMPTE_RENDU:
        notes.append("La colonne Prévu reprend le budget retenu. Supprimez les lignes inutiles, remplissez la colonne Réalisé.")
    else:
        notes.append(f"Budget : les colonnes grises « {MEMO} » rappellent ce qui a été retenu ; elles ne sont ni lues ni comptées.")
    return notes
