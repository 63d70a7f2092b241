"""WORLD: speech as pitch, a smooth spectral envelope and its share of noise.

WORLD works on whole utterances, so the signal is cut into phrases at its quietest places.
Analysis sees some of the neighbouring phrases; synthesis starts a little before each cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from voxnym.analysis.phrases import LONGEST_ALLOWED_S, PhraseCutter
from voxnym.analysis.pitch import CEILING_HZ, FLOOR_HZ, PitchMethod, estimate_pitch
from voxnym.analysis.zeros import long_zeros, mark_zeros, zeros_gain
from voxnym.errors import InputError, PresetError
from voxnym.records import Block, Frames, Speech, Survey

# Longer than any window of the analysis and than DIO's search for the ends of a voiced stretch.
_MARGIN_S = 0.2
# Longer than the ringing of one pulse (half an FFT) and the cross-fade together.
_RUN_IN_S = 0.1
_FADE_S = 0.01
# D4C on every second frame changes the mel spectrum of the result by 0.01 dB and saves half of
# its cost; the same for the envelope would change it by 0.15 dB.
_APERIODICITY_STEP = 2
_SILENCE_S = 0.02
_EDGE_S = 0.002
_FLOOR_DB = -200.0
_SHORTEST_S = 0.2


@dataclass(frozen=True)
class World:
    """WORLD analysis and synthesis, phrase by phrase.

    Frame k is centred on sample k * rate * frame_s. Parts:

    - `content`: (frames, fft_size / 2 + 1) float32, ln of the power envelope, scaled so that its
      mean power over all frequencies is 1. Synthesis scales again, so that a stage may change
      the shape without changing the level.
    - `pitch`: Hz, 0 where unvoiced.
    - `energy`: level of the frame (root mean square), dB re full scale, at least -200.
    - `rest`: "aperiodicity" (frames, bands) float32, dB (WORLD's own coding: every 3 kHz, what
      D4C measures); "zeros" (frames, 2) int16, how many samples at the start and at the end of
      the frame's hop belong to digital silence of 20 ms or more; "ends" (frames,) int8, 1 at the
      last frame of a phrase.

    Digital silence comes out as zeros; the 2 ms before and after it are faded.

    Args:
        rate: 16000, 24000 or 48000 Hz (any that makes `frame_s` a whole number of samples).
        frame_s: distance of frames, seconds.
        pitch_method: "dio" (with StoneMask), "harvest" (better, dear) or "swift".
        floor_hz: lowest pitch, Hz.
        ceiling_hz: highest pitch, Hz.
        phrase_s: longest phrase, seconds, at most 20; a phrase has at least half of it.

    Raises:
        PresetError: a value out of its range.

    Source:
        WORLD: Morise, Yokomori, Ozawa, IEICE Trans. E99-D(7), 2016; CheapTrick and D4C: Morise,
        Speech Communication 67, 2015, and 84, 2016.
    """

    rate: int = 16000
    frame_s: float = 0.005
    pitch_method: PitchMethod = "dio"
    floor_hz: float = FLOOR_HZ
    ceiling_hz: float = CEILING_HZ
    phrase_s: float = 8.0

    kind = "envelope"
    parts = frozenset({"content", "pitch", "energy"})
    needs = frozenset[str]()

    def __post_init__(self) -> None:
        hop = self.rate * self.frame_s
        if (
            not (12000 <= self.rate <= 96000 and 0.001 <= self.frame_s <= 0.01)
            or abs(hop - round(hop)) > 1e-6
        ):
            raise PresetError(
                f"rate={self.rate}, frame_s={self.frame_s}: expected 12000 to 96000 Hz and 0.001 "
                "to 0.01 s, a whole number of samples, such as 16000 and 0.005"
            )
        if self.pitch_method not in get_args(PitchMethod):
            known = ", ".join(get_args(PitchMethod))
            raise PresetError(f"pitch_method={self.pitch_method!r}: expected one of {known}")
        if not 47 <= self.floor_hz < self.ceiling_hz <= 1000:
            raise PresetError(
                f"floor_hz={self.floor_hz}, ceiling_hz={self.ceiling_hz}: "
                "expected 47 <= floor < ceiling <= 1000"
            )
        if not 0.4 <= self.phrase_s <= LONGEST_ALLOWED_S:
            raise PresetError(
                f"phrase_s={self.phrase_s}: expected 0.4 to {LONGEST_ALLOWED_S:.0f} s"
            )

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.rate / self.hop

    @property
    def hop(self) -> int:
        """Samples from frame to frame."""
        return round(self.rate * self.frame_s)

    @property
    def bins(self) -> int:
        """Frequencies of the envelope, from 0 to rate / 2."""
        # WORLD's own rule: three periods of the lowest pitch, up to a power of two.
        periods = 3 * self.rate / self.floor_hz + 1
        return int(2 ** (1 + int(np.log2(periods)))) // 2 + 1

    @property
    def look_back(self) -> float:
        """A phrase and what is seen before it, seconds."""
        return self.phrase_s + _MARGIN_S + _RUN_IN_S

    @property
    def look_ahead(self) -> float:
        """Worst case, seconds: two phrases and the margin.

        One phrase is out when its end is known. A stage that holds frames back lets the last of
        them go only with the frames of the next phrase, hence two.
        """
        return 2 * self.phrase_s + 2 * _MARGIN_S

    def start(self, survey: Survey) -> WorldRun:
        """Begin a recording."""
        return WorldRun(self)


class WorldRun:
    """State of one recording: at most about two phrases of samples and of frames."""

    def __init__(self, codec: World) -> None:
        self._codec = codec
        self._cutter = PhraseCutter(codec.rate, codec.hop, codec.phrase_s / 2, codec.phrase_s)
        self._margin = round(_MARGIN_S / codec.frame_s) * codec.hop
        self._blocks: list[Block] = []
        self._first = 0
        self._length = 0
        self._begin = 0
        self._cuts: list[int] = []
        self._ended = False
        self._frames: list[Speech] = []
        self._past: Speech | None = None
        self._tail = np.zeros(0)
        self._given = 0

    def analyze(self, block: Block, last: bool) -> Speech:
        """Frames of the phrases that are complete by now; (n,) float32 samples."""
        if self._ended:
            raise InputError("analyze was called after the last block: start a new recording")
        self._blocks.append(np.array(block, dtype=np.float32))
        self._length += len(block)
        self._cuts += self._cutter.add(block)
        if last:
            self._cuts, self._ended = self._cuts + self._cutter.finish(), True
        done = [_take_apart(self._codec, np.zeros(0, np.float32), 0, 0)]
        while self._cuts and (last or self._cuts[0] + self._margin <= self._length):
            done.append(self._phrase(self._cuts.pop(0)))
        return _join(done)

    def _phrase(self, end: int) -> Speech:
        samples = self._blocks[0] if len(self._blocks) == 1 else np.concatenate(self._blocks)
        hop = self._codec.hop
        heard = samples[: end + self._margin - self._first]
        lead = (self._begin - self._first) // hop
        final = int(self._ended and end == self._length)
        frames = end // hop + final - self._begin // hop
        speech = _take_apart(self._codec, heard, lead, frames)
        keep = max(end - self._margin, 0)
        self._blocks = [samples[keep - self._first :]]
        self._first, self._begin = keep, end
        return speech

    def synthesize(self, speech: Speech, last: bool) -> Block:
        """Samples of the phrases whose frames are complete; as many in all as were analyzed."""
        pieces, begin = [], 0
        starts = np.flatnonzero(speech.rest["ends"]) + 1
        for end in [*starts, speech.frames]:
            if end > begin:
                self._frames.append(speech[begin:end])
            if self._frames and (end in starts or last):
                pieces.append(self._render(_join(self._frames)))
                self._frames = []
            begin = end
        if last:
            pieces.append(self._tail)
        samples = np.concatenate([np.zeros(0), *pieces])
        if last and self._ended:
            samples = samples[: self._length - self._given]
            samples = np.pad(samples, (0, self._length - self._given - len(samples)))
        self._given += len(samples)
        return samples.astype(np.float32)

    def _render(self, phrase: Speech) -> NDArray[np.float64]:
        fade = round(_FADE_S * self._codec.rate)
        if self._past is None:
            samples = _put_together(self._codec, phrase)
        else:
            samples = _put_together(self._codec, self._past.joined(phrase))
            samples = samples[self._past.frames * self._codec.hop - fade :]
            weight = (np.arange(fade) + 0.5) / fade
            samples[:fade] = weight * samples[:fade] + (1 - weight) * self._tail
        # Joining copies; a mere view would keep the whole phrase in memory.
        self._past = phrase[-round(_RUN_IN_S / self._codec.frame_s) :].joined(phrase[:0])
        self._tail = samples[-fade:].copy()
        return samples[:-fade]


def _take_apart(codec: World, samples: Block, lead: int, frames: int) -> Speech:
    """Frames number `lead` and after of samples that begin at a frame's centre."""
    marks = long_zeros(samples, round(_SILENCE_S * codec.rate))
    reach = (lead + frames) * codec.hop
    marks = np.pad(marks, (0, max(0, reach - len(marks))))[lead * codec.hop : reach]
    rest: dict[str, NDArray[Any]] = {
        "zeros": mark_zeros(marks, codec.hop),
        "ends": (np.arange(frames) == frames - 1).astype(np.int8),
    }
    content, pitch, energy, rest["aperiodicity"] = _measure(codec, samples, lead, frames)
    return Speech(
        codec.kind, content, codec.frame_rate, codec.rate, pitch=pitch, energy=energy, rest=rest
    )


def _measure(
    codec: World, samples: Block, lead: int, frames: int
) -> tuple[NDArray[np.float32], Frames, Frames, NDArray[np.float32]]:
    """Content, pitch, energy and aperiodicity."""
    import pyworld

    if frames == 0:
        bands = pyworld.get_num_aperiodicities(codec.rate)
        none = np.zeros((0, codec.bins), np.float32), np.zeros(0), np.zeros(0)
        return *none, np.zeros((0, bands), np.float32)
    track = estimate_pitch(
        samples,
        codec.rate,
        method=codec.pitch_method,
        floor_hz=codec.floor_hz,
        ceiling_hz=codec.ceiling_hz,
        frame_s=codec.frame_s,
    )
    own = slice(lead, lead + frames)
    pitch, times = track.pitch_hz[own], track.times_s[own]
    signal = samples.astype(np.float64)
    signal = np.pad(signal, (0, max(0, round(_SHORTEST_S * codec.rate) - len(signal))))
    size = 2 * (codec.bins - 1)
    power = pyworld.cheaptrick(signal, pitch, times, codec.rate, fft_size=size)
    level = np.maximum(_mean_power(power), 1e-30)
    content = np.log(np.maximum(power / level[:, None], 1e-30)).astype(np.float32)
    energy = np.maximum(10 * np.log10(level), _FLOOR_DB)
    sparse = slice(None, None, _APERIODICITY_STEP)
    few = pitch[sparse].copy(), times[sparse].copy()
    noise = pyworld.d4c(signal, *few, codec.rate, fft_size=size)
    coded = pyworld.code_aperiodicity(noise, codec.rate).astype(np.float32)
    return content, pitch, energy, np.repeat(coded, _APERIODICITY_STEP, axis=0)[:frames]


def _put_together(codec: World, speech: Speech) -> NDArray[np.float64]:
    """`hop` samples for each frame."""
    import pyworld

    if speech.pitch is None or speech.energy is None:
        raise InputError("speech without pitch or energy: WORLD synthesis needs both")
    power = np.exp(np.ascontiguousarray(speech.content, dtype=np.float64))
    level = 10 ** (np.maximum(speech.energy, _FLOOR_DB) / 10)
    power *= (level / _mean_power(power))[:, None]
    noise = pyworld.decode_aperiodicity(
        np.ascontiguousarray(speech.rest["aperiodicity"], dtype=np.float64),
        codec.rate,
        2 * (codec.bins - 1),
    )
    pitch = np.ascontiguousarray(speech.pitch, dtype=np.float64)
    samples = pyworld.synthesize(pitch, power, noise, codec.rate, 1000 * codec.frame_s)
    length = speech.frames * codec.hop
    samples = np.pad(samples, (0, max(0, length - len(samples))))[:length]
    gain = zeros_gain(speech.rest["zeros"], codec.hop, round(_EDGE_S * codec.rate))
    return np.where(gain > 0, samples * gain, 0.0)


def _mean_power(power: NDArray[np.float64]) -> Frames:
    """Mean over the whole circle of frequencies, of which half is stored."""
    whole = 2 * power.sum(axis=1) - power[:, 0] - power[:, -1]
    return np.asarray(whole / (2 * (power.shape[1] - 1)))


def _join(pieces: list[Speech]) -> Speech:
    return reduce(lambda joined, piece: joined.joined(piece), pieces)
