"""The whole messy set, by the part of a workbook that is in a mess."""

from tests.messy import Mess
from tests.messy_budget import CERFA
from tests.messy_documents import DOCUMENTS
from tests.messy_headers import HEADERS
from tests.messy_identity import IDENTIFICATION
from tests.messy_rows import LAYOUTS, ROWS
from tests.messy_sheets import SHEETS
from tests.messy_units import UNITS, YEARS
from tests.messy_values import AMOUNTS

SECTIONS: dict[str, list[Mess]] = {
    "Les fichiers et les feuilles": SHEETS,
    "La feuille Identification": IDENTIFICATION,
    "Les en-têtes": HEADERS,
    "Les unités et les taxes": UNITS,
    "Les exercices": YEARS,
    "Les lignes": ROWS,
    "Les cellules fusionnées ou masquées": LAYOUTS,
    "Les montants, les nombres et les listes": AMOUNTS,
    "Le budget et le cerfa": CERFA,
    "Les autres documents": DOCUMENTS,
}
ALL = [mess for messes in SECTIONS.values() for mess in messes]
