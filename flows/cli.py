"""The command `poles`. Exit 0 where it is done (rejected files included), 1 where it failed or `check` found an error, 2 for wrong use."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from flows.errors import RunError
from flows.french_argparse import FrenchParser
from flows.terminal import prepare, show, show_json
from schemas.parameters import ConfigError, load_config
from schemas.text import count, french_date, listing

DONE, FAILED, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    prepare()
    options = _parser().parse_args(arguments)
    options.config = Path(options.config or os.environ.get("POLES_CONFIG") or "config.toml")
    try:
        return int(options.run(options))
    except ConfigError as error:
        show(*str(error).split("\n"), error=True)
        return WRONG_USE
    except RunError as error:
        show(f"Échec. {error}", error=True)
        return FAILED
    except KeyboardInterrupt:
        show("Interrompu : les sorties précédentes restent en place.", error=True)
        return FAILED


def _parser() -> FrenchParser:
    parser = FrenchParser(prog="poles", description="Contrôle et consolide les classeurs des pôles de développement de l'ESS.")
    parser.add_argument("--config", metavar="FICHIER", help="configuration à utiliser (sinon POLES_CONFIG, sinon config.toml)")
    commands = parser.add_subparsers(title="commandes\u00a0", metavar="COMMANDE", required=True, dest="commande", parser_class=FrenchParser)

    check = commands.add_parser(
        "check", help="contrôle des fichiers et affiche les constats",
        description="Contrôle des fichiers, ou tous ceux d'un dossier, sans rien écrire. Code de sortie : 1 s'il y a une erreur, sinon 0.",
    )  # fmt: skip
    check.add_argument("fichiers", nargs="+", metavar="FICHIER", type=Path, help="classeur à contrôler, ou dossier de classeurs")
    check.set_defaults(run=_check)

    inspect = commands.add_parser(
        "inspect", help="montre ce que le lecteur voit d'un fichier", description="Montre feuilles, cellules, nombres et erreurs."
    )
    inspect.add_argument("fichiers", nargs="+", metavar="FICHIER", type=Path, help="classeur à regarder")
    inspect.set_defaults(run=_inspect)

    run = commands.add_parser(
        "run", help="contrôle, consolide et écrit toutes les sorties", description="Traite tout le dossier des dépôts, une fois."
    )
    run.add_argument("--au", metavar="AAAA-MM-JJ", type=_day, help="jour pour lequel la consolidation parle (sinon aujourd'hui)")
    run.add_argument("--entrees", metavar="DOSSIER", type=Path, help="dossier des dépôts (sinon celui de la configuration)")
    run.add_argument("--sorties", metavar="DOSSIER", type=Path, help="dossier des sorties (sinon celui de la configuration)")
    run.add_argument("--scenario", metavar="NOM", help="scénario de la configuration à calculer (sinon celui de « prevision.scenario »)")
    run.set_defaults(run=_run)

    arreter = commands.add_parser(
        "arreter", help="fige les tables et les classeurs d'un mois dans le registre",
        description="Fige dans le registre les dépôts, les tables et les classeurs d'un mois. Un arrêté ne se refait pas.",
    )  # fmt: skip
    arreter.add_argument("mois", metavar="AAAA-MM", type=_month, help="mois à arrêter, jusqu'à son dernier jour")
    arreter.set_defaults(run=_arreter)

    explain = commands.add_parser(
        "explain", help="dit d'où vient un chiffre de budget-consolide.xlsx",
        description="Dit d'où vient un chiffre de budget-consolide.xlsx : « Par Pays!I7 », ou un Pays et une colonne.",
    )  # fmt: skip
    explain.add_argument("cellule", nargs="?", metavar="FEUILLE!CELLULE", help="cellule de budget-consolide.xlsx, « Par Pays!I7 »")
    explain.add_argument("--pays", metavar="PAYS", help="code ou nom d'un Pays")
    explain.add_argument("--colonne", metavar="COLONNE", help="colonne de la feuille Par Pays, « Coût total »")
    explain.set_defaults(run=_explain)

    serve = commands.add_parser(
        "serve", help="tourne en permanence : chaque nuit, et dès qu'un fichier arrive",
        description="Démarre le service de cette machine : contrôle des dépôts dès leur arrivée, consolidation chaque nuit.",
    )  # fmt: skip
    serve.set_defaults(run=_serve)

    templates = commands.add_parser(
        "templates", help="écrit les modèles à remplir",
        description="Écrit les cinq modèles vierges, ou ceux d'un Pays avec ce que l'on sait déjà de lui.",
    )  # fmt: skip
    templates.add_argument("dossier", nargs="?", metavar="DOSSIER", type=Path, help="où les écrire (sinon « modeles » dans les sorties)")
    templates.add_argument("--pays", metavar="PAYS", help="code ou nom d'un Pays : ses modèles, préremplis, dans un sous-dossier à son nom")
    templates.set_defaults(run=_templates)

    demo = commands.add_parser("demo", help="écrit une campagne d'exemple", description="Écrit la campagne d'exemple d'octobre 2010.")
    demo.add_argument("dossier", metavar="DOSSIER", type=Path, help="où l'écrire")
    demo.add_argument("--erreurs", action="store_true", help="écrit plutôt un fichier fautif par règle")
    demo.set_defaults(run=_demo)

    for command in (check, inspect, run, arreter, explain, templates, demo):
        command.add_argument("--json", action="store_true", help="écrit le résultat en JSON, pour un programme")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une date de la forme AAAA-MM-JJ") from None


def _check(options: argparse.Namespace) -> int:
    from flows.runner import loading
    from workbooks.process import begin_process

    config, home = load_config(options.config), options.config.resolve().parent
    if _missing(f for f in options.fichiers if not f.is_dir()):
        return WRONG_USE
    # Reading gets ready while the rules are loaded.
    begin_process()
    with loading():
        from flows.check import check_files
        from flows.check_report import print_json, print_report

    checked = check_files(options.fichiers, config, home / config.dossiers.entrees)
    (print_json if options.json else print_report)(checked)
    return FAILED if any(c.errors for c in checked) else DONE


def _missing(files: Iterable[Path]) -> bool:
    """Say which of the files given are none."""
    missing = [f for f in files if not f.is_file()]
    if missing:
        show(f"Introuvable : {listing((f'« {f} »' for f in missing), 'et')}.", error=True)
    return bool(missing)


def _inspect(options: argparse.Namespace) -> int:
    from flows.inspect import inspect_files, print_json, print_report

    config = load_config(options.config)
    if _missing(options.fichiers):
        return WRONG_USE
    inspected = inspect_files(options.fichiers, config)
    (print_json if options.json else print_report)(inspected)
    return FAILED if any("refus" in facts for facts in inspected) else DONE


def _run(options: argparse.Namespace) -> int:
    from flows import runner
    from workbooks.process import begin_process

    with runner.server_for_the_run() as server:
        begin_process()
        with runner.loading():
            from flows.lock import one_run_at_a_time
            from flows.progress import listening
            from flows.steps import job
            from flows.summary import print_summary

        # A wrong configuration or another run is said at once, before Prefect takes seconds to start.
        work = job(options.config, options.entrees, options.sorties, options.au, options.scenario)
        try:
            with one_run_at_a_time(work.outputs):
                pass
            with listening(_progress):
                outcome = runner.run_flow(options.config.resolve(), work.inputs, work.outputs, work.day, work.scenario, server)
        except OSError as error:
            return _refused(work.outputs, error)
        print_summary(outcome, work.outputs, work.day, scenario=work.scenario, as_json=options.json)
    return DONE


def _month(text: str) -> str:
    try:
        date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas un mois de la forme AAAA-MM") from None
    return text


def _arreter(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from flows.arretes import freeze, last_day
    from flows.steps import job

    work = job(options.config, None, None, None)
    try:
        day = last_day(options.mois, work.day)
    except ValueError:
        show(f"Le mois {options.mois} n'a pas commencé : rien à arrêter.", error=True)
        return WRONG_USE
    try:
        made = freeze(replace(work, day=day), options.config.resolve(), options.mois)
    except OSError as error:
        return _refused(work.outputs, error)
    if options.json:
        show_json({"arrete": options.mois, "jour": day.isoformat(), "dossier": made.as_posix()})
    else:
        show(f"Arrêté {options.mois}, au {french_date(day)} : {made}.")
    return DONE


def _explain(options: argparse.Namespace) -> int:
    from flows.explain import UnknownFigure, explain_cell, explain_pays, print_figures, print_json, read_tables
    from flows.steps import job

    if bool(options.cellule) == bool(options.pays and options.colonne):
        show("Indiquez une cellule (« Par Pays!I7 »), ou --pays et --colonne.", error=True)
        return WRONG_USE
    work = job(options.config, None, None, None)
    tables = read_tables(work)
    try:
        if options.cellule:
            figures = explain_cell(work, tables, options.cellule)
        else:
            figures = explain_pays(work, tables, options.pays, options.colonne)
    except UnknownFigure as error:
        show(str(error), error=True)
        return WRONG_USE
    (print_json if options.json else print_figures)(figures)
    return DONE


def _serve(options: argparse.Namespace) -> int:
    from flows.service import serve

    serve(load_config(options.config), options.config)
    return DONE


def _refused(folder: Path, error: OSError) -> int:
    from flows.disk import named, reason

    show(f"Échec. « {folder} » : {' : '.join(filter(None, (named(error), reason(error))))}.", error=True)
    return FAILED


def _progress(text: str) -> None:
    show(f"… {text}", error=True)


def _templates(options: argparse.Namespace) -> int:
    from flows.steps import job, replace_templates

    work = job(options.config, None, None, None)
    folder = options.dossier or work.outputs / "modeles"
    if options.pays is None:
        return _wrote(options, folder, lambda: replace_templates(work, folder), "modèle")
    from flows.templates import replace_pays_templates, unknown_pays
    from schemas.pays import all_pays, find_pays
    from workbooks.template_pays import folder_name

    code = find_pays(options.pays)
    if code is None:
        show(unknown_pays(options.pays), error=True)
        return WRONG_USE
    own = folder / folder_name(all_pays()[code])
    return _wrote(options, own, lambda: replace_pays_templates(work, own, code), "modèle")


def _demo(options: argparse.Namespace) -> int:
    from workbooks.demo import write_demo
    from workbooks.mistakes import write_mistakes

    config, folder = load_config(options.config), options.dossier
    if options.erreurs:
        return _wrote(options, folder, lambda: sorted({folder / m.file for m in write_mistakes(folder, config)}), "fichier")
    return _wrote(options, folder, lambda: write_demo(folder, config), "fichier")


def _wrote(options: argparse.Namespace, folder: Path, write: Callable[[], list[Path]], noun: str) -> int:
    try:
        paths = write()
    except OSError as error:
        return _refused(folder, error)
    if options.json:
        show_json({"fichiers": [p.as_posix() for p in paths]})
    else:
        show(f"{count(len(paths), noun)} dans {folder}.")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
