"""All plants that lie in formats that VoxNym reads."""

import planted_aiff
import planted_media
import planted_riff
import planted_tags
import planted_xiph
from planting import CASES

ALL = (planted_aiff, planted_media, planted_riff, planted_tags, planted_xiph)
__all__ = ["CASES"]
