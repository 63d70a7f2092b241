"""Embedders: one vector of a voice from an utterance, behind `voxnym.protocols.Embedder`."""

from voxnym.evaluation.embedders.loading import load_embedder

__all__ = ["load_embedder"]
