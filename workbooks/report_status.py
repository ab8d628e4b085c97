"""`suivi.xlsx`, for the Région's staff: the 21 Pays, each file and what was done with it, each finding and how to mend it."""

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import polars as pl

from schemas.tables import STAGES
from workbooks.front import NAME as FRONT
from workbooks.front import Front, write_front
from workbooks.links import Links, source_links
from workbooks.report_context import ReportContext
from workbooks.sheet import Col, TableSheet, expected_sums, write_table
from workbooks.style import DECISION_FILLS, GRAVITY_FILLS, STAGE_FILLS, STATE_FILLS, House, new_book

Frames = Mapping[str, pl.DataFrame]
_WORDS = ("Accepté", "Rejeté", "Remplacé", "Ignoré", "Compté", "Écarté")
_PURPOSES = {
    "Suivi des Pays": "Une ligne par Pays : où il en est, ce que le service doit faire et pour quand.",
    "Dépôts": "Une ligne par fichier reçu, d'abord ceux qui demandent une action : la décision et sa raison.",
    "Constats": "Une ligne par constat, les erreurs d'abord : où, pourquoi, que faire, avec un lien vers la cellule du classeur reçu.",
}
_STATUS = TableSheet(
    "Suivi des Pays",
    "Une ligne par Pays.",
    "suivi_pays",
    "suivi_pays",
    (
        Col("pays", "Pays", 34), Col("pays_code", "Code", 11), Col("departements", "Départements", 15),
        Col("etape", "Étape", 24, fills=STAGE_FILLS),
        Col("etude", "Étude en cours", 20, "long"), Col("pole", "Pôle", 28, "long"), Col("annuite", "Annuité", 10, "nombre"),
        Col("postes", "Postes", 9, "nombre"), Col("prochaine_action", "Prochaine action", 52, "long"),
        Col("echeance", "Échéance", 13, "date"),
    ),
)  # fmt: skip


def _sheets(context: ReportContext, frames: Frames) -> tuple[TableSheet, ...]:
    def to_file(frame: pl.DataFrame) -> Links:
        return source_links(context.inputs_link, ((path, None, None) for path in frame["fichier"]))

    def to_return(frame: pl.DataFrame) -> Links:
        return source_links("", ((path, None, None) for path in frame["retour"]))

    def to_source(frame: pl.DataFrame) -> Links:
        return source_links(context.inputs_link, frame.select("fichier", "feuille", "cellule").iter_rows())

    # Until a first return is made, its column would only take room.
    returned = (Col("a_renvoyer", "À renvoyer", 12, link=to_return),) if frames["depots"]["retour"].count() else ()
    files = TableSheet(
        "Dépôts",
        "Une ligne par fichier de la campagne, ou dont la campagne n'a pas pu être lue.",
        "depots",
        "depots",
        (
            Col("decision", "Décision", 13, "long", fills=DECISION_FILLS), Col("fichier", "Fichier", 28, "long"),
            Col("ouvrir", "Lien", 8, link=to_file),
            Col("type_document", "Document", 16, "long"), Col("envoyeur", "Pays ou cofinanceur", 19, "long"),
            Col("version", "Version", 9, "nombre"), Col("date_depot", "Déposé le", 12, "date"), Col("motif", "Raison", 42, "long"),
            Col("erreurs", "Erreurs", 9, "nombre"), Col("avertissements", "Avertissements", 15, "nombre"),
            Col("compte_eur", "Compté", 16, "euros"), Col("ecarte_eur", "Écarté", 16, "euros"),
            *returned, Col("empreinte_courte", "Empreinte", 14),
        ),
        2,
    )  # fmt: skip
    findings = TableSheet(
        "Constats",
        "Une ligne par constat sur ces fichiers, les erreurs d'abord.",
        "constats",
        "constats",
        (
            Col("gravite", "Gravité", 14, fills=GRAVITY_FILLS), Col("code", "Code", 9), Col("fichier", "Fichier", 24, "long"),
            Col("pays", "Pays", 15, "long"), Col("feuille", "Feuille", 13, "long"), Col("cellule", "Cellule", 9, link=to_source),
            Col("champ", "Champ", 15, "long"), Col("valeur", "Valeur", 15, "long"), Col("limite", "Limite", 10, "long"),
            Col("reference", "Référence", 22, "long"), Col("message", "Message", 42, "long"), Col("correction", "Correction", 34, "long"),
            Col("etat", "État", 9, fills=STATE_FILLS),
        ),
        2,
    )  # fmt: skip
    return (_STATUS, files, findings)


def write_status(target: Path | BytesIO, tables: Frames, views: Frames, context: ReportContext) -> None:
    """Write the workbook for the campaign of the configuration. `views` come from `budget.views.build_views`."""
    frames = _frames(views)
    book = new_book(target, context, "Suivi des pôles ESS")
    try:
        house = House(book, context)
        first = house.sheet(FRONT)
        notes: list[str] = []
        for spec in _sheets(context, frames):
            remark = _stages(views) if spec is _STATUS else ""
            notes += write_table(house, spec, frames[spec.view], remark)
        front = Front("Suivi des pôles ESS", tuple(_PURPOSES.items()), _WORDS, notes)
        write_front(house, first, front, views["synthese_decisions"], views["autres_campagnes"])
    finally:
        book.close()


def expected_status(tables: Frames, views: Frames, context: ReportContext) -> dict[str, dict[str, Decimal]]:
    """What `verify_report` must find in the workbook."""
    frames = _frames(views)
    return expected_sums(_sheets(context, frames), frames)


def _stages(views: Frames) -> str:
    counts = dict(views["synthese_etapes"].iter_rows())
    text = " · ".join(f"{stage} : {counts[stage]}" for stage in reversed(STAGES) if counts.get(stage))
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _frames(views: Frames) -> dict[str, pl.DataFrame]:
    """The views, with what Dépôts shows in fewer columns: who sent the file, a short link text, the hash that Arbitrages asks for."""
    files = views["depots"].with_columns(
        pl.lit("ouvrir").alias("ouvrir"),
        pl.coalesce("pays", "financeur").alias("envoyeur"),
        pl.when(pl.col("retour").is_not_null()).then(pl.lit("corrections")).alias("a_renvoyer"),
        pl.col("empreinte").str.head(12).alias("empreinte_courte"),
    )
    return {**views, "depots": files}
