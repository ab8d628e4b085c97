"""The watch on drops, as a process of the service: `python -m flows.service_watch`, where POLES_CONFIG names the configuration."""

import logging
import os
import signal
import threading
from pathlib import Path
from types import FrameType

from flows.errors import RunError
from flows.recevoir import recevoir
from flows.steps import job
from flows.watch import Change, Watch
from schemas.parameters import ConfigError

_RETRY_S = 30
_LOG = logging.getLogger("poles.veille")


def watch_for_ever(config: Path, stop: threading.Event) -> None:
    """Look at the inputs until asked to stop, and receive what comes. A reception that fails is tried again later."""
    work = job(config, None, None, None)
    watch, kept = Watch(work.inputs), config.resolve().parent / work.config.service.dossier / "veille.json"
    watch.load(kept)
    while not stop.wait(work.config.service.intervalle_s):
        try:
            change = watch.look()
        except OSError as error:
            _LOG.warning("inputs out of reach: %s", error)
            continue
        if change and _received(config, change):
            watch.save(kept)
        elif change:
            watch.forget(change)
            stop.wait(_RETRY_S)


def _received(config: Path, change: Change) -> bool:
    try:
        recevoir(str(config), change.complete, change.gone, len(change.complete) + len(change.gone), return_state=True).result()
    except (RunError, ConfigError) as error:
        _LOG.warning("reception failed: %s", error)
        return False
    return True


def main() -> None:
    """Watch until a stop signal."""
    asked = threading.Event()

    def ask_to_stop(_: int, __: FrameType | None) -> None:
        asked.set()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask_to_stop)
    watch_for_ever(Path(os.environ["POLES_CONFIG"]), asked)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    main()
