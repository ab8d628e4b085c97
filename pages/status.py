"""The status page, `outputs/index.html`: one file that needs no network and is whole without its script, which only filters rows."""

import base64
import hashlib
from dataclasses import replace
from importlib.resources import files

from markupsafe import Markup

from pages.html import clipped, render
from schemas.at_a_glance import FileGlance, Glance, PaysGlance
from schemas.tables import ACCEPTED, ACCEPTED_WITH_RESERVES, IGNORED, REJECTED, REPLACED
from schemas.text import count, normalise

PLACES = {
    "18": (1, 3), "17": (1, 5),
    "02": (2, 1), "12": (2, 2), "10": (2, 3), "16": (2, 4), "08": (2, 5), "09": (2, 6),
    "06": (3, 2), "04": (3, 3), "03": (3, 4), "15": (3, 5), "21": (3, 6),
    "07": (4, 1), "11": (4, 2), "13": (4, 3), "05": (4, 4), "19": (4, 5),
    "01": (5, 3), "20": (5, 4), "14": (5, 5),
}  # fmt: skip
"""Row and column of each Pays on the map, from the north-west: roughly where it is in Brittany."""
FAMILIES = {
    "sans démarche": "rien", "préfiguration déposée": "etude", "étude en cours": "etude", "étude rendue": "etude",
    "projet validé": "projet", "pôle déposé": "projet", "pôle en fonctionnement": "pole", "aide échue": "fin", "abandonné": "fin",
}  # fmt: skip
"""How the tile of each stage is drawn: dashed, hatched, ruled, full or doubled. Its sign and its words tell it as well."""
_MARKS = {
    ACCEPTED: ("accepte", "signe-oui"), ACCEPTED_WITH_RESERVES: ("reserves", "signe-reserve"), REJECTED: ("rejete", "signe-8"),
    REPLACED: ("remplace", "signe-remplace"), IGNORED: ("ignore", "signe-ignore"),
}  # fmt: skip
"""The class and the sign of each decision."""
_BREAKS = {name.replace("\u00ad", ""): name for name in ("Brocé\u00adliande", "Cor\u00adnouaille")}
"""Where a name may be cut on a phone's map."""
_SHORT, _LONG, _SENTENCE = 80, 160, 400
"""Signs of a name, a path and a sentence at most: what comes from a file can have any length."""


def status_page(glance: Glance) -> bytes:
    """The page, as HTML."""
    style, script = _source("index.css"), _source("index.js")
    return render(
        "index.html",
        vue=replace(glance, pays=tuple(map(_short_pays, glance.pays)), files=tuple(map(_short, glance.files))),
        style=Markup(style),
        script=Markup(script),
        empreintes={"style": _digest(style), "script": _digest(script)},
        carte=sorted(glance.pays, key=lambda pays: PLACES[pays.code]),
        coupures=_BREAKS,
        places=PLACES,
        familles=FAMILIES,
        signes={stage: f"signe-{rank}" for rank, stage in enumerate(FAMILIES)},
        marques=_MARKS,
        classes={name: normalise(name) for chart in (glance.due, glance.funding) for name in chart.series},
        etapes=[(stage, count(n, "Pays", "Pays")) for stage, n in glance.stages.items()],
        decisions=[(decision, count(n, "fichier")) for decision, n in glance.decisions.items() if n],
    )


def _source(name: str) -> str:
    """A part of the page that is ours: neither escaped nor a template."""
    return files("pages").joinpath("templates", name).read_text("utf-8")


def _digest(text: str) -> str:
    """What the page's security policy knows its own style and script by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _short(file: FileGlance) -> FileGlance:
    path, sender, document = clipped(file.path, _LONG), clipped(file.sender, _SHORT), clipped(file.document, _SHORT)
    return replace(file, path=path, sender=sender, document=document, reason=clipped(file.reason, _SENTENCE))


def _short_pays(pays: PaysGlance) -> PaysGlance:
    pole, action, reasons = clipped(pays.pole, _SHORT), clipped(pays.next_action, _SENTENCE), clipped(pays.reasons, _SENTENCE)
    return replace(pays, pole=pole, study=clipped(pays.study, _SHORT), next_action=action, reasons=reasons)
