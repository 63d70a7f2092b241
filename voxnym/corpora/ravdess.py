"""RAVDESS: all that is known stands in names, Actor_12/03-01-06-01-02-01-12.wav.

Seven numbers: modality (03: sound only), channel (01 speech, 02 song), emotion, intensity,
sentence, repetition, actor. Odd actors are men, even ones women.

Source: Livingstone, Russo, "The Ryerson Audio-Visual Database of Emotional Speech and Song",
PLoS ONE 13(5): e0196391, 2018. Licence CC BY-NC-SA 4.0: for evaluation, not for weights that ship.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from voxnym.corpora.corpus import Corpus
from voxnym.corpora.lines import is_folder, names_in
from voxnym.corpora.published import as_corpus, sounds_below
from voxnym.corpora.tree import Tree
from voxnym.records import Utterance

EMOTIONS: Final = {
    "01": "neutral",
    "02": "calm",
    "03": "happiness",
    "04": "sadness",
    "05": "anger",
    "06": "fear",
    "07": "disgust",
    "08": "surprise",
}
SENTENCES: Final = {"01": "Kids are talking by the door", "02": "Dogs are sitting by the door"}
_SPEECH: Final = "01"
_NAME: Final = re.compile(r"03-(0[12])-(0[1-8])-(0[12])-(0[12])-(0[12])-(\d\d)")
_FEWEST: Final = 5
"""Names that look so; fewer may be chance."""


def is_ravdess(folder: Path) -> bool:
    """Whether a folder, or its folders Actor_…, hold recordings with such names."""
    actors = [folder / name for name in names_in(folder) if re.fullmatch(r"Actor_\d\d", name)]
    names = [name for each in (folder, *actors) if is_folder(each) for name in names_in(each)]
    return sum(_NAME.fullmatch(Path(name).stem) is not None for name in names) >= _FEWEST


def read_ravdess(tree: Tree) -> Corpus:
    """The actors' speech, without their songs. Level tells emotions apart there: mind it.

    Args:
        tree: its home is the corpus's folder.

    Raises:
        InputError: no recording there, or one that stands twice.
    """
    rows: list[tuple[str, Utterance]] = []
    songs = 0
    for path, found in sounds_below(tree.home, _NAME):
        if found[1] != _SPEECH:
            songs += 1
            continue
        rows.append(
            (
                path,
                Utterance(
                    found[0],
                    path,
                    speaker=f"Actor_{found[6]}",
                    gender="m" if int(found[6]) % 2 else "f",
                    text=SENTENCES[found[4]],
                    emotion=EMOTIONS[found[2]],
                    language="en",
                ),
            )
        )
    return as_corpus(tree, rows, [f"{songs} songs are left out"] if songs else ())
