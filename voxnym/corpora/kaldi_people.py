"""Who speaks in a Kaldi data directory: utt2spk, spk2utt, spk2gender."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from voxnym.corpora.fields import checked_id, gender_of
from voxnym.corpora.kaldi_table import is_there, read_table, read_values
from voxnym.corpora.lines import refused, shown
from voxnym.records import Gender


def speakers_of(folder: Path, known: Mapping[str, object], notes: list[str]) -> dict[str, str]:
    """Utterance to speaker, for all utterances or, where the folder does not say, for none.

    Args:
        folder: the data directory.
        known: ids of its utterances.
        notes: gets a line for what is odd.

    Raises:
        InputError: utt2spk lacks an utterance, or spk2utt says something else.
    """
    inverse = _inverse(folder / "spk2utt")
    path = folder / "utt2spk"
    if is_there(path):
        kept: dict[str, str] = {}

        def once(text: str) -> str:
            return kept.setdefault(text, checked_id(text, "speaker"))

        found = read_values(path, "utterance", known, notes, once)
        _check_inverse(folder / "spk2utt", found, inverse, notes)
    elif inverse:
        path = folder / "spk2utt"
        found = {name: speaker for name, (_, speaker) in inverse.items() if name in known}
    else:
        notes.append("utt2spk: is not there, so nothing is known of who speaks")
        return {}
    if missing := known.keys() - found.keys():
        text = f"utterance {shown(min(missing))} is not in it; expected all of them"
        raise refused(path, None, f"{text}: run Kaldi's utils/fix_data_dir.sh")
    if any(found[a] > found[b] for a, b in pairwise(sorted(found))):
        notes.append(
            "utt2spk: not sorted by speaker when sorted by utterance, as Kaldi's rules ask; names "
            "that begin with the speaker's would mend it (new names do)"
        )
    return found


def genders_of(folder: Path, utterances: Mapping[str, str], notes: list[str]) -> dict[str, Gender]:
    """Utterance to gender: what spk2gender says of its speaker, else what utt2gender says of it.

    Args:
        folder: the data directory.
        utterances: to their speakers.
        notes: gets a line for what is odd.

    Raises:
        InputError: a line that cannot be right.
    """
    people = dict.fromkeys(utterances.values())
    speakers = read_values(folder / "spk2gender", "speaker", people, notes, gender_of)
    found = read_values(folder / "utt2gender", "utterance", utterances, notes, gender_of)
    unknown = sum(speakers.get(name, "unknown") == "unknown" for name in people)
    if unknown and is_there(folder / "spk2gender"):
        notes.append(
            f"spk2gender: {unknown} speakers are neither f nor m in it; Kaldi's rules ask for one "
            "of them, so it is written only where all are known"
        )
    for name, speaker in utterances.items():
        if speaker in speakers:
            found[name] = speakers[speaker]
    return found


def _inverse(path: Path) -> dict[str, tuple[int, str]]:
    """Utterance to the line of spk2utt that has it, and the speaker."""
    found: dict[str, tuple[int, str]] = {}
    for speaker, (number, text) in read_table(path, "speaker").items():
        for name in text.split():
            if name in found:
                twice = f"utterance {shown(name)} stands twice; expected each once"
                raise refused(path, number, twice)
            found[name] = (number, speaker)
    return found


def _check_inverse(
    path: Path,
    speakers: Mapping[str, str],
    inverse: Mapping[str, tuple[int, str]],
    notes: list[str],
) -> None:
    if not is_there(path):
        return
    for name, (number, speaker) in inverse.items():
        other = speakers.get(name, speaker)
        if other != speaker:
            raise refused(
                path,
                number,
                f"utterance {shown(name)} is said by {shown(speaker)}, by {shown(other)} in "
                "utt2spk; expected one of them: make spk2utt anew with utils/utt2spk_to_spk2utt.pl",
            )
    if missing := len(speakers.keys() - inverse.keys()):
        notes.append(f"spk2utt: {missing} utterances of utt2spk are missing; it is made anew")
