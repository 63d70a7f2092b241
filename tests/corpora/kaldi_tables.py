"""A small Kaldi data directory, to be changed by tests."""

from pathlib import PurePath

from voxnym.corpora.corpus import Made

FILES = {
    "wav.scp": "r1 wav/one.wav\nr2 wav/two with blank.wav\n",
    "segments": "anna-r1-1 r1 0.5 1.75\nanna-r1-2 r1 2.0 3.0\nberta-r2-1 r2 0 -1\n",
    "utt2spk": "anna-r1-1 anna\nanna-r1-2 anna\nberta-r2-1 berta\n",
    "spk2utt": "anna anna-r1-1 anna-r1-2\nberta berta-r2-1\n",
    "spk2gender": "anna f\nberta m\n",
    "text": "anna-r1-1 hello there\nanna-r1-2 good  bye\nberta-r2-1 yes\n",
    "utt2dur": "anna-r1-1 1.25\nanna-r1-2 1\nberta-r2-1 2\n",
    "reco2dur": "r1 3\nr2 2\n",
    "utt2lang": "anna-r1-1 en\nanna-r1-2 en\nberta-r2-1 de\n",
}


def filled(folder, **changes):
    folder.mkdir(exist_ok=True)
    for name, text in {**FILES, **{k.replace("_", "."): v for k, v in changes.items()}}.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    (folder / "wav").mkdir(exist_ok=True)
    for name in ("one.wav", "two with blank.wav"):
        (folder / "wav" / name).touch()
    return folder


MADE = {
    "r1": Made(PurePath("audio/r1.wav"), 16000, 48000, 1),
    "r2": Made(PurePath("audio/r2.wav"), 8000, 16001, 1),
}
