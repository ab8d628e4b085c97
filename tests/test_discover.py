"""What the inputs hold: every name is listed, with the reason where it is not read, and nothing can keep the run waiting."""

import hashlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.reading import Received
from workbooks.container import Refusal
from workbooks.discover import discover, fingerprint, open_regular

BYTES = b"PK\x03\x04 un classeur"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """A pipe that somebody reads would hang: better to fail."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return
    signal.alarm(10)
    yield
    signal.alarm(0)


def put(folder: Path, *names: str) -> None:
    """Files of distinct contents."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(BYTES + name.encode("utf-8", "surrogateescape"))


def reasons(folder: Path) -> dict[str, str]:
    return {f.path: f.ignored for f in discover(folder)}


@pytest.mark.parametrize(
    "name", ["a.xlsx", "b.xlsm", "c.xls", "d.ods", "E.XLSX", "budget v2 corrigé (1).xlsx", "pays/2010/été.xlsx", "~a.xlsx"]
)
def test_workbooks_are_read_wherever_they_are(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    (found,) = discover(tmp_path)
    data = (tmp_path / name).read_bytes()
    assert found == Received(name, hashlib.sha256(data).hexdigest(), len(data))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("~$budget.xlsx", "ouvert dans Excel"),
        (".~lock.budget.ods#", "ouvert dans LibreOffice"),
        ("._budget.xlsx", "caché"),
        (".budget.xlsx", "caché"),
        (".DS_Store", "caché"),
        ("Thumbs.db", "service"),
        ("desktop.ini", "service"),
        ("budget.xlsx.tmp", "temporaire"),
        ("budget.xlsx.part", "inachevée"),
        ("budget.xlsx.crdownload", "inachevée"),
        ("budget.xlsx.filepart", "inachevée"),
        ("budget.xlsx~", "temporaire"),
        ("budget.csv", "seuls les formats .xlsx, .xlsm, .xls, .ods"),
        ("budget.xlsb", "seuls les formats"),
        ("budget.pdf", "seuls les formats"),
        ("budget", "seuls les formats"),
        (".corbeille/budget.xlsx", "caché"),
        ("2010/.Trash-1000/files/budget.xlsx", "corbeille"),
        ("$RECYCLE.BIN/budget.xlsx", "corbeille"),
        ("#recycle/budget.xlsx", "corbeille"),
    ],
)
def test_what_is_no_deposit_is_listed_with_the_reason_and_not_opened(tmp_path: Path, name: str, words: str) -> None:
    put(tmp_path, name)
    (found,) = discover(tmp_path)
    assert found.path == name
    assert words in found.ignored
    assert found.sha256 == ""


def test_the_same_bytes_twice_are_read_once_under_the_first_path(tmp_path: Path) -> None:
    put(tmp_path, "b.xlsx")
    for copy in ("c/d.xlsx", "a.xls", "z.xlsx"):
        (tmp_path / copy).parent.mkdir(exist_ok=True)
        (tmp_path / copy).write_bytes((tmp_path / "b.xlsx").read_bytes())
    first, *others = discover(tmp_path)
    assert (first.path, first.ignored, first.same_as) == ("a.xls", "", "")
    assert [f.path for f in others] == ["b.xlsx", "c/d.xlsx", "z.xlsx"]
    assert {(f.sha256, f.same_as) for f in others} == {(first.sha256, "a.xls")}
    assert all("même contenu que « a.xls »" in f.ignored for f in others)


def test_the_order_is_that_of_paths_whatever_the_file_system_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["z.xlsx", "a/z.xlsx", "a/b/c.xlsx", "a.xlsx", "B.xlsx", "é.xlsx", "10.xlsx", "9.xlsx"]
    put(tmp_path, *names)
    expected = [f.path for f in discover(tmp_path)]
    assert expected == sorted(names)
    walk = os.walk

    def backwards(*arguments: object, **options: object) -> Iterator[tuple[str, list[str], list[str]]]:
        for base, folders, files in walk(*arguments, **options):
            folders.sort(reverse=True)
            yield base, folders, sorted(files, reverse=True)

    monkeypatch.setattr(os, "walk", backwards)
    assert [f.path for f in discover(tmp_path)] == expected


def test_nothing_is_written_and_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "vide").mkdir()
    assert discover(tmp_path) == []
    put(tmp_path, "a.xlsx")
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    discover(tmp_path)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pas de tube nommé sur ce système")
def test_a_named_pipe_is_listed_and_hangs_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tube.xlsx")
    assert reasons(tmp_path) == {"tube.xlsx": "ce n'est pas un fichier ordinaire"}
    assert fingerprint(tmp_path / "tube.xlsx", "tube.xlsx") == Received("tube.xlsx")
    with pytest.raises(Refusal, match="FIC001"):
        open_regular(tmp_path / "tube.xlsx")


def test_links_are_listed_and_not_followed(tmp_path: Path) -> None:
    outside, inputs = tmp_path / "ailleurs", tmp_path / "dépôts"
    inputs.mkdir()
    put(outside, "secret.xlsx")
    (inputs / "lien.xlsx").symlink_to(outside / "secret.xlsx")
    (inputs / "mort.xlsx").symlink_to(outside / "absent.xlsx")
    (inputs / "dossier").symlink_to(outside)
    (inputs / "boucle").symlink_to(inputs)
    found = reasons(inputs)
    assert list(found) == ["boucle", "dossier", "lien.xlsx", "mort.xlsx"]
    assert set(found.values()) == {"ce n'est pas un fichier mais un lien vers un autre"}


@pytest.mark.skipif(sys.platform != "linux", reason="noms de fichiers qui ne sont pas de l'UTF-8 : Linux seulement")
def test_a_name_that_cannot_be_read_is_listed_in_signs_that_can(tmp_path: Path) -> None:
    for number in (0xE9, 0xE8):
        (tmp_path / os.fsdecode(b"budget %c.xlsx" % number)).write_bytes(BYTES)
    assert list(reasons(tmp_path).values()) == ["son nom contient des signes illisibles : renommez-le"] * 2
    assert [f.path for f in discover(tmp_path)] == ["budget \\xe8.xlsx", "budget \\xe9.xlsx"]


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropping what it holds would empty the budget in silence; the run retries, then stops."""
    with pytest.raises(FileNotFoundError):
        discover(tmp_path / "absent")
    put(tmp_path, "a.xlsx", "fermé/b.xlsx")
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("fermé"):
            raise PermissionError(13, "refusé", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(PermissionError):
        discover(tmp_path)


def test_a_file_that_cannot_be_opened_stays_in_the_list(tmp_path: Path) -> None:
    """Reading it says why, as a finding."""
    assert fingerprint(tmp_path / "parti.xlsx", "parti.xlsx") == Received("parti.xlsx")
    assert fingerprint(tmp_path, "dossier.xlsx") == Received("dossier.xlsx")
