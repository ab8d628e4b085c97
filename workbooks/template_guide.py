"""The `Lisez-moi` of a template: one page that says what to fill, in which order, what the colours mean and which caps are in force."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from schemas.parameters import Config, Parameter
from schemas.spec import DECISIONS, DOCUMENTS, DOSSIERS, FONCTIONNEMENT, MEMO, PREFIGURATION
from schemas.text import euros, french_date, number
from workbooks.template_board import BOARD
from workbooks.template_layout import Layout
from workbooks.template_style import ALERT, COMPUTED, FADED, INPUT, NAVY, Styles, height_for

GUIDE = "Lisez-moi"
_LEFT, _RIGHT = 34, 118
_PURPOSE = {
    "identification": "Qui dépose, pour quel Pays et quelle campagne. À remplir en premier.",
    "budget": "Les charges et les produits de chaque exercice, ligne par ligne. Les deux totaux doivent être égaux.",
    "plan": "Chaque financeur, chaque exercice : montant demandé, montant acquis, statut. Le compte 74 du budget en découle.",
    "postes": "Chaque poste de chargé de mission : temps de travail, coût chargé, aide demandée à la Région par annuité.",
    "partenaires": "Les structures qui prennent part au projet, au-delà des seules associations.",
    "realise": "Ce qui a été dépensé et reçu, compte par compte.",
    "engagements": "Ce que votre assemblée a voté et versé, par Pays et par exercice.",
    "decisions": "Les votes de la commission permanente : attribution, avenant, annulation, refus, ajournement.",
    "etapes": "Les événements : étude rendue, projet validé, pôle créé…",
    "mandats": "Les paiements.",
    "derogations": "Les dérogations accordées à un projet.",
    "arbitrages": "La réponse du service à un constat donné.",
    "verification": "Ce qui manque, ce qui ne va pas, pendant que vous écrivez. À relire avant l'envoi.",
}
_RETURN = {
    DECISIONS: "Déposez ce classeur dans le sous-dossier des dépôts réservé au service de la Région : ailleurs, il n'est pas cru.",
}
_SEND = "Enregistrez au format .xlsx, sans mot de passe, et renvoyez le classeur à l'adresse qui vous a transmis ce modèle."
_UNPROTECT = (
    "Seules les cellules à remplir sont ouvertes. Pour changer le reste (ajouter une colonne, par exemple), ôtez la protection, qui est "
    "sans mot de passe : dans Excel, Révision > Ôter la protection de la feuille ; dans LibreOffice, Outils > Protéger la feuille."
)
_AGAIN = "Pour corriger un envoi : partez du même fichier, augmentez « Version » de 1, mettez la date du jour, renvoyez le tout."


def write_guide(sheet: Any, layout: Layout, config: Config, day: date, styles: Styles) -> None:
    """Fill the first sheet."""
    document = DOCUMENTS[layout.document]
    sheet.set_column(0, 0, _LEFT)
    sheet.set_column(1, 1, _RIGHT)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, layout.document, styles.get(bold=True, font_size=18, font_color=NAVY, valign="vcenter"))
    sheet.write_string(1, 0, f"{config.campagne.nom} · à remplir par {document.sender}", styles.hint())
    row = 3
    if layout.values.notes:
        row = _block(sheet, row, "À savoir", [("", note, None) for note in layout.values.notes], styles)
    row = _block(sheet, row, "Que remplir, et dans quel ordre", _steps(layout), styles)
    row = _block(sheet, row, "Couleurs", _colours(layout, styles), styles)
    if layout.document in (*DOSSIERS, DECISIONS):
        title = f"Plafonds en vigueur au {french_date(day)}, et le texte qui les fixe"
        row = _block(sheet, row, title, _caps(layout.document, config, day), styles)
    row = _block(sheet, row, "Pour que le classeur soit lu sans retour", _advice(layout), styles)
    row = _block(sheet, row, "Renvoyer", [("", _RETURN.get(layout.document, _SEND), None), ("", _AGAIN, None)], styles)
    sheet.print_area(0, 0, row - 2, 1)
    sheet.fit_to_pages(1, 1)


Line = tuple[str, str, Any]
"""A left text, a right text, and the format of the left cell (None: plain)."""


def _block(sheet: Any, row: int, title: str, lines: list[Line], styles: Styles) -> int:
    """Write a titled block; gives the row where the next one starts."""
    heading = styles.get(bold=True, font_size=11, font_color=NAVY, bottom=2, bottom_color=NAVY, valign="vcenter")
    sheet.set_row(row, 20)
    sheet.write_string(row, 0, title, heading)
    sheet.write_blank(row, 1, None, heading)
    for left, right, style in lines:
        row += 1
        full = not left
        sheet.set_row(row, max(16, height_for(right, _LEFT + _RIGHT if full else _RIGHT)))
        if full:
            # Two columns in one: the text wraps over both.
            sheet.merge_range(row, 0, row, 1, f"•  {right}", styles.get(valign="vcenter", text_wrap=True))
        elif left.startswith("internal:"):
            place, text = left.removeprefix("internal:").split("|")
            link = styles.get(bold=True, font_color=NAVY, underline=1, valign="vcenter")
            sheet.write_url(row, 0, f"internal:{place}", link, text)
            sheet.write_string(row, 1, right, styles.get(text_wrap=True, valign="vcenter", indent=1))
        else:
            sheet.write_string(row, 0, left, style or styles.get(bold=True, valign="vcenter", text_wrap=True))
            sheet.write_string(row, 1, right, styles.get(text_wrap=True, valign="vcenter", indent=1))
    return row + 2


def _steps(layout: Layout) -> list[Line]:
    sheets = [(layout.title(kind), _PURPOSE[kind]) for kind in layout.sheets()]
    return [
        (f"internal:'{title}'!A1|{position}. {title}", purpose, None)
        for position, (title, purpose) in enumerate([*sheets, (BOARD, _PURPOSE["verification"])], start=1)
    ]


def _colours(layout: Layout, styles: Styles) -> list[Line]:
    lines: list[Line] = [
        ("Libellé", "Réponse obligatoire.", styles.header(True, align="center")),
        ("Libellé", "Réponse utile, que vous pouvez laisser vide.", styles.header(False, align="center")),
        ("à remplir", "Fond jaune pâle : à vous d'écrire.", styles.boxed(INPUT, align="center", valign="vcenter")),
        ("calcul", "Fond gris : calculé pour vous.", styles.boxed(COMPUTED, align="center", valign="vcenter")),
        (
            "à corriger",
            "Fond orange : il manque quelque chose, ou un plafond est dépassé.",
            styles.boxed(ALERT, align="center", valign="vcenter"),
        ),
    ]
    if layout.values.memos:
        memo = styles.boxed(COMPUTED, font_color=FADED, italic=True, align="center", valign="vcenter")
        lines.append((MEMO.lower(), f"Colonnes « {MEMO} » : le budget retenu la dernière fois, jamais lu ni compté.", memo))
    return lines


def _caps(document: str, config: Config, day: date) -> list[Line]:
    return [(label, text, None) for label, text in _cap_texts(document, config, day)]


def _cap_texts(document: str, config: Config, day: date) -> Iterator[tuple[str, str]]:
    p = config.parametres
    if document in (PREFIGURATION, DECISIONS):
        yield "Aide à l'étude", _cap(p.plafond_etude_eur, day, "{} au plus, par Pays")
    if document in (FONCTIONNEMENT, DECISIONS):
        yield "Aide à un poste", _cap(p.plafond_poste_eur, day, "{} au plus, par poste et par an")
        yield "Durée de l'aide", _cap(p.duree_poste_ans, day, "{} annuités au plus, par poste")
        yield "Nombre de postes", _cap(p.postes_max, day, "{} au plus, par exercice")


def _cap(parameter: Parameter, day: date, sentence: str) -> str:
    value = parameter.at(day)
    if value is None:
        return "Aucune valeur connue à cette date : la règle n'est pas contrôlée."
    if value.valeur is None:
        return f"Règle non contrôlée. {value.reference}."
    shown = euros(value.valeur) if parameter.unite.startswith("€") else number(value.valeur)
    return f"{sentence.format(shown)}. {value.reference}"


def _advice(layout: Layout) -> list[Line]:
    lines = [
        "Ne renommez ni les feuilles ni les en-têtes. Vous pouvez ajouter des lignes et des feuilles : elles ne gênent pas.",
        "Un montant s'écrit en chiffres, seul dans sa cellule : 35000 ou 35000,50. Une précision va dans la colonne prévue pour elle.",
        "Une date s'écrit jj/mm/aaaa. Ne laissez ni « idem », ni « à préciser » : laissez vide ce que vous ne savez pas encore.",
        "N'écrivez aucun nom de personne, salaire nominatif ou adresse personnelle.",
        _UNPROTECT,
    ]
    if "budget" in layout.sheets():
        lines.insert(1, "Une rubrique du budget (60, 61…) peut être remplie seule, sans détail ; sinon elle additionne ses sous-lignes.")
    return [("", text, None) for text in lines]
