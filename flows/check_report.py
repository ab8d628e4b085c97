"""What `poles check` says: for people by sheet, the worst first, in lines of at most 100 columns; for programs as JSON."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from flows.check import CheckedFile, Row
from flows.terminal import columns, show, show_gravity, show_json, wrapped
from schemas.documents import DOCUMENTS, SHEETS
from schemas.pays import all_pays
from schemas.rules import GRAVITIES, STATES
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, DECISIONS, IGNORED, REJECTED, REPLACED
from schemas.text import count, listing, normalise
from workbooks.cells import indices

_WORDS = {"erreur": "ERREUR", "avertissement": "Avertissement", "information": "Information"}
_FILE = "Fichier"
"""Where a finding of no sheet is shown."""
_VERDICTS = {
    ACCEPTED: ("sera accepté", "seront acceptés"),
    ACCEPTED_WITH_RESERVES: ("sera accepté avec réserves", "seront acceptés avec réserves"),
    REJECTED: ("sera rejeté", "seront rejetés"),
    REPLACED: ("sera remplacé", "seront remplacés"),
    IGNORED: ("sera ignoré", "seront ignorés"),
}


def print_json(checked: Sequence[CheckedFile]) -> None:
    """The same facts for a program: docs/commandes.md says what each key holds."""
    decisions = Counter(c.decision for c in checked)
    total = {"fichiers": len(checked), **_numbers(checked), "decisions": {d: decisions[d] for d in DECISIONS}}
    show_json({"fichiers": [_facts(c) for c in checked], "total": total})


def _facts(c: CheckedFile) -> Row:
    return {
        "fichier": c.shown,
        "empreinte": c.identity["empreinte"] or None,
        "type_document": c.identity.get("type_document"),
        "pays_code": c.identity.get("pays_code"),
        "campagne": c.identity.get("campagne"),
        "decision": c.decision,
        "motif": c.reason,
        **_numbers([c]),
        "constats": c.findings,
    }


def _numbers(checked: Sequence[CheckedFile]) -> Row:
    return {f"{gravity}s": sum(c.number(gravity) for c in checked) for gravity in GRAVITIES}


def print_report(checked: Sequence[CheckedFile]) -> None:
    """The findings of each file with a line of summary; then, for several files, one line for all."""
    for c in checked:
        show(*wrapped(c.shown, rest="  "))
        if not c.ignored:
            show(*wrapped(_identity(c), "  ", "  "))
        sheets = _by_sheet(c)
        for sheet, findings in sheets.items():
            show("", *wrapped(sheet or _FILE, "  ", "    "))
            _print_findings(findings)
        show(*([""] if sheets else []), *wrapped(_summary(c), "  ", "    "), "")
    if not checked:
        show("Aucun fichier à contrôler.")
    if len(checked) > 1:
        show(*wrapped(_total(checked), rest="  "))


def _identity(c: CheckedFile) -> str:
    """Which document it is, of whom: « Dossier de préfiguration, Pays de Vannes, campagne 2010 »."""
    identity, pays = c.identity, all_pays().get(c.identity.get("pays_code") or "")
    campaign = f"campagne {identity['campagne']}" if identity.get("campagne") else ""
    parts = (identity.get("type_document"), pays.name if pays else "", identity.get("financeur"), campaign)
    return ", ".join(part for part in parts if part) or "Document non reconnu"


def _by_sheet(c: CheckedFile) -> dict[str, list[Row]]:
    """Findings by sheet, in the order of their gravity then place; sheets in the order of their worst finding, then of the document."""
    document = DOCUMENTS.get(c.identity.get("type_document") or "")
    titles = ["", *(normalise(SHEETS[key][0]) for key in (document.sheets if document else ()))]
    grouped: dict[str, list[Row]] = defaultdict(list)
    for finding in sorted(c.findings, key=lambda f: (GRAVITIES.index(f["gravite"]), _place(f, titles))):
        grouped[finding["feuille"]].append(finding)
    return grouped


def _place(finding: Row, titles: Sequence[str]) -> tuple[int, str, tuple[int, int]]:
    """A sheet's rank in the document, then row and column; what has no cell comes first."""
    name = normalise(finding["feuille"])
    rank = titles.index(name) if name in titles else len(titles)
    return rank, finding["feuille"], indices(finding["cellule"]) if finding["cellule"] else (-1, -1)


def _print_findings(findings: Sequence[Row]) -> None:
    width = max(columns(f["cellule"]) for f in findings)
    margin = " " * (4 + (width + 2 if width else 0))
    for f in findings:
        start = f"    {f['cellule']:<{width}}  " if width else "    "
        state = "" if f["etat"] == STATES[0] else f" ({f['etat']})"
        show_gravity(*wrapped(f"{_WORDS[f['gravite']]} {f['code']}{state}. {f['message']}", start, margin))
        show(*wrapped(f["correction"], f"{margin}→ ", f"{margin}  "))


def _summary(c: CheckedFile) -> str:
    if c.ignored:
        return f"{_sentence(_VERDICTS[c.decision][0])} : {c.ignored}."
    numbers = [count(c.number(g), g) for g in GRAVITIES if c.number(g)]
    return f"{_sentence(listing(numbers, 'et') or 'aucun constat')} : {_VERDICTS[c.decision][0]}."


def _total(checked: Sequence[CheckedFile]) -> str:
    found = Counter(c.decision for c in checked)
    verdicts = [f"{found[d]} {one if found[d] < 2 else many}" for d, (one, many) in _VERDICTS.items() if found[d]]
    numbers = [count(sum(c.number(g) for c in checked), g) for g in GRAVITIES]
    return f"{count(len(checked), 'fichier contrôlé', 'fichiers contrôlés')} : {listing(verdicts, 'et')} ; {listing(numbers, 'et')}."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
