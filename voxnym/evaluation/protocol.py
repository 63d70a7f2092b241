"""Protocols: which trials, which people to train attackers on, what to recognise; in TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from voxnym.corpora.challenge import Challenge
from voxnym.errors import InputError
from voxnym.registry import nearest


@dataclass(frozen=True)
class Published:
    """Figures of a system as its authors or the organisers printed them.

    Args:
        system: its name.
        attacker: without which an equal error rate means nothing.
        eer: part of the trials ("f", "m", "mixed") to equal error rate, %.
        wer: word error rate, %.
        uar: unweighted average recall of emotions, %.

    >>> Published("B2", "semi-informed", {"f": 7.0, "m": 2.0}).mean_eer
    4.5
    """

    system: str
    attacker: str
    eer: Mapping[str, float] = field(default_factory=dict)
    wer: float | None = None
    uar: float | None = None

    @property
    def mean_eer(self) -> float | None:
        """The challenge's figure: the mean over the parts, %."""
        return sum(self.eer.values()) / len(self.eer) if self.eer else None


@dataclass(frozen=True)
class Protocol:
    """What an evaluation is made of.

    Args:
        name: as reports call it.
        about: one or two sentences.
        trial_list: name of a list that comes with the collection (`trials/NAME_enrol.jsonl` and
            `NAME_trials.txt`); empty: trials are made by the seeded rule.
        trial_seed: of that rule.
        speakers: only these people; none for all.
        digest: first characters of the trial list's SHA-256, where it must not change.
        training_splits: utterances of these splits train attackers.
        training_corpora: only of these corpora; none for all.
        development_splits: utterances of these splits tune attackers, where one tunes.
        word_utterances: of each person, recognised for the word error rate; 0 for none.
        recognisers: who writes them down, as of `load_recogniser`.
        emotion_corpora: corpora with labelled emotions; none for none.
        emotion_networks: who tells emotions, as of `load_emotions`, beside the classifier trained
            on those corpora.
        language_corpora: corpora whose language is guessed; none for none.
        challenge: sets of the VoicePrivacy Challenge's own folders; None for a collection.
        published: figures of others under this protocol, to be set beside ours.
        published_note: what to mind about them.
    """

    name: str
    about: str = ""
    trial_list: str = ""
    trial_seed: int = 0
    speakers: tuple[str, ...] = ()
    digest: str = ""
    training_splits: tuple[str, ...] = ("train",)
    training_corpora: tuple[str, ...] = ()
    development_splits: tuple[str, ...] = ("dev",)
    word_utterances: int = 2
    recognisers: tuple[str, ...] = ("closed",)
    emotion_corpora: tuple[str, ...] = ()
    emotion_networks: tuple[str, ...] = ()
    language_corpora: tuple[str, ...] = ()
    challenge: Challenge | None = None
    published: tuple[Published, ...] = ()
    published_note: str = ""


def protocol_names() -> tuple[str, ...]:
    """Names of the protocols that come with the package, sorted."""
    folder = files("voxnym.evaluation.protocols")
    names = (item.name for item in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def read_protocol(name: str) -> Protocol:
    """A protocol of the package by name, or a user's own by path (ending in .toml).

    Raises:
        InputError: no such protocol, wrong TOML, unknown or wrong values.
    """
    try:
        if name.endswith(".toml"):
            text = Path(name).read_text(encoding="utf-8")
        elif name in protocol_names():
            text = (files("voxnym.evaluation.protocols") / f"{name}.toml").read_text("utf-8")
        else:
            raise InputError(f"protocol {name!r} is unknown{nearest(name, protocol_names())}")
        return _checked(name, tomllib.loads(text))
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{name}: not valid TOML ({error})") from error


def _checked(name: str, table: dict[str, Any]) -> Protocol:
    from pydantic import TypeAdapter, ValidationError

    _check_keys(name, "", table, Protocol)
    _check_keys(name, "challenge.", table.get("challenge"), Challenge)
    published = table.get("published")
    for row in published if isinstance(published, list) else ():
        _check_keys(name, "published.", row, Published)
    try:
        return TypeAdapter(Protocol).validate_python({"name": Path(name).stem} | table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{name}: {where}: {first['msg']}") from error


def _check_keys(name: str, where: str, table: object, kind: type) -> None:
    known = [field.name for field in fields(kind)]
    for key in table if isinstance(table, dict) else ():
        if key not in known:
            raise InputError(f"{name}: {where}{key} is unknown{nearest(key, known)}")
