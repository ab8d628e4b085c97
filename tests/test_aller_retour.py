"""The sender's second try: a wrong file, its findings, each correction done as written, and the file is accepted."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from budget.constats import FileFacts, told
from flows.check import check_files
from schemas.returns import SHEET_NAME, FileReturn, ReturnLine
from schemas.rules import RULES
from schemas.spec import PREFIGURATION
from schemas.tables import REJECTED
from tests.grids import CONFIG, DAY, check, decided, edit, posts, study
from tests.sender import Sender
from workbooks.mistakes import Mistake, write_mistakes
from workbooks.mistakes import study as sound_study
from workbooks.reader import RawSheet
from workbooks.retour import make_return
from workbooks.template import document_bytes

Row = dict[str, Any]
FILE_RULES = ("FIC001", "FIC002", "FIC003", "FIC004", "FIC006")
"""The sender mends the file itself: what a test writes in a cell does not help."""
CROSS_FILE = ("PRE301",)
"""Raised against earlier files only: see `AFTER_OTHERS`."""
SENDER_ERRORS = {code for code, rule in RULES.items() if rule.gravity == "erreur"} - set(CROSS_FILE)


def findings_of(files: dict[str, list[RawSheet]]) -> list[Row]:
    """What the senders are told of documents given as sheets."""
    rows = told(check(files).found, {path: FileFacts("", None) for path in files})
    return [
        {
            "fichier": t.file, "code": t.finding.code, "feuille": t.finding.sheet, "cellule": t.finding.cell, "message": t.message,
            "correction": t.correction,
        }
        for t in rows
    ]  # fmt: skip


def errors_in(findings: list[Row]) -> list[Row]:
    return [f for f in findings if RULES[f["code"]].gravity == "erreur"]


def corrected(sender: Sender, findings: list[Row]) -> list[RawSheet]:
    """The workbook once each error is mended as its correction says."""
    for finding in errors_in(findings):
        sender.follow(finding)
    return sender.saved()


def assert_accepted(sheets: list[RawSheet]) -> None:
    left = errors_in(findings_of({"essai.xlsx": sheets}))
    assert not left, left
    assert decided({"essai.xlsx": sheets})["essai.xlsx"] in ("accepté", "accepté avec réserves")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[Mistake, list[Row]]]]:
    """Each faulty example with the findings that `poles check` tells."""
    folder = tmp_path_factory.mktemp("erreurs")
    made = write_mistakes(folder, CONFIG)
    checked = {c.shown: c.findings for c in check_files([folder / m.file for m in made], CONFIG, folder / "inputs")}
    return folder, {m.code: (m, checked[str(folder / m.file)]) for m in made}


def test_every_error_that_a_sender_can_cause_has_its_round_trip(faulty: tuple[Path, dict[str, tuple[Mistake, list[Row]]]]) -> None:
    assert set(faulty[1]) >= SENDER_ERRORS


@pytest.mark.parametrize("code", sorted(SENDER_ERRORS - set(FILE_RULES)))
def test_wrong_file_then_correction_as_written_then_accepted(
    code: str, faulty: tuple[Path, dict[str, tuple[Mistake, list[Row]]]]
) -> None:  # fmt: skip
    folder, told_of = faulty
    mistake, findings = told_of[code]
    assert {f["code"] for f in errors_in(findings)} == {code}
    sender = Sender.opening((folder / mistake.file).read_bytes())
    assert_accepted(corrected(sender, findings))


@pytest.mark.parametrize("code", sorted(SENDER_ERRORS - set(FILE_RULES)))
def test_the_return_alone_is_enough_to_be_accepted(
    code: str, faulty: tuple[Path, dict[str, tuple[Mistake, list[Row]]]]
) -> None:  # fmt: skip
    """What the first sheet of the annotated return asks is done in the return itself."""
    folder, told_of = faulty
    mistake, findings = told_of[code]
    sender = Sender.opening(make_return((folder / mistake.file).read_bytes(), returned(mistake.file, findings), CONFIG.limites))
    asked = [
        {"code": str(line["regle"])[:6], "feuille": line["feuille"], "cellule": line["cellule"], "correction": line["a faire"]}
        for _, line in sender.lines(SHEET_NAME, "Ce qui ne va pas")
        if line["gravite"] == "erreur"
    ]
    assert [f["code"] for f in asked] == [code] * len(errors_in(findings))
    assert_accepted(corrected(sender, asked))


def returned(name: str, findings: list[Row]) -> FileReturn:
    """What the return of a file says."""
    lines = [
        ReturnLine(
            f["gravite"], f["code"], f["feuille"], f["cellule"], RULES[f["code"]].title, f["message"], f["correction"], f["reference"]
        )
        for f in findings
    ]
    return FileReturn(
        path=name, sha256="0" * 64, target=f"retours/{name}", decision=REJECTED, reason="1 erreur à corriger.", next_step="À faire.",
        day=DAY, readable=True, lines=tuple(lines),
    )  # fmt: skip


def _instead(values: Callable[[], bytes]) -> Callable[[Path], Path]:
    def mend(file: Path) -> Path:
        file.write_bytes(values())
        return file

    return mend


def _into_the_folder(file: Path) -> Path:
    (file.parent / "region").mkdir()
    return file.rename(file.parent / "region" / file.name)


SOUND = _instead(lambda: document_bytes(PREFIGURATION, CONFIG, day=DAY, values=sound_study()))


@pytest.mark.parametrize(
    ("code", "asks", "mend"),
    [
        ("FIC001", "enregistrez-le au format .xlsx et déposez-le de nouveau", SOUND),
        ("FIC002", "Retirez le mot de passe", SOUND),
        ("FIC003", "Recopiez vos tableaux dans le modèle vierge", SOUND),
        ("FIC004", "Recopiez vos tableaux dans le modèle qui convient", SOUND),
        ("FIC006", "déplacez-le dans le dossier « inputs/region »", _into_the_folder),
    ],
)
def test_a_file_that_is_mended_as_a_whole_is_accepted(
    code: str, asks: str, mend: Callable[[Path], Path], faulty: tuple[Path, dict[str, tuple[Mistake, list[Row]]]], tmp_path: Path
) -> None:
    folder, told_of = faulty
    mistake, findings = told_of[code]
    (finding,) = errors_in(findings)
    assert asks in finding["correction"]
    file = tmp_path / "inputs" / mistake.file
    file.parent.mkdir()
    file.write_bytes((folder / mistake.file).read_bytes())
    (again,) = check_files([mend(file)], CONFIG, tmp_path / "inputs")
    assert (again.decision, again.errors) == ("accepté", 0)


AFTER_OTHERS = {
    "PRE301": (study("Pays de Dinan", 20000), study("Pays de Dinan", 10000, project=2, depot=date(2010, 7, 1))),
    "FON302": (posts(years=3), posts(campaign=2013, depot=date(2013, 3, 1))),
}
"""An accepted dossier, then one that passes a cap with it."""


@pytest.mark.parametrize("code", AFTER_OTHERS)
def test_a_dossier_that_passes_a_cap_with_an_earlier_one_is_accepted_once_corrected(code: str) -> None:
    earlier, later = AFTER_OTHERS[code]
    findings = [f for f in findings_of({"a.xlsx": earlier, "b.xlsx": later}) if f["fichier"] == "b.xlsx"]
    assert [f["code"] for f in errors_in(findings)] == [code]
    assert decided({"a.xlsx": earlier, "b.xlsx": later})["b.xlsx"] == "rejeté"
    again = {"a.xlsx": earlier, "b.xlsx": corrected(Sender(later), findings)}
    assert not errors_in(findings_of(again))
    assert decided(again)["b.xlsx"] == "accepté"


# Other ways to be wrong: what the nearest name, the plain amounts and several lines make of the correction.


def renamed(sheets: list[RawSheet], old: str, new: str) -> list[RawSheet]:
    return [RawSheet(new if s.name == old else s.name, s.grid) for s in sheets]


OTHERS = {
    "feuille mal nommée": (renamed(study(), "Partenaires", "Partenaire du projet"), "TAB001"),
    "feuille Identification mal nommée": (renamed(study(), "Identification", "Identifications"), "FIC004"),
    "colonne mal nommée": (edit(study(), "Plan de financement", "B1", "Financeurr"), "TAB002"),
    "libellé mal nommé": (edit(study(), "Identification", "A7", "Structure portteuse"), "TAB002"),
    "type de document mal écrit": (edit(study(), "Identification", "B1", "Dossier préfigurations"), "FIC004"),
    "colonne en double": (edit(study(), "Partenaires", "C1", "Famille"), "TAB004"),
    "libellé en double": (edit(edit(study(), "Identification", "A20", "Pays"), "Identification", "B20", "Pays de Dinan"), "TAB004"),
    "type de financeur": (edit(study(), "Plan de financement", "A2", "Conseil régional"), "CEL104"),
    "sous-ligne du 74": (edit(study(), "Budget", "B3", "Régionn"), "CEL104"),
    "compte en toutes lettres": (edit(posts(), "Budget", "A2", "Rémunération du personnel"), "CEL112"),
    "compte absurde, libellé clair": (edit(posts(), "Budget", "A2", "99"), "CEL112"),
    "Pays mal écrit": (edit(study(), "Identification", "B5", "pays de Dinnan"), "IDE201"),
    "Pays d'ailleurs": (edit(study(), "Identification", "B5", "Pays de Caux"), "IDE201"),
    "année illisible": (edit(study(), "Plan de financement", "C2", "bientôt"), "CEL102"),
    "produit à calculer": (edit(posts(cost=50000), "Postes", "E2", "2 x 25000"), "CEL102"),
    "un montant ou l'autre": (edit(posts(), "Postes", "E2", "42000 ou 45000 €"), "CEL102"),
    "deux années": (edit(study(), "Plan de financement", "C2", "2010/2011"), "CEL102"),
    "mi-temps": (edit(posts(asked=17500, cost=21000), "Postes", "C2", "mi-temps"), "CEL102"),
    "année sur deux chiffres": (edit(study(), "Identification", "B3", "15/06/10"), "CEL103"),
    "date de fin avant le début": (edit(study(), "Identification", "B9", "31/12/2009"), "IDE203"),
    "exercice avant le début": (edit(posts(years=2), "Identification", "B9", "01/01/2011"), "IDE203"),
    "aide à l'étude en chiffres": (study(asked=28000), "PRE201"),
    "aide au poste en chiffres": (posts(asked=36000, cost=50000), "FON201"),
    "trois postes": (posts(count=3), "FON301"),
    "total écrit à la main": (edit(posts(), "Budget", "C6", 42100), "BUD303"),
    "plan et budget": (edit(edit(study(), "Plan de financement", "D2", 19000), "Partenaires", "C1", None), "BUD305"),
    "plan et postes": (edit(posts(), "Postes", "F2", 34000), "BUD306"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_wrong_documents_are_accepted_once_corrected(name: str) -> None:
    sheets, code = OTHERS[name]
    findings = findings_of({"essai.xlsx": sheets})
    assert {f["code"] for f in errors_in(findings)} == {code}, findings
    assert_accepted(corrected(Sender(sheets), findings))
