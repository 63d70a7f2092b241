"""Samples to packets of AAC, Opus or FLAC, with the right number of samples in the end."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np

from voxnym.audio.quantise import coded
from voxnym.errors import OutputError
from voxnym.records import Block

AAC_BITS_PER_SAMPLE = 3
AAC_BITS_PER_S = (32_000, 96_000)
OPUS_BITS_PER_S = 36_000
"""Per channel. FFmpeg's AAC encoder gets 3 bits a sample, between 32 and 96 kbit/s: 48 at 16 kHz,
66 at 22.05, 96 from 32 kHz on. Speech needs less from better encoders; this one is audibly rough
below. Opus gets what `opus` files get here: transparent for speech, at any rate."""

_CODECS = MappingProxyType(
    {
        "AAC": ("aac", "fltp"),
        "OPUS": ("libopus", "flt"),
        "FLAC_16": ("flac", "s16"),
        "FLAC_24": ("flac", "s32"),
    }
)
_PCM = MappingProxyType({"FLAC_16": "PCM_16", "FLAC_24": "PCM_24"})
# Layouts without a low-frequency channel: encoders cut everything above some 100 Hz out of it, and
# here it can be a person.
_LAYOUTS = ("mono", "stereo", "3.0", "4.0", "5.0", "hexagonal", "7.0", "7.1")
_MOST_LOSSY_CHANNELS = 7
_BITEXACT = 1 << 23
_SKIP_SAMPLES = 11  # AV_PKT_DATA_SKIP_SAMPLES of packet.h


class SoundEncoder:
    """Encodes one recording; packets come out with the encoder's own lead-in before zero.

    Args:
        av: the module.
        container: an av output container, to which the sound is added as a stream; None for
            packets that no container holds.
        subtype: "AAC", "OPUS", "FLAC_16" or "FLAC_24".
        rate: samples per second, Hz.
        channels: number of channels.
        start: time of the first sample, in samples.

    Raises:
        OutputError: more channels than the codec holds.
    """

    def __init__(
        self, av: Any, container: Any, subtype: str, rate: int, channels: int, start: int
    ) -> None:
        codec, self._sample_format = _CODECS[subtype]
        if codec != "flac" and channels > _MOST_LOSSY_CHANNELS:
            raise OutputError(
                f"{channels} channels: {subtype} holds 1 to {_MOST_LOSSY_CHANNELS}; choose flac"
            )
        self._av, self._subtype, self._rate, self._channels = av, subtype, rate, channels
        self._layout = _LAYOUTS[channels - 1]
        self._stream = None
        if container is None:
            context = av.CodecContext.create(codec, "w")
            context.sample_rate = rate
        else:
            self._stream = container.add_stream(codec, rate=rate)
            context = self._stream.codec_context
        self._context = context
        self._set_up(codec)
        self._next = self._start = start
        self._waiting = np.zeros((channels, 0), np.float32)
        self._grid = int(context.frame_size)
        self.clipped = 0
        """How many samples so far lay beyond full scale and were limited."""

    def _set_up(self, codec: str) -> None:
        context = self._context
        context.format = self._sample_format
        context.layout = self._layout
        context.time_base = Fraction(1, self._rate)
        context.flags |= _BITEXACT
        context.thread_count = 1
        if codec != "flac":
            context.bit_rate = bits_per_s(self._subtype, self._rate) * self._channels
        if codec == "libopus" and self._channels > 2:
            # Each channel for itself: the other families know loudspeakers, not people.
            context.options = {"mapping_family": "255"}
        context.open()

    def push(self, block: Block) -> Iterator[Any]:
        """Packets that are complete after these samples: float32, shape (channels, n)."""
        waiting = np.concatenate([self._waiting, block], axis=1)
        whole = waiting.shape[1] // self._grid * self._grid
        self._waiting = waiting[:, whole:].copy()
        for start in range(0, whole, self._grid):
            yield from self._encoded(waiting[:, start : start + self._grid])

    def finish(self) -> Iterator[Any]:
        """The rest; the last packet says how many of its samples are filling."""
        last: list[Any] = []
        if self._waiting.shape[1]:
            last.extend(self._encoded(self._waiting))
        last.extend(self._named(packet) for packet in self._context.encode(None))
        sound = [packet for packet in last if packet.size]
        # The encoder of Opus marks its last packet itself.
        if self._subtype == "AAC" and sound:
            self._mark_filling(sound[-1])
        yield from last

    def filling(self) -> int:
        """Samples that the last frame of AAC holds beyond the recording."""
        return -(self._next - self._start) % int(self._context.frame_size)

    def _mark_filling(self, packet: Any) -> None:
        """Matroska has a field for it, and FFmpeg fills it from this mark."""
        filling = self.filling()
        if filling == 0:
            return
        data = self._av.packet.PacketSideData(_SKIP_SAMPLES, 10)
        data.update(bytes(4) + filling.to_bytes(4, "little") + bytes(2))
        packet.set_sidedata(data)

    def _encoded(self, block: Block) -> Iterator[Any]:
        samples, clipped = coded(block, _PCM.get(self._subtype, self._subtype))
        self.clipped += clipped
        if self._sample_format == "fltp":
            shaped = np.ascontiguousarray(samples.T)
        else:
            shaped = np.ascontiguousarray(samples).reshape(1, -1)
        frame = self._av.AudioFrame.from_ndarray(
            shaped, format=self._sample_format, layout=self._layout
        )
        frame.sample_rate = self._rate
        frame.time_base = Fraction(1, self._rate)
        frame.pts = self._next
        self._next += block.shape[1]
        yield from (self._named(packet) for packet in self._context.encode(frame))

    def _named(self, packet: Any) -> Any:
        if self._stream is not None:
            packet.stream = self._stream
        return packet


def bits_per_s(subtype: str, rate: int) -> int:
    """Bit rate of one channel, bits per second.

    >>> bits_per_s("AAC", 8_000), bits_per_s("AAC", 16_000), bits_per_s("AAC", 48_000)
    (32000, 48000, 96000)
    """
    if subtype == "OPUS":
        return OPUS_BITS_PER_S
    return min(max(AAC_BITS_PER_SAMPLE * rate, AAC_BITS_PER_S[0]), AAC_BITS_PER_S[1])
