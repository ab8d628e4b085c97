"""The workbooks that benchmarks measure respect the rules, however many they are."""

import sys
from collections import Counter
from pathlib import Path

from schemas.parameters import load_config

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
from generate import PAYS, STUDIES, STUDY_CAP, pays_rank, studies_before, study_aid


def test_studies_never_ask_more_than_the_cap_of_their_pays() -> None:
    """PRE301 counts all the studies of a Pays: a hundred thousand workbooks are 4 762 campaigns."""
    asked: Counter[int] = Counter()
    seen: Counter[int] = Counter()
    for campaign in range(300):
        before = {pays: studies_before(campaign, pays) for pays in range(PAYS)}
        assert before == {pays: seen[pays] for pays in range(PAYS)}
        for number in STUDIES:
            pays = pays_rank(campaign, number)
            asked[pays] += sum(study_aid(campaign, number))
            seen[pays] += 1
    assert max(asked.values()) <= STUDY_CAP < max(asked.values()) + 1500
    assert not any(any(study_aid(campaign, number)) for campaign in (900, 4_761) for number in STUDIES)
    cap = load_config(Path("config.toml")).parametres.plafond_etude_eur
    assert max(value.valeur for value in cap.valeurs if value.valeur) >= STUDY_CAP
