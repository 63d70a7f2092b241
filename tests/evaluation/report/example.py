"""An evaluation as it may come out, with every part filled."""

import numpy as np
from scipy.special import ndtr

from voxnym.evaluation.attackers.attack import Training
from voxnym.evaluation.results import (
    Attack,
    Attribute,
    Check,
    Cloud,
    Evaluation,
    Figure,
    Growth,
    Sample,
    Use,
)

FEW = "17 women and 18 men (20 of each are needed)"


def rate(value: float, spread: float = 4.0) -> Figure:
    return Figure(
        value, max(value - spread, 0), value + spread, "%", "35 speakers, 311 target trials", FEW
    )


def det(eer: float) -> tuple[tuple[float, float], ...]:
    from scipy.special import ndtri

    shift = -2 * ndtri(eer / 100)
    threshold = np.linspace(-3, 4, 60)
    return tuple((float(1 - ndtr(t)), float(ndtr(t - shift))) for t in threshold)


def attack(name: str, hears: str, knowledge: str, eer: float, **more: object) -> Attack:
    return Attack(
        attacker=name,
        hears=hears,  # type: ignore[arg-type]
        knowledge=knowledge,  # type: ignore[arg-type]
        rule="utterance",
        trials="english test, 4f2a91bc",
        eer=rate(eer),
        det=det(eer),
        **more,  # type: ignore[arg-type]
    )


def growth(eer: float, linked: float) -> tuple[Growth, ...]:
    return tuple(
        Growth(
            n, eer / (1 + 0.3 * i), min(linked * (1 + 0.4 * i), 1), 0.4 + 0.1 * i, 20, 35 - 8 * i
        )
        for i, n in enumerate((1, 3, 10, 30))
    )


def example() -> Evaluation:
    x = np.linspace(-3, 5, 50)
    hill = [(float(a), float(np.exp(-((a - 2) ** 2) / 2))) for a in x]
    other = [(float(a), float(np.exp(-(a**2) / 2))) for a in x]
    rng = np.random.default_rng(0)
    best = attack(
        "d-vector fine-tuned",
        "voice",
        "semi-informed",
        13.4,
        cross_session=rate(14.9, 5),
        across_decides=True,
        mixed=rate(12.2),
        by_gender={"f": rate(15.1, 6), "m": rate(11.8, 6)},
        original=rate(2.6, 1),
        worst=4.1,
        figures={
            "rocch_eer": rate(13.0),
            "min_cllr": Figure(0.41, 0.33, 0.5, "bits"),
            "tpr_at_1": rate(48.0, 9),
            "linkability": Figure(0.63, 0.55, 0.7, ""),
            "rank_1": rate(41.0, 7),
        },
        category="B",
        growth=growth(13.4, 0.41),
        target_density=tuple(hill),
        nontarget_density=tuple(other),
        training=Training(149, 5445, 6.3, 3, 1, 800, 0.97, 0.81, 1 / 149, 512.0),
        curve=((0.25, 18.9), (0.5, 15.0), (1.0, 13.4)),
    )
    return Evaluation(
        system="mcadams",
        about="Moves the resonances of the vocal tract (McAdams), a fresh coefficient per file.",
        method=(("version", "0.1.0"), ("seed", "1"), ("trial list", "4f2a91bc" * 8)),
        attacks=(
            attack("d-vector", "voice", "unprotected", 2.6, cross_session=rate(3.3, 2)),
            attack("d-vector", "voice", "ignorant", 33.0, growth=growth(33, 0.15)),
            attack("d-vector", "voice", "lazy-informed", 37.6, cross_session=rate(38.0)),
            best,
            attack(
                "LDA on d-vectors",
                "voice",
                "semi-informed",
                38.0,
                void="not better than the best attacker that did not learn from anonymized speech "
                "(38.0 against 37.6 %): a failed attack, no privacy",
            ),
            attack("phone histogram", "content", "lazy-informed", 31.0, original=rate(25.0)),
            attack("words", "words", "lazy-informed", 44.0, original=rate(44.0)),
            attack("noise floor", "surroundings", "lazy-informed", 49.0, original=rate(28.3)),
            attack("prosody", "prosody", "lazy-informed", 52.0, inverted=True),
        ),
        uses=(
            Use(
                "words",
                "WER",
                "pocketsphinx, closed vocabulary (1 428 words), a81f33",
                rate(43.8),
                rate(21.0),
                "low",
                {"substitutions": rate(30.0), "deletions": rate(9.0)},
                "A closed vocabulary understates errors.",
            ),
            Use("emotion", "UAR", "statistics, leave one speaker out", rate(41), rate(68), "high"),
        ),
        attributes=(Attribute("sex", "LDA on mel statistics", rate(97.0), rate(99.0), 50.0),),
        checks=(
            Check("a system that does nothing", True, "differ by at most 0", "no difference"),
            Check(
                "learning curve of d-vector fine-tuned", False, "25 %: 18.9, 100 %: 13.4", "flat"
            ),
            Check("another key gives another voice", None, "a folder is given", "another result"),
        ),
        parts=(("content", 9.0, 14.0), ("pitch", 27.0, 26.0)),
        cost={"CPU seconds per audio second": Figure(0.011, unit="")},
        similarity={"original": tuple(map(tuple, np.clip(np.eye(9) + 0.1, 0, 1).tolist()))},
        distinctiveness={
            "G_VD": Figure(-7.25, float("-inf"), -4.5, "dB", "9 speakers, 60 utterances"),
            "DeID": Figure(0.93, 0.88, 0.97, "", "9 speakers, 60 utterances"),
        },
        cloud=Cloud(
            tuple((float(a), float(b)) for a, b in rng.normal(size=(40, 2))),
            tuple(i % 5 for i in range(40)),
            tuple(i >= 20 for i in range(40)),
        ),
        samples=(Sample("Sample 1", "data:audio/flac;base64,ZkxhQw=="),),
        inputs=("ab" * 32,),
        outputs=(("ab" * 32, "cd" * 32),),
        made="2026-11-25",
    )
