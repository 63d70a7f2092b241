"""The Berlin database of emotional speech (EMO-DB): all that is known stands in names, 03a01Fa.wav.

Two digits for the speaker, three characters for the sentence, a letter for the emotion, one for the
repetition.

Source: Burkhardt, Paeschke, Rolfes, Sendlmeier, Weiss, "A database of German emotional speech",
Interspeech 2005, and the corpus's page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from voxnym.corpora.corpus import Corpus
from voxnym.corpora.lines import is_folder, names_in
from voxnym.corpora.published import as_corpus, sounds_below
from voxnym.corpora.tree import Tree
from voxnym.records import Gender, Utterance

_WOMEN: Final = frozenset(("08", "09", "13", "14", "16"))
_MEN: Final = frozenset(("03", "10", "11", "12", "15"))
EMOTIONS: Final = {
    "W": "anger",
    "L": "boredom",
    "E": "disgust",
    "A": "fear",
    "F": "happiness",
    "T": "sadness",
    "N": "neutral",
}
"""By the first letters of the German words (Wut, Langeweile, Ekel, Angst, Freude, Trauer)."""
SENTENCES: Final = {
    "a01": "Der Lappen liegt auf dem Eisschrank.",
    "a02": "Das will sie am Mittwoch abgeben.",
    "a04": "Heute abend könnte ich es ihm sagen.",
    "a05": "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück.",
    "a07": "In sieben Stunden wird es soweit sein.",
    "b01": "Was sind denn das für Tüten, die da unter dem Tisch stehen?",
    "b02": "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter.",
    "b03": "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe Agnes besucht.",
    "b09": "Ich will das eben wegbringen und dann mit Karl was trinken gehen.",
    "b10": "Die wird auf dem Platz sein, wo wir sie immer hinlegen.",
}
_NAME: Final = re.compile(rf"(\d\d)({'|'.join(SENTENCES)})([{''.join(EMOTIONS)}])[a-z]")
_FEWEST: Final = 5
"""Names that look so; fewer may be chance."""


def is_emodb(folder: Path) -> bool:
    """Whether a folder, or its folder wav, holds recordings with such names."""
    inside = folder / "wav" if is_folder(folder / "wav") else folder
    named = [name for name in names_in(inside) if _NAME.fullmatch(Path(name).stem)]
    return len(named) >= _FEWEST


def read_emodb(tree: Tree) -> Corpus:
    """All speakers of EMO-DB. Clip length and level tell emotions apart there: mind it.

    Args:
        tree: its home is the corpus's folder.

    Raises:
        InputError: no recording there, or one that stands twice.
    """
    return as_corpus(
        tree,
        (
            (
                path,
                Utterance(
                    found[0],
                    path,
                    speaker=found[1],
                    gender=_gender(found[1]),
                    text=SENTENCES[found[2]],
                    emotion=EMOTIONS[found[3]],
                    language="de",
                ),
            )
            for path, found in sounds_below(tree.home, _NAME)
        ),
    )


def _gender(speaker: str) -> Gender:
    if speaker in _WOMEN:
        return "f"
    return "m" if speaker in _MEN else "unknown"
