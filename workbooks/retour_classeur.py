"""The workbook part of a return: a first sheet is added, names follow their sheets, macros and signature are left behind."""

from collections.abc import Sequence

from schemas.returns import SHEET_NAME
from workbooks.markup import local
from workbooks.retour_paquet import Package
from workbooks.retour_xml import Edits, Element, Uneditable, attribute_xml, declared_prefix, place_for, tree

_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences",
    "definedNames", "calcPr",
)  # fmt: skip
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_PRINTER = "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"
_MACROS = "application/vnd.ms-office.vbaProject"
_MACRO_SHEETS = {"xlMacrosheet", "xlIntlMacrosheet"}
NO_MACROS = "Les macros : cette copie est un classeur .xlsx, qui n'en contient pas."
NO_SIGNATURE = "La signature électronique : elle ne vaut plus dès qu'un classeur change."


class Book:
    """The list of sheets of a package, before a return is made of it."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.part = package.workbook
        self.xml = package.xml(self.part)
        self.root = tree(self.xml, 3)
        sheets = self.root.child("sheets")
        if sheets is None or _MACRO_SHEETS & {r.kind for r in package.relations(self.part)}:
            raise Uneditable("sheets")
        self.sheets = sheets
        self.listed = list(sheets.each("sheet"))

    @property
    def namespace(self) -> str:
        """The namespace of the workbook's own elements: strict workbooks have another one."""
        return self.root.attributes.get(f"xmlns:{self.root.prefix[:-1]}" if self.root.prefix else "xmlns", "")

    def part_of(self, sheet: Element) -> str:
        """The part of a listed sheet; empty where it has none."""
        identifier = next((v for k, v in sheet.attributes.items() if ":" in k and local(k) == "id"), "")
        return next((r.target for r in self.package.relations(self.part) if r.id == identifier and not r.external), "")

    def parts(self) -> dict[str, str]:
        """Sheet → part."""
        return {sheet.attributes.get("name", ""): self.part_of(sheet) for sheet in self.listed}

    @property
    def hidden(self) -> set[str]:
        """The sheets that are not shown."""
        return {s.attributes.get("name", "") for s in self.listed if s.attributes.get("state", "visible") != "visible"}

    def free_name(self, former: Sequence[str]) -> str:
        """The name of the first sheet: `Corrections`, numbered where the sender has a sheet of that name."""
        taken = {name.casefold() for name in self.parts() if name not in former}
        names = (SHEET_NAME, *(f"{SHEET_NAME} ({n})" for n in range(2, 1000)))
        return next(name for name in names if name.casefold() not in taken)

    def put_first(self, name: str, sheet_xml: bytes, repeated: int, former: Sequence[str]) -> None:
        """Add the first sheet in the place of those of an earlier return; its row `repeated` is printed on each page."""
        package, edits = self.package, Edits(self.xml)
        gone = [sheet for sheet in self.listed if sheet.attributes.get("name") in former]
        for sheet in gone:
            edits.remove(sheet)
            self._drop(sheet)
        part = package.free_name("xl/worksheets/corrections{}.xml")
        package.write(part, sheet_xml, _SHEET)
        edits.fill(self.sheets, self._listed_as(name, package.relate(self.part, "worksheet", part)), next(iter(self.listed), None))
        kept = [rank for rank, sheet in enumerate(self.listed) if sheet not in gone]
        self._move_names(edits, {rank: place for place, rank in enumerate(kept, 1)}, name, repeated)
        self._show_first(edits)
        package.write(self.part, edits.result())

    def _drop(self, sheet: Element) -> None:
        part = self.part_of(sheet)
        self.package.unrelate(self.part, *(r for r in self.package.relations(self.part) if r.target == part))
        if part in self.package:
            self.package.remove(part)

    def _listed_as(self, name: str, relation: str) -> bytes:
        numbers = [int(sheet.attributes.get("sheetId", 0)) for sheet in self.listed]
        prefix = declared_prefix(self.root.attributes, self.package.base)
        declared = "" if prefix else f" xmlns:r={attribute_xml(self.package.base)}"
        tag = f"<{self.root.prefix}sheet{declared} name={attribute_xml(name)}"
        return f'{tag} sheetId="{max(numbers, default=0) + 1}" {prefix or "r:"}id="{relation}"/>'.encode()

    def _move_names(self, edits: Edits, places: dict[int, int], name: str, repeated: int) -> None:
        """Names that belong to one sheet follow it to its new rank."""
        p, held = self.root.prefix, self.root.child("definedNames")
        quoted = name.replace("'", "''")
        own = f'<{p}definedName name="_xlnm.Print_Titles" localSheetId="0">\'{quoted}\'!${repeated}:${repeated}</{p}definedName>'.encode()
        if held is None:
            whole = f"<{p}definedNames>".encode() + own + f"</{p}definedNames>".encode()
            edits.insert(place_for(self.root, "definedNames", _ORDER), whole)
            return
        for defined in held.each("definedName"):
            if "localSheetId" not in defined.attributes:
                continue
            place = places.get(int(defined.attributes["localSheetId"]))
            if place is None:
                edits.remove(defined)
            else:
                edits.retag(defined, localSheetId=str(place))
        edits.fill(held, own, next(iter(held.children), None))

    def _show_first(self, edits: Edits) -> None:
        views = self.root.child("bookViews")
        for view in views.each("workbookView") if views else ():
            first = {key: "0" for key in ("activeTab", "firstSheet") if view.attributes.get(key, "0") != "0"}
            if first:
                edits.retag(view, **first)

    def leave_behind(self) -> list[str]:
        """Take away what must not or cannot cross: macros, signature. Says in French what was there."""
        package, told = self.package, []
        package.retype(self.part, _WORKBOOK)
        if macros := [r for r in package.relations(self.part) if r.kind == "vbaProject"]:
            told.append(NO_MACROS)
            package.unrelate(self.part, *macros)
            package.retype("*.bin", _PRINTER, _MACROS)
            self._remove_all([r.target for r in macros])
            ribbons = [r for r in package.relations("") if r.kind == "extensibility"]
            package.unrelate("", *ribbons)
            self._remove_all([r.target for r in ribbons])
        if signatures := [r for r in package.relations("") if r.kind == "origin"]:
            told.append(NO_SIGNATURE)
            package.unrelate("", *signatures)
            self._remove_all([r.target for r in signatures])
        return told

    def _remove_all(self, parts: Sequence[str]) -> None:
        """Parts, and those that they alone link to."""
        for part in parts:
            if part in self.package:
                linked = [r.target for r in self.package.relations(part) if not r.external]
                self.package.remove(part)
                self._remove_all(linked)
