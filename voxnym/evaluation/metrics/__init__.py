"""Pure functions over NumPy arrays: no attacker, no file.

Verification metrics are called `f(target_scores, nontarget_scores, ...)` and return a small frozen
record with the value, its parts and its unit.
"""

from voxnym.evaluation.metrics.bootstrap import Interval as Interval
from voxnym.evaluation.metrics.bootstrap import eer_replicates as eer_replicates
from voxnym.evaluation.metrics.bootstrap import indicative as indicative
from voxnym.evaluation.metrics.bootstrap import interval as interval
from voxnym.evaluation.metrics.bootstrap import paired as paired
from voxnym.evaluation.metrics.bootstrap import ratio_replicates as ratio_replicates
from voxnym.evaluation.metrics.bootstrap import replicated as replicated
from voxnym.evaluation.metrics.bootstrap import resamples as resamples
from voxnym.evaluation.metrics.bootstrap import trial_replicates as trial_replicates
from voxnym.evaluation.metrics.det import det_points as det_points
from voxnym.evaluation.metrics.det import tpr_at_fpr as tpr_at_fpr
from voxnym.evaluation.metrics.disclosure import rank_disclosure as rank_disclosure
from voxnym.evaluation.metrics.distinctiveness import deid as deid
from voxnym.evaluation.metrics.distinctiveness import distinctiveness as distinctiveness
from voxnym.evaluation.metrics.distinctiveness import dominance as dominance
from voxnym.evaluation.metrics.distinctiveness import gvd as gvd
from voxnym.evaluation.metrics.distribution import Voices as Voices
from voxnym.evaluation.metrics.distribution import check_distribution as check_distribution
from voxnym.evaluation.metrics.distribution_cover import cover as cover
from voxnym.evaluation.metrics.distribution_detectors import linear_detector as linear_detector
from voxnym.evaluation.metrics.distribution_detectors import nearest_detector as nearest_detector
from voxnym.evaluation.metrics.distribution_distances import discrepancy as discrepancy
from voxnym.evaluation.metrics.distribution_laws import cosine_law as cosine_law
from voxnym.evaluation.metrics.distribution_laws import law_distance as law_distance
from voxnym.evaluation.metrics.distribution_laws import norm_law as norm_law
from voxnym.evaluation.metrics.distribution_laws import pair_cosines as pair_cosines
from voxnym.evaluation.metrics.distribution_memory import memory as memory
from voxnym.evaluation.metrics.distribution_memory import self_collision as self_collision
from voxnym.evaluation.metrics.distribution_subspace import gender_agreement as gender_agreement
from voxnym.evaluation.metrics.distribution_subspace import subspace_residual as subspace_residual
from voxnym.evaluation.metrics.eer import eer as eer
from voxnym.evaluation.metrics.eer import folded_eer as folded_eer
from voxnym.evaluation.metrics.estimate import compare as compare
from voxnym.evaluation.metrics.estimate import estimate as estimate
from voxnym.evaluation.metrics.growth import grown as grown
from voxnym.evaluation.metrics.laplace_hull import published_laplace_eer as published_laplace_eer
from voxnym.evaluation.metrics.linkability import linkability as linkability
from voxnym.evaluation.metrics.linking import linking as linking
from voxnym.evaluation.metrics.llr import cllr as cllr
from voxnym.evaluation.metrics.llr import min_cllr as min_cllr
from voxnym.evaluation.metrics.local_disclosure import local_disclosure as local_disclosure
from voxnym.evaluation.metrics.people import per_speaker_eer as per_speaker_eer
from voxnym.evaluation.metrics.pitch_correlation import pitch_correlation as pitch_correlation
from voxnym.evaluation.metrics.quality import pesq as pesq
from voxnym.evaluation.metrics.quality import stoi as stoi
from voxnym.evaluation.metrics.ranks import cumulative_match as cumulative_match
from voxnym.evaluation.metrics.ranks import ranked as ranked
from voxnym.evaluation.metrics.recall import published_recall as published_recall
from voxnym.evaluation.metrics.recall import unweighted_recall as unweighted_recall
from voxnym.evaluation.metrics.rocch import rocch_eer as rocch_eer
from voxnym.evaluation.metrics.singling_out import singled_by_chance as singled_by_chance
from voxnym.evaluation.metrics.singling_out import singled_out as singled_out
from voxnym.evaluation.metrics.singling_out import singling_out as singling_out
from voxnym.evaluation.metrics.voice_similarity import scale_of as scale_of
from voxnym.evaluation.metrics.voice_similarity import voice_similarity as voice_similarity
from voxnym.evaluation.metrics.weighted import weighted_eer as weighted_eer
from voxnym.evaluation.metrics.weighted import weighted_mean as weighted_mean
from voxnym.evaluation.metrics.weighted import weighted_ratio as weighted_ratio
from voxnym.evaluation.metrics.weighted import weighted_recall as weighted_recall
from voxnym.evaluation.metrics.words import word_errors as word_errors
from voxnym.evaluation.metrics.zebra import zebra as zebra
