"""What an evaluation found: figures with intervals, never a figure without its attacker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voxnym.evaluation.attackers.attack import Hears, Knowledge, Training
from voxnym.evaluation.takes import Rule

FORMAT = "voxnym-evaluation-1"


@dataclass(frozen=True)
class Figure:
    """One measured value with its interval.

    Args:
        value: in `unit`.
        low: lower end of the 95 % interval (speakers resampled); None where there is none.
        high: its upper end.
        unit: "%", "bits", "dB", …
        basis: what it was counted over, in words ("35 speakers, 311 target trials").
        indicative: why it is too little for a claim; empty where it is enough.
    """

    value: float
    low: float | None = None
    high: float | None = None
    unit: str = "%"
    basis: str = ""
    indicative: str = ""


@dataclass(frozen=True)
class Growth:
    """How well somebody is found once several utterances of theirs are at hand.

    Args:
        utterances: how many are put together.
        eer: equal error rate, %.
        linked: chance that the right person comes first among `among`, 0 to 1.
        singled_out: chance that a test for one person fires on exactly one, 0 to 1; None where too
            few people have that many utterances twice.
        among: people to choose from; guessing gives 1 / among.
        people: how many have that many utterances.
    """

    utterances: int
    eer: float
    linked: float
    singled_out: float | None
    among: int
    people: int


@dataclass(frozen=True)
class Attack:
    """One attacker on one system under one rule.

    Args:
        attacker: its name, with network or method.
        hears: what it listens to.
        knowledge: what it is given.
        rule: who had a pseudo-voice of their own.
        trials: name and digest of the trial list.
        eer: equal error rate of same-gender trials, %; 50 is guessing.
        cross_session: of those whose enrolment is from another session; the fairer figure.
        across_decides: there are enough trials across sessions for them to decide.
        mixed: of trials within and across genders.
        by_gender: "f" and "m".
        original: what the same attacker achieves on the originals, if it was asked.
        inverted: the rate is above 50 %: whoever turns the score round does better.
        worst: rate of the tenth of people who are found most easily, %.
        figures: further measures by name: "rocch_eer", "min_cllr", "tpr_at_1", "tpr_at_0.1",
            "linkability", "zebra_population", "zebra_worst", "rank_1", "disclosure_mean", ….
        category: ZEBRA's letter.
        growth: with 1, 3, 10, 30 utterances of a person.
        det: (false alarm, miss) pairs, 0 to 1, along the detection error trade-off.
        target_density: (score, density) pairs for the same person.
        nontarget_density: the same for different people.
        training: how it was trained.
        curve: (share of the training speakers, EER %) pairs.
        void: why it says nothing about privacy; empty where it does.
        notes: sentences.
        seconds: what it took.
    """

    attacker: str
    hears: Hears
    knowledge: Knowledge
    rule: Rule
    trials: str
    eer: Figure
    cross_session: Figure | None = None
    across_decides: bool = False
    mixed: Figure | None = None
    by_gender: dict[str, Figure] = field(default_factory=dict)
    original: Figure | None = None
    inverted: bool = False
    worst: float | None = None
    figures: dict[str, Figure] = field(default_factory=dict)
    category: str = ""
    growth: tuple[Growth, ...] = ()
    det: tuple[tuple[float, float], ...] = ()
    target_density: tuple[tuple[float, float], ...] = ()
    nontarget_density: tuple[tuple[float, float], ...] = ()
    training: Training | None = None
    curve: tuple[tuple[float, float], ...] = ()
    void: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def title(self) -> str:
        """The attacker's name with what it knows, once."""
        named = self.knowledge in self.attacker
        return self.attacker if named else f"{self.attacker} ({self.knowledge})"


@dataclass(frozen=True)
class Use:
    """What is left for those who listen or work with it, beside the original.

    Args:
        name: "words", "phones", "emotion", "melody", "quality", …, after a comma what it was
            measured on ("emotion, emodb"); the first of a kind is the one compared.
        measure: "WER", "PER", "UAR", ….
        method: recogniser or classifier with its hash, and what it was trained on.
        anonymized: the figure after anonymization.
        original: the same before.
        better: whether "low" or "high" is better.
        parts: further figures ("substitutions", recall of each emotion, …).
        note: what to mind.
    """

    name: str
    measure: str
    method: str
    anonymized: Figure
    original: Figure | None
    better: Literal["low", "high"]
    parts: dict[str, Figure] = field(default_factory=dict)
    note: str = ""

    @property
    def kind(self) -> str:
        """What is measured, without what it is measured on."""
        return self.name.partition(",")[0]


@dataclass(frozen=True)
class Attribute:
    """What can still be told about a person from the anonymized speech.

    Args:
        name: "sex", "language", "emotion".
        method: the classifier, and what it was trained on.
        anonymized: AUC or UAR.
        original: the same before.
        chance: what guessing gives.
    """

    name: str
    method: str
    anonymized: Figure
    original: Figure | None
    chance: float


@dataclass(frozen=True)
class Check:
    """One of the sanity checks without which no figure counts.

    Args:
        name: what was checked.
        passed: None where it could not be done.
        found: what was found, in words with figures.
        expected: what should be.
    """

    name: str
    passed: bool | None
    found: str
    expected: str


@dataclass(frozen=True)
class Sample:
    """A result to listen to.

    Args:
        label: what the page calls it; no names.
        audio: data URI of the anonymized sound.
        original: data URI of what it came from; only where originals were asked for.
    """

    label: str
    audio: str
    original: str = ""


@dataclass(frozen=True)
class Cloud:
    """Embeddings drawn in the plane (t-SNE), for the eye only.

    Args:
        points: (x, y) of every utterance.
        people: number of the person, for the colour.
        anonymized: whether the point is of anonymized speech.
    """

    points: tuple[tuple[float, float], ...]
    people: tuple[int, ...]
    anonymized: tuple[bool, ...]


@dataclass(frozen=True)
class Evaluation:
    """Everything about one system on one corpus.

    Args:
        system: its name.
        about: preset card or command: what it does, in words.
        method: facts as (name, value): version, codec, stages, parameters, hashes, seed, corpus,
            trial list, embedders.
        attacks: the ladder, in the order of knowledge.
        uses: utility.
        attributes: what can be told about the person.
        checks: sanity checks.
        parts: leakage by part, EER % of (part, on originals, on anonymized parts).
        cost: CPU seconds and memory per audio second.
        similarity: voice similarity matrices by name ("original", "original to anonymized",
            "anonymized"), rows and columns are people; 0.5 where a pair is as likely one person.
        distinctiveness: "G_VD" in dB: 0 where anonymized people differ from each other as much as
            they did; "DeID": 1 where nobody is told to be their original.
        cloud: embeddings in the plane.
        samples: results to listen to.
        risks: what remains, in plain words.
        inputs: keyed hashes of the inputs.
        outputs: (hash of the input, SHA-256 of the output) pairs.
        made: when, ISO 8601.
        format: of this record.
    """

    system: str
    about: str
    method: tuple[tuple[str, str], ...]
    attacks: tuple[Attack, ...]
    uses: tuple[Use, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    checks: tuple[Check, ...] = ()
    parts: tuple[tuple[str, float, float], ...] = ()
    cost: dict[str, Figure] = field(default_factory=dict)
    similarity: dict[str, tuple[tuple[float, ...], ...]] = field(default_factory=dict)
    distinctiveness: dict[str, Figure] = field(default_factory=dict)
    cloud: Cloud | None = None
    samples: tuple[Sample, ...] = ()
    risks: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    made: str = ""
    format: str = FORMAT

    @property
    def headline(self) -> Attack | None:
        """The strongest attacker that listens to the voice: the lowest equal error rate.

        Void attackers do not count, neither do cues, words or durations, and attackers that hear
        originals on both sides do not meet the system at all. Where trials across sessions were
        to be had for all, they decide.
        """
        fit = [
            attack
            for attack in self.attacks
            if attack.hears == "voice" and attack.knowledge != "unprotected" and not attack.void
        ]
        return min(fit, key=lambda attack: headline_rate(attack).value, default=None)


def headline_rate(attack: Attack) -> Figure:
    """The figure that decides: across sessions where there are enough, else of all trials."""
    across = attack.cross_session
    return across if across is not None and attack.across_decides else attack.eer


CONDITIONS = (40, 30, 20, 10)


def condition(eer: float) -> int:
    """The strictest VoicePrivacy 2024 condition that an equal error rate meets, %; 0 for none.

    >>> [condition(rate) for rate in (9.9, 10, 25, 41)]
    [0, 10, 20, 40]

    Source: VoicePrivacy 2024 evaluation plan, minimum target privacy requirements.
    """
    return next((each for each in CONDITIONS if eer >= each), 0)
