"""Why a run stops: errors whose text is the French sentence that its user reads."""


class RunError(Exception):
    """A run that cannot go on. The old outputs stay, unless the sentence says otherwise."""


class ControlGap(RunError):
    """A control does not hold: one euro or one file is unaccounted for."""


NO_READER = (
    "Le lecteur de classeurs ne démarre pas : réinstallez l'outil (« python -m workbooks.worker » dit pourquoi). "
    "Les sorties précédentes restent en place."
)
