"""A small VoicePrivacy Challenge on disk: two women and two men enrolled, one man who is not."""

from collections.abc import Sequence
from pathlib import Path

PEOPLE = {"10": "f", "20": "f", "30": "m", "40": "m", "50": "m"}
ENROLLED = ("10", "20", "30", "40")


def put_set(
    data: Path, name: str, ids: Sequence[str], audio: str = "data/{set}/wav/{id}.wav"
) -> Path:
    """A set with its tables and empty recordings."""
    home = data / name
    (home / "wav").mkdir(parents=True)
    speakers = {id: id.split("-")[0] for id in sorted(ids)}
    for id in speakers:
        (home / "wav" / f"{id}.wav").touch()
    put_lines(home / "wav.scp", (f"{id} {audio.format(set=name, id=id)}" for id in speakers))
    put_lines(home / "utt2spk", (f"{id} {who}" for id, who in speakers.items()))
    people = sorted(set(speakers.values()))
    put_lines(home / "spk2gender", (f"{who} {PEOPLE.get(who, 'f')}" for who in people))
    put_lines(home / "text", (f"{id} MANY WORDS" for id in speakers))
    return home


def put_lines(file: Path, lines) -> None:
    file.write_text("".join(f"{line}\n" for line in lines))


def put_trials(data: Path, gender: str, name: str) -> None:
    """One utterance of everybody of a gender, against all enrolled people of that gender."""
    people = [who for who in PEOPLE if PEOPLE[who] == gender]
    home = put_set(data, name, [f"{who}-2-0000" for who in people])
    put_lines(
        home / "trials",
        (
            f"{claimed} {who}-2-0000 {'target' if who == claimed else 'nontarget'}"
            for claimed in people
            if claimed in ENROLLED
            for who in people
        ),
    )


def put_challenge(root: Path, split: str = "test") -> Path:
    """The challenge's folder with `data`, without anonymized copies."""
    data = root / "data"
    home = put_set(
        data, f"libri_{split}_enrolls", [f"{who}-1-000{n}" for who in ENROLLED for n in (0, 1)]
    )
    put_lines(home / "enrolls", (f"{who}-1-000{n}" for who in ENROLLED for n in (0, 1)))
    put_trials(data, "f", f"libri_{split}_trials_f")
    put_trials(data, "m", f"libri_{split}_trials_m")
    put_set(data, "train-clean-360", [f"{who}-1-0000" for who in ("100", "200")])
    home = put_set(data, f"IEMOCAP_{split}", ["Ses01F-a", "Ses01M-b"])
    put_lines(home / "utt2emo", ("Ses01F-a ang", "Ses01M-b sad"))
    put_lines(home / "spk2fold", ("Ses01F 1", "Ses01M 1"))
    return root
