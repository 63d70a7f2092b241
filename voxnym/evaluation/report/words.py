"""The figures in plain sentences, for somebody who must decide and has no statistics at hand."""

from __future__ import annotations

from collections.abc import Iterator

from voxnym.evaluation.results import (
    Attack,
    Evaluation,
    Figure,
    Growth,
    condition,
    headline_rate,
)

CHANCE = 50.0


def shown(figure: Figure | None) -> str:
    """The value with its unit and interval.

    >>> shown(Figure(12.94, 9.1, 16.6))
    '12.9 % (9.1 to 16.6)'
    >>> shown(Figure(2.1834, unit="MOS"))
    '2.18 MOS'
    >>> shown(Figure(0.0109, unit=""))
    '0.0109'
    >>> shown(Figure(-7.25, float("-inf"), -4.5, unit="dB"))
    '−7.25 dB (−∞ to −4.50)'
    """
    if figure is None:
        return "–"
    size = abs(figure.value)
    digits = 1 if figure.unit == "%" or size >= 10 else 2 if size >= 0.1 else 4

    text = f"{_number(figure.value, digits)}{f' {figure.unit}' if figure.unit else ''}"
    if figure.low is None or figure.high is None:
        return text
    return f"{text} ({_number(figure.low, digits)} to {_number(figure.high, digits)})"


def short(figure: Figure | None) -> str:
    """The same for columns whose head names the unit.

    >>> short(Figure(12.94, 9.1, 16.6))
    '12.9 (9.1–16.6)'
    """
    if figure is None:
        return "–"
    text = _number(figure.value, 1)
    if figure.low is None or figure.high is None:
        return text
    return f"{text} ({_number(figure.low, 1)}–{_number(figure.high, 1)})"


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("inf", "∞").replace("-", "−")


def named_rate(attack: Attack) -> str:
    """An equal error rate with everything it depends on; there is no other way to print one."""
    rate = headline_rate(attack)
    where = "trials across sessions" if attack.across_decides else "same-gender trials"
    trained = ""
    if attack.training:
        made = attack.training
        trained = (
            f", trained on {made.speakers} people, {made.hours:.1f} hours of anonymized speech, "
            f"seed {made.seed}"
        )
    return (
        f"equal error rate {shown(rate)} against {attack.title}{trained}, "
        f"{where}, {rate.basis or attack.trials}"
    )


def headline(evaluation: Evaluation) -> str:
    """What came out, in two sentences."""
    attack = evaluation.headline
    if attack is None:
        return (
            "No attacker that listens to the voice has given a result that counts, so nothing can "
            "be said about privacy."
        )
    rate = headline_rate(attack)
    return (
        f"The strongest attacker tried errs in {rate.value:.0f} of 100 cases when it must decide "
        f"whether two recordings hold the same person; guessing errs in 50. "
        f"{level(rate)}"
    )


def level(rate: Figure) -> str:
    """Which condition of the VoicePrivacy Challenge 2024 a rate meets, in words.

    >>> level(Figure(21.5, 20.4, 25.0))
    'This meets the VoicePrivacy 2024 condition of 20 %.'
    >>> level(Figure(21.5, 17.8, 25.0))
    'This meets the VoicePrivacy 2024 condition of 20 %, but its interval begins at 18 %.'
    """
    met = condition(rate.value)
    if met == 0:
        return (
            "This meets none of the VoicePrivacy conditions (10, 20, 30, 40 %): treat the "
            "recordings as if the speakers could be recognized."
        )
    told = f"This meets the VoicePrivacy 2024 condition of {met} %"
    if rate.low is not None and rate.low < met:
        return f"{told}, but its interval begins at {rate.low:.0f} %."
    return f"{told}."


def sentence(text: str) -> str:
    """The text with its first letter large; names keep theirs.

    >>> sentence("equal error rate of McAdams")
    'Equal error rate of McAdams'
    """
    return text[:1].upper() + text[1:]


def linking(growth: Growth) -> str:
    """How often somebody is found among others, with so many utterances of theirs."""
    several = "one utterance" if growth.utterances == 1 else f"{growth.utterances} utterances"
    return (
        f"With {several} of a person, the attacker picks the right one of {growth.among} people "
        f"in {100 * growth.linked:.0f} of 100 cases (guessing: {100 / growth.among:.0f})."
    )


def risks(evaluation: Evaluation) -> Iterator[str]:
    """What remains, one sentence each."""
    yield (
        "What is said stays: names, places and stories can tell who speaks, whatever the voice. "
        "Redact them (voxnym anonymize --redact) before sharing."
    )
    yield (
        "Ways of speaking stay to some degree: tempo, pauses, choice of words. Whoever knows a "
        "person well may recognize them by these."
    )
    yield (
        "Voices in the background are treated as part of the recording; a second person who is "
        "heard needs turns of their own (--turns)."
    )
    yield from _measured_risks(evaluation)


def _measured_risks(evaluation: Evaluation) -> Iterator[str]:
    best = evaluation.headline
    for attack in evaluation.attacks:
        if attack.hears in ("words", "durations", "content", "prosody") and not attack.void:
            weaker = best and attack.eer.value < headline_rate(best).value
            if weaker and attack.knowledge != "unprotected":
                yield (
                    f"An attacker that uses only {attack.hears} does better than any that "
                    f"listens to the voice: {named_rate(attack)}."
                )
    void = [attack.attacker for attack in evaluation.attacks if attack.void]
    if void:
        yield (
            f"Failed to learn anything: {'; '.join(void)}. Better trained attackers may do better "
            "than the figures here."
        )
    if best and best.eer.indicative:
        yield f"The figures are indicative: {best.eer.indicative}."
    failed = [check.name for check in evaluation.checks if check.passed is False]
    if failed:
        yield f"Sanity checks that failed: {'; '.join(failed)}. Read the figures with care."
    yield (
        "An attacker with more data or a better network than those here may do better. Every "
        "figure is an estimate of risk with the attackers named, at the time of this report."
    )
