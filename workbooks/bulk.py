"""Long tables in an XlsxWriter sheet, their rows made as columns of XML text by polars instead of cell by cell.

XlsxWriter keeps everything else: styles, widths, header, totals, print set-up, and the package. It is the only part of the project that
touches its inner methods; the golden dumps of the reports and `constraints.txt` hold them still.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

Link = tuple[str, str]
"""What a link points to: the file, as XlsxWriter writes it, and the place in it (may be empty)."""
_BLANK = "/>"
_SPECIAL = re.compile('[&<>"]')


class BulkSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A worksheet that takes whole columns below its header. Columns are given once, then `close_rows` makes the rows."""

    def start_rows(self, first: int, height: int) -> None:
        """Rows `first` to `first + height - 1` (zero-based) come as columns."""
        self._first_row = first
        self._numbers = pl.int_range(first + 1, first + 1 + height, eager=True).cast(pl.String)
        self._cells: list[pl.Series] = []
        self._links: list[tuple[str, Link]] = []
        self._xml = ""

    def _column(self, style: pl.Series | Any, body: pl.Series) -> None:
        """Add a column: `style` is a format or one format number per row, `body` what follows a cell's attributes."""
        letters = xl_col_to_name(len(self._cells))
        number = style if isinstance(style, pl.Series) else pl.lit(str(style._get_xf_index()))
        parts = pl.concat_str(pl.lit(f'<c r="{letters}'), pl.lit(self._numbers), pl.lit('" s="'), number, pl.lit('"'), pl.lit(body))
        self._cells.append(pl.select(parts).to_series())

    def add_texts(self, texts: pl.Series, style: Any, by_word: Mapping[str, Any], words: pl.Series | None = None) -> None:
        """A column of texts; a null or an empty text is a blank cell. `words` (the texts themselves) picks the formats of `by_word`."""
        known = texts.filter(texts.is_not_null() & (texts != "")).unique(maintain_order=True)
        index = [str(self.str_table._get_shared_string_index(text)) for text in known.to_list()]
        place = texts.replace_strict(known, pl.Series(index, dtype=pl.String), default=None, return_dtype=pl.String)
        body = pl.select(pl.concat_str(pl.lit(' t="s"><v>'), place, pl.lit("</v></c>"))).to_series().fill_null(_BLANK)
        self._column(self._styles(texts if words is None else words, style, by_word), body)

    def add_numbers(self, numbers: pl.Series, style: Any, by_word: Mapping[str, Any], words: pl.Series) -> None:
        """A column of exact numbers; null is a blank cell. `words` picks the formats of `by_word`."""
        body = pl.select(pl.concat_str(pl.lit("><v>"), numbers.cast(pl.String), pl.lit("</v></c>"))).to_series().fill_null(_BLANK)
        self._column(self._styles(words, style, by_word), body)

    def _styles(self, words: pl.Series, style: Any, by_word: Mapping[str, Any]) -> pl.Series | Any:
        if not by_word:
            return style
        numbers = {word: str(made._get_xf_index()) for word, made in by_word.items()}
        return words.replace_strict(numbers, default=str(style._get_xf_index()), return_dtype=pl.String)

    def add_links(self, places: Sequence[int], links: Sequence[Link]) -> None:
        """Links on the column added last: row numbers below the header, zero-based, and what each points to."""
        letters = xl_col_to_name(len(self._cells) - 1)
        self._links += [(f"{letters}{self._first_row + 1 + place}", link) for place, link in zip(places, links, strict=True)]

    def close_rows(self, heights: pl.Series | None) -> None:
        """Make the rows; `heights` in points, null for the usual one."""
        if self._cells and len(self._numbers):
            opening = pl.concat_str(pl.lit('<row r="'), pl.lit(self._numbers), pl.lit('"'))
            custom = pl.lit("") if heights is None else _height(heights)
            rows = pl.select(pl.concat_str(opening, custom, pl.lit(">"), *(pl.lit(c) for c in self._cells), pl.lit("</row>"))).to_series()
            self._xml = "".join(rows.to_list())
            self._check_dimensions(self._first_row + len(self._numbers) - 1, len(self._cells) - 1)
        self._cells = []

    def _write_rows(self) -> None:
        super()._write_rows()
        self.fh.write(self.__dict__.pop("_xml", ""))

    def _write_hyperlinks(self) -> None:
        links = self.__dict__.pop("_links", [])
        if not links:
            super()._write_hyperlinks()
            return
        made = []
        for number, (reference, (target, anchor)) in enumerate(links, self.rel_count + 1):
            location = f' location="{_escaped(anchor)}"' if anchor else ""
            made.append(f'<hyperlink ref="{reference}" r:id="rId{number}"{location}/>')
            self.external_hyper_links.append(["/hyperlink", target, "External"])
        self.rel_count += len(links)
        self.fh.write(f"<hyperlinks>{''.join(made)}</hyperlinks>")


def _escaped(text: str) -> str:
    return escape(text, {'"': "&quot;"}) if _SPECIAL.search(text) else text


def _height(heights: pl.Series) -> pl.Expr:
    attribute = pl.concat_str(pl.lit(' ht="'), pl.lit(heights.cast(pl.String)), pl.lit('" customHeight="1"'))
    return attribute.fill_null("")


def as_written(link: str) -> Link:
    """An `external:file#place` link as the file's relationships and the sheet hold it."""
    path, _, place = link.partition("#")
    return _target(path), place


@lru_cache(maxsize=4096)
def _target(path: str) -> str:
    return str(Url(path)._target())
