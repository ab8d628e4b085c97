"""The figures as sentences and as the page `docs/performances.md`."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

_GOALS = {1000: (30.0, 5.0), 10_000: (60.0, None)}
"""By number of workbooks: at least so many times faster than the script, at most so many times the raw reading."""
READING = "lire les classeurs"
"""The step that counts its processes."""
_LIBRARIES = ("polars", "pandera", "python-calamine", "XlsxWriter", "prefect")


@dataclass(frozen=True)
class Campaign:
    """The figures of a campaign: seconds and megabytes. The script's are None where it was not run."""

    count: int
    script_s: float | None
    script_mb: float | None
    raw_s: float
    ours_s: float
    ours_mb: float
    one_more_s: float
    fixed_s: float

    def told(self) -> str:
        """A line of progress."""
        script = f"script {_s(self.script_s)} ({self.script_mb:.0f} Mo), " if self.script_s and self.script_mb else ""
        ratio = f", rapport au script {_n(self.script_s / self.ours_s)}" if self.script_s else ""
        return (
            f"{_whole(self.count)} classeurs : {script}lecture brute {_s(self.raw_s)}, flux {_s(self.ours_s)} ({self.ours_mb:.0f} Mo), "
            f"un de plus {_s(self.one_more_s)}{ratio}, rapport à la lecture brute {_n(self.ours_s / self.raw_s)}"
        )


@dataclass(frozen=True)
class Other:
    """Another figure, with its goal: at most, or at least."""

    label: str
    value: float
    goal: float
    unit: str = "s"
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def told(self) -> str:
        """A line of progress."""
        return f"{self.label} : {self._figure(self.value)}"

    def row(self) -> str:
        """A row of the page's table."""
        sign = "≥" if self.at_least else "≤"
        return f"| {self.label} | {sign} {self._figure(self.goal)} | {self._figure(self.value)} | {_verdict(self.met)} |"

    def _figure(self, value: float) -> str:
        return f"{value:.0f} {self.unit}" if self.unit == "Mo" else f"{_n(value)} {self.unit}"


@dataclass(frozen=True)
class Start:
    """What Prefect takes to start, in seconds: to be imported, and its server to answer."""

    import_s: float
    ready_s: float


def page(made: Sequence[Campaign], others: Sequence[Other], steps: Mapping[str, float], start: Start, processors: int, load: float) -> str:
    """The whole page, in French. `load`: how much else the machine was doing when the measures began."""
    small = min((c for c in made if c.script_s), key=lambda c: abs(c.count - 1000))
    head = _HEAD.format(processors=processors, python=platform.python_version(), libraries=_libraries())
    parts = [head + (_BUSY.format(load=_n(load)) if load > _QUIET else ""), _campaigns(made, small)]
    goals = [*_goals(made, small), *others]
    parts.append("## Objectifs\n\n| mesure | objectif | obtenu | |\n| --- | --- | --- | --- |\n" + "\n".join(goal.row() for goal in goals))
    parts.append(_profile(steps))
    parts.append(_floors(small, steps, start, processors))
    parts.append(_TRIED)
    return "\n\n".join(parts) + "\n"


def _floors(small: Campaign, steps: Mapping[str, float], start: Start, processors: int) -> str:
    """What stands in the way of the goals: reading with its guards, and what a run costs whatever its files."""
    reading = steps[READING] * small.count / 1000
    floor = reading / processors + small.fixed_s
    return _FLOORS.format(
        reading=_n(steps[READING]), times_raw=_n(reading / (small.raw_s * processors)), fixed=_n(small.fixed_s), processors=processors,
        floor=_n(floor), best_script=_n((small.script_s or 0) / floor, 0), best_raw=_n(floor / small.raw_s),
        rest=_n(sum(steps.values()) - steps[READING]), import_prefect=_n(start.import_s), ready=_n(start.ready_s),
    )  # fmt: skip


def _campaigns(made: Sequence[Campaign], small: Campaign) -> str:
    head = (
        "## Une campagne entière\n\n"
        "| classeurs | script | lecture brute | passage à froid | par classeur | fois plus rapide que le script | fois la lecture brute "
        "| un classeur de plus | mémoire du script | mémoire du passage |\n" + "| ---: " * 10 + "|\n"
    )
    return head + "\n".join(_campaign_row(c, small) for c in made)


def _campaign_row(c: Campaign, small: Campaign) -> str:
    script = _script(c, small)
    about = "" if c.script_s else "≈ "
    memory = f"{c.script_mb:.0f} Mo" if c.script_mb else "—"
    raw, each = f"{_n(c.raw_s, 2)} s", f"{_n(1000 * c.ours_s / c.count)} ms"
    figures = (
        _whole(c.count), f"{about}{_s(script)}", raw, _s(c.ours_s), each, _n(script / c.ours_s),
        _n(c.ours_s / c.raw_s), _s(c.one_more_s), memory, f"{c.ours_mb:.0f} Mo",
    )  # fmt: skip
    return f"| {' | '.join(figures)} |"


def _script(c: Campaign, small: Campaign) -> float:
    return c.script_s or (small.script_s or 0) * c.count / small.count


def _goals(made: Sequence[Campaign], small: Campaign) -> list[Other]:
    found = []
    for c in made:
        faster, reading = _GOALS.get(c.count, (None, None))
        name = f"{_whole(c.count)} classeurs"
        if faster:
            found.append(Other(f"{name}, rapport au script", _script(c, small) / c.ours_s, faster, "×", at_least=True))
        if reading:
            found.append(Other(f"{name}, rapport à la lecture brute", c.ours_s / c.raw_s, reading, "×"))
        if c.count >= 10_000:
            found.append(Other(f"{name}, un classeur de plus, en part du passage à froid", 100 * c.one_more_s / c.ours_s, 2, "%"))
            if c.count != small.count:
                per = (c.ours_s / c.count) / (small.ours_s / small.count)
                found.append(
                    Other(f"{name}, temps par classeur, rapporté à {_whole(small.count)}", per, 1.0 if c.count < 100_000 else 1.2, "×")
                )
            found.append(Other(f"{name}, mémoire de tous les processus", c.ours_mb, 1229 if c.count < 100_000 else 2560, "Mo"))
    return found


def _profile(steps: Mapping[str, float]) -> str:
    whole = sum(steps.values())
    rows = [
        f"| {title} | {_n(seconds, 2)} s | {100 * seconds / whole:.0f} % |" for title, seconds in sorted(steps.items(), key=lambda s: -s[1])
    ]
    return (
        "## Où passe le temps\n\nTemps de processeur de chaque étape, mille classeurs, sans Prefect ; la lecture et les retours comptent "
        "leurs processus. Les processeurs se le partagent pendant la lecture, puis pendant l'écriture.\n\n| étape | processeur | part |\n"
        "| --- | ---: | ---: |\n" + "\n".join(rows) + f"\n| **ensemble** | {_n(whole, 2)} s | |"
    )


def _verdict(met: bool) -> str:
    return "tenu" if met else "non tenu"


def _n(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def _s(value: float | None) -> str:
    return f"{_n(value or 0)} s"


def _whole(value: int) -> str:
    return f"{value:,}".replace(",", "\u00a0")


def _libraries() -> str:
    return ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)


_HEAD = """# Performances

Page produite par `make bench` (par `make bench-long` pour dix mille et cent mille classeurs) : ne la modifiez pas à la main. Les temps
dépendent de la machine, les rapports beaucoup moins : toutes les mesures d'une page viennent d'un même passage.

- **Script** : ce qu'on écrirait aujourd'hui avec pandas, openpyxl et pandera (`benchmarks/baseline.py`). Il fait moins : ni adresses des
  cellules, ni versions, ni contrôles de sûreté. Les deux doivent retenir les mêmes fichiers et les mêmes euros, sinon la commande échoue.
- **Lecture brute** : toutes les feuilles lues par python-calamine sur tous les processeurs, rien d'autre (`benchmarks/raw.py`).
- **Passage à froid** : `poles run` sur des classeurs jamais vus, gardes, contrôles et toutes les sorties compris, Prefect déjà démarré.
- **Un classeur de plus** : le même dossier le lendemain, avec un fichier nouveau.
- **Mémoire** : le plus que tiennent ensemble tous les processus, le serveur de Prefect compris.

Ici : {processors} processeurs, Python {python}, {libraries}."""
_QUIET = 0.5
_BUSY = """

La machine travaillait aussi pour d'autres (charge de {load} au départ) : les temps sont plus longs que sur une machine au repos, et les
rapports ne sont qu'indicatifs."""
_FLOORS = """## Ce qui borne

Ce qui sépare les mesures des objectifs non tenus, et qu'aucun réglage ne retire :

- *Lecture.* {reading} s de processeur pour mille classeurs, {times_raw} fois la lecture brute. Chaque archive est ouverte sous garde
  (tailles, sommes de contrôle, balises), ses cellules sont relevées dans le XML puis relues par python-calamine, et les deux relevés
  comparés ; chaque valeur garde son adresse. C'est le prix de la [sûreté](surete.md).
- *Ce qui ne dépend pas des classeurs.* Un passage de 3 classeurs dure {fixed} s : une vingtaine de tâches de Prefect, cinq modèles,
  deux classeurs de résultats relus avant d'être mis en place, les tables, la page et les relances.
- *Les deux ensemble*, si contrôler, consolider et écrire mille classeurs ne coûtait rien de plus : {floor} s sur {processors}
  processeurs, soit {best_script} fois plus vite que le script et {best_raw} fois la lecture brute.
- *Une nuit de plus.* La lecture et les règles propres à chaque dossier sont épargnées, et une sortie qui n'a pas changé reste en place.
  Le reste est refait sur toutes les lignes, {rest} s de processeur pour mille classeurs : une règle peut porter sur plusieurs
  classeurs, et budget-consolide.xlsx, qui tient dans une seule archive, est récrit et relu en entier dès qu'une ligne change.
- *Démarrage.* `import prefect` dure {import_prefect} s à lui seul ; le serveur de Prefect répond {ready} s après avoir été lancé.
- *Mémoire.* Les lignes sont contrôlées et totalisées quelques Pays à la fois, et tenues en Parquet d'une étape à l'autre, cent fois plus
  petites. Ce qui reste en mémoire de chaque classeur : sa place, son identité, ce qui est décidé de lui."""
_TRIED = """## Ce qui a été essayé

Mesuré sur mille classeurs en novembre 2026, puis laissé :

- polars sur un seul fil : 6 % de processeur en moins, mais les grandes tables ne se partagent plus ;
- le ramasse-miettes coupé pendant le passage : moins que ce qui se mesure, une fois qu'il passe moins souvent ;
- un passage à vide pendant que Prefect démarre : 0,1 s de moins au premier, 0,2 s de processeur de plus ;
- les adresses des cellules en une requête par feuille plutôt que par colonne : deux fois plus cher ;
- les modèles gardés d'un passage à l'autre : leur date change chaque jour ;
- les tâches de lecture gardées par Prefect : 6 ms par tâche retrouvée, trois fois la lecture d'un classeur ;
- des cellules sans leur adresse dans budget-consolide.xlsx : un quart de moins à écrire, mais plusieurs lecteurs connus s'y trompent ;
- une lecture de contrôle écrite par nous pour les longues feuilles : deux fois plus rapide, mais le lecteur ne serait plus indépendant."""
