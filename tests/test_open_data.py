"""Open data: what is published, checked against the published schema (SCDL « subventions » 2.1.1), and what is left out."""

import csv
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from budget.open_data import subventions
from flows.tables import write_open_data
from schemas.siret import siret_is_valid
from tests.grids import CONFIG, at, check, identification, sheet, tables
from workbooks.reader import RawSheet

SCHEMA = json.loads((Path(__file__).parent / "fixtures" / "scdl-subventions-2.1.1.schema.json").read_text("utf-8"))
SIRET = "38047555800058"
HEAD = [
    "Pays", "Volet", "Nature", "Bénéficiaire", "SIRET", "Montant voté", "Postes accordés", "Premier exercice", "Durée (années)",
    "Date de décision", "Référence", "Date de convention", "N° d'engagement",
]  # fmt: skip
DAY = date(2018, 12, 31)
UNNUMBERED = {"N° d'engagement": None}


def vote(**changes: Any) -> list[Any]:
    """A row of Décisions: an award of 90 000 € for three years, whose convention was signed on 20/04/2018."""
    row = {
        "Pays": "Pays de Vannes", "Volet": "fonctionnement", "Nature": "attribution", "Bénéficiaire": "Association exemple", "SIRET": SIRET,
        "Montant voté": 90000, "Postes accordés": 1, "Premier exercice": 2018, "Durée (années)": 3,
        "Date de décision": at(date(2018, 3, 15)),
        "Référence": "CP-2018-1", "Date de convention": at(date(2018, 4, 20)), "N° d'engagement": "E2018-1",
    }  # fmt: skip
    return [{**row, **{key.replace("_", " "): value for key, value in changes.items()}}.get(name) for name in HEAD]


def decisions(*rows: list[Any]) -> dict[str, list[RawSheet]]:
    head = identification("Décisions Région", Campagne=2018, Date_de_dépôt=at(date(2018, 11, 2)))
    return {"region/votes.xlsx": [head, sheet("Décisions", [HEAD, *rows])]}


def published(tmp_path: Path, *rows: list[Any]) -> list[dict[str, str]]:
    """The rows of the CSV file, each field checked against the schema."""
    made = tables(decisions(*rows), day=DAY)
    write_open_data(tmp_path, subventions(made["decisions"], made["suivi_pays"], CONFIG.open_data, DAY))
    with (tmp_path / "subventions.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == [field["name"] for field in SCHEMA["fields"]]
        lines = list(reader)
    for line in lines:
        assert not list(faults(line))
    return lines


def faults(line: dict[str, str]) -> Any:
    """What the schema says against a line, its own checks included."""
    for field in SCHEMA["fields"]:
        name, value, limits = field["name"], line[field["name"]], field.get("constraints", {})
        if not value:
            if limits.get("required"):
                yield f"{name} is blank"
            continue
        if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
            yield f"{name}: {value} is not {limits['pattern']}"
        if "enum" in limits and value not in limits["enum"]:
            yield f"{name}: {value} is not listed"
        if len(value) > limits.get("maxLength", len(value)):
            yield f"{name} is too long"
        yield from _type_faults(name, field, value, limits)
    yield from _custom_faults(line)


def _type_faults(name: str, field: dict[str, Any], value: str, limits: dict[str, Any]) -> Any:
    if field["type"] == "date":
        datetime.strptime(value, "%Y-%m-%d")  # noqa: DTZ007
    if field["type"] == "boolean" and value not in (*field["trueValues"], *field["falseValues"]):
        yield f"{name}: {value} is neither"
    if field["type"] == "number" and not limits.get("minimum", 0) <= float(value) <= limits.get("maximum", 1e12):
        yield f"{name}: {value} is out of bounds"


def _custom_faults(line: dict[str, str]) -> Any:
    for rule in SCHEMA["custom_checks"]:
        given = rule["params"]
        if rule["name"] == "french-siret-value":
            value = line[given["column"]]
            if value and not (len(value) == 14 and siret_is_valid(value)):
                yield f"{given['column']}: {value} is no SIRET"
        elif rule["name"] == "one-of-required":
            if not (line[given["column1"]] or line[given["column2"]]):
                yield "neither SIRET nor RNA"
        else:
            raise AssertionError(rule["name"])


def test_a_convention_is_published_whole(tmp_path: Path) -> None:
    (line,) = published(tmp_path, vote())
    assert (line["montant"], line["dateConvention"], line["referenceDecision"]) == ("90000.00", "2018-04-20", "CP-2018-1")
    assert (line["idBeneficiaire"], line["pourcentageSubvention"], line["notificationUE"]) == (SIRET, "1.00", "non")
    assert line["datesPeriodeVersement"] == "2018-01-01/2020-12-31"
    assert line["objet"] == "Fonctionnement du pôle de l'économie sociale et solidaire – Pays de Vannes"


def test_a_change_adds_to_its_own_convention(tmp_path: Path) -> None:
    later = {"Date_de_décision": at(date(2018, 10, 1)), "Date_de_convention": None}
    rows = [
        vote(),
        vote(Référence="CP-2018-2", Pays="Pays de Dinan", Montant_voté=60000, **UNNUMBERED),
        vote(Nature="avenant", Montant_voté=-5000.5, Référence="CP-2018-3", **later),
        vote(Nature="annulation", Montant_voté=10000, Référence="CP-2018-4", Pays="Pays de Dinan", **later, **UNNUMBERED),
    ]
    assert sorted(line["montant"] for line in published(tmp_path, *rows)) == ["50000.00", "84999.50"]


@pytest.mark.parametrize(
    "changes",
    [
        {"Date_de_convention": at(date(2017, 7, 31))},
        {"Date_de_convention": None},
        {"Date_de_convention": at(date(2019, 1, 1))},
        {"Montant_voté": 23000},
        {"Nature": "refus"},
    ],
    ids=["before the decree", "not signed", "after the day spoken for", "no convention needed", "refused"],
)
def test_what_the_law_does_not_ask_for_is_left_out(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert not published(tmp_path, vote(**changes))


@pytest.mark.parametrize("changes", [{"SIRET": None}, {"SIRET": "38047555800059"}, {"SIRET": "380475558"}, {"Bénéficiaire": None}])
def test_a_convention_that_cannot_be_published_is_said(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert not published(tmp_path, vote(**changes))
    said = tables(decisions(vote(**changes)), day=DAY)["constats"].filter(code="PUB401")
    assert said.select("feuille", "cellule").rows() == [("Décisions", "E2")]


def test_a_convention_that_is_published_is_not_said(tmp_path: Path) -> None:
    assert "PUB401" not in tables(decisions(vote()), day=DAY)["constats"]["code"].to_list()
    assert not [f for _, f in check(decisions(vote())).found if f.code.startswith("CEL108")]
