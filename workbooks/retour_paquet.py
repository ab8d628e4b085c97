"""A workbook as the package of parts that it is: what nobody changes is copied, relations and content types follow what is changed."""

import posixpath
from dataclasses import dataclass
from typing import Self

from workbooks.container import Parts, folded
from workbooks.ooxml import workbook_part
from workbooks.retour_xml import Edits, Element, Uneditable, attribute_xml, tree, utf8
from workbooks.retour_zip import Packed, archive, copied, packed

_TYPES = "[Content_Types].xml"
_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_NO_RELATIONS = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_RELATIONS}"></Relationships>'.encode()


@dataclass(frozen=True)
class Relation:
    """A link from one part to another; `kind` is the last word of its type, `target` a part's name, or an address outside."""

    id: str
    kind: str
    type: str
    target: str
    external: bool
    element: Element


def relations_part(part: str) -> str:
    """Where a part's relations stand; those of the package itself for the empty name."""
    folder, _, base = part.rpartition("/")
    return f"{folder}/_rels/{base}.rels".lstrip("/")


class Package:
    """The parts of one workbook, to be read and changed, then written. Names are compared as the guards compare them."""

    def __init__(self, source: Parts | None = None) -> None:
        self._source = source
        self._kept: dict[str, Packed] = {}
        for info, body in source.packed() if source else ():
            self._kept[folded(info.filename)] = copied(info, body)
        self._names = {key: part.name.decode("utf-8", "replace").replace("\\", "/") for key, part in self._kept.items()}
        self._new: dict[str, bytes] = {}
        self._relations: dict[str, list[Relation]] = {}
        self._types: dict[str, str | None] = {}
        self._retyped: dict[str, tuple[str, str]] = {}

    @classmethod
    def of(cls, parts: dict[str, bytes]) -> Self:
        """A package of new parts."""
        package = cls()
        for name, content in parts.items():
            package.write(name, content)
        return package

    def __contains__(self, name: str) -> bool:
        return folded(name) in self._names

    def names(self) -> list[str]:
        """All names, in their order."""
        return list(self._names.values())

    @property
    def workbook(self) -> str:
        """The part that lists the sheets."""
        return self._names[workbook_part(list(self._names))]

    def read(self, name: str) -> bytes:
        """A part as it stands now. Raises Refusal where it is missing."""
        key = folded(name)
        if key in self._new:
            return self._new[key]
        if self._source is None or key not in self._names:
            raise Uneditable(name)
        return self._source.read(key)

    def xml(self, name: str) -> bytes:
        """A part in UTF-8."""
        return utf8(self.read(name))

    def write(self, name: str, content: bytes, kind: str = "") -> None:
        """Change a part, or add one; `kind` is the content type of a new one."""
        key = folded(name)
        self._names.setdefault(key, name)
        self._new[key] = content
        if kind:
            self._types[key] = kind

    def remove(self, name: str) -> None:
        """Take a part away, with its relations."""
        for gone in (name, relations_part(name)):
            key = folded(gone)
            if self._names.pop(key, None) is not None:
                self._new.pop(key, None)
                self._types[key] = None
        self._relations.pop(folded(name), None)

    def retype(self, name: str, kind: str, former: str = "") -> None:
        """Change the content type declared for a part (`xl/workbook.xml`) or an extension (`*.bin`), only where it is `former` if given."""
        self._retyped[folded(name)] = kind, former

    def free_name(self, pattern: str) -> str:
        """The first name of a pattern with `{}` that no part bears."""
        return next(name for n in range(1, 100_000) if (name := pattern.format(n)) not in self)

    def relations(self, part: str) -> list[Relation]:
        """What a part is linked to."""
        key = folded(part)
        if key not in self._relations:
            where = relations_part(part)
            root = tree(self.xml(where), 2) if where in self else None
            folder = part.rpartition("/")[0]
            self._relations[key] = [_relation(e, folder) for e in (root.children if root else ()) if e.local == "Relationship"]
        return self._relations[key]

    def related(self, part: str, kind: str) -> Relation | None:
        """The first link of that kind to a part that is there."""
        return next((r for r in self.relations(part) if r.kind == kind and not r.external and r.target in self), None)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a link and give its identifier."""
        used = {r.id for r in self.relations(part)}
        identifier = next(name for n in range(1, 100_000) if (name := f"rIdPe{n}") not in used)
        where = relations_part(part)
        xml = self.xml(where) if where in self else _NO_RELATIONS
        root, edits = tree(xml, 1), Edits(xml)
        line = f'<{root.prefix}Relationship Id="{identifier}" Type="{self.base}/{kind}" Target={attribute_xml("/" + target)}/>'
        edits.fill(root, line.encode())
        self._set_relations(part, edits.result())
        return identifier

    def unrelate(self, part: str, *relations: Relation) -> None:
        """Take links away."""
        if relations:
            edits = Edits(self.xml(relations_part(part)))
            for relation in relations:
                edits.remove(relation.element)
            self._set_relations(part, edits.result())

    def _set_relations(self, part: str, xml: bytes) -> None:
        self.write(relations_part(part), xml)
        self._relations.pop(folded(part), None)

    @property
    def base(self) -> str:
        """How the types of relations start: strict workbooks have their own."""
        found = (r.type.rpartition("/")[0] for r in self.relations(self.workbook) if r.kind == "worksheet")
        return next(found, _TRANSITIONAL)

    def result(self) -> bytes:
        """The archive: parts in their order, the new ones at the end."""
        self._declare()
        return archive(
            packed(name, self._new[key]) if key in self._new else self._kept[key] for key, name in self._names.items()
        )  # fmt: skip

    def _declare(self) -> None:
        """Bring the content types up to date."""
        if not self._types and not self._retyped:
            return
        xml = self.xml(_TYPES)
        root, edits = tree(xml, 2), Edits(xml)
        for element in root.children:
            name, extension = element.attributes.get("PartName", ""), element.attributes.get("Extension", "")
            key = folded(name.lstrip("/") or f"*.{extension}")
            if key in self._types:
                edits.remove(element)
            elif key in self._retyped:
                kind, former = self._retyped[key]
                if not former or element.attributes.get("ContentType") == former:
                    edits.retag(element, ContentType=kind)
        lines = [
            f'<{root.prefix}Override PartName={attribute_xml("/" + self._names[key])} ContentType="{kind}"/>'
            for key, kind in self._types.items()
            if kind
        ]
        edits.fill(root, "".join(lines).encode())
        self.write(_TYPES, edits.result())


def _relation(element: Element, folder: str) -> Relation:
    external = element.attributes.get("TargetMode") == "External"
    target = element.attributes.get("Target", "")
    if not external:
        written = target.replace("\\", "/")
        target = posixpath.normpath(written if written.startswith("/") else f"{folder}/{written}").lstrip("/")
    whole = element.attributes.get("Type", "")
    return Relation(element.attributes.get("Id", ""), whole.rpartition("/")[2], whole, target, external, element)
