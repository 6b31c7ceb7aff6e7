"""A second implementation of the bias measures, by scipy and numpy, written without a look at ours.

Reads one JSON document from stdin and writes one to stdout:
  distributions  [{d, a, positions}]    -> the distances of each
  proportions    [{d: [positive, rows], a: [positive, rows]}]
  strata         [[[d with, d without, all with, all without], ...], ...]  -> conditional disparity
  shares         [[part, whole]]        -> Wilson's intervals
  p_values       [[p, ...]]             -> Benjamini and Hochberg's q-values
  rows           [{gender, ethnicity, rating, text, spent, party}] -> measures of each gender and pair beside all others
Infinite and undefined values are null.
"""

import json
import math
import sys

import numpy as np
from scipy import stats
from scipy.spatial import distance

BAND = 0.25


def finite(value):
    return float(value) if math.isfinite(value) else None


def distances(d, a, positions):
    d, a, positions = (np.asarray(x, dtype=float) for x in (d, a, positions))
    p_d, p_a = d / d.sum(), a / a.sum()
    sample_d, sample_a = (np.repeat(positions, counts.astype(int)) for counts in (d, a))
    return {
        "kullback_leibler": finite(stats.entropy(p_a, p_d)),
        "jensen_shannon": finite(distance.jensenshannon(p_a, p_d) ** 2),
        "lp_norm": finite(distance.minkowski(p_a, p_d, p=2)),
        "total_variation": finite(distance.cityblock(p_a, p_d) / 2),
        "kolmogorov_smirnov_labels": finite(distance.chebyshev(p_a, p_d)),
        "kolmogorov_smirnov_cumulative": finite(stats.ks_2samp(sample_a, sample_d, method="asymp").statistic),
        "wasserstein_1": finite(stats.wasserstein_distance(positions, positions, p_d, p_a)),
    }


def proportions(d, a):
    (d_positive, d_rows), (a_positive, a_rows) = d, a
    q_d, q_a = d_positive / d_rows, a_positive / a_rows
    return {
        "class_imbalance": (a_rows - d_rows) / (a_rows + d_rows),
        "difference_in_proportions": q_a - q_d,
        "disparate_impact": None if q_a == 0 else q_d / q_a,
    }


def conditional_disparity(strata):
    table = np.asarray(strata, dtype=float).reshape(-1, 4)
    table = table[(table[:, 2] > 0) & (table[:, 3] > 0)]
    if len(table) == 0:
        return None
    d_with, d_without, all_with, all_without = table.T
    return float(np.average(d_without / all_without - d_with / all_with, weights=all_with + all_without))


def wilson(part, whole):
    interval = stats.binomtest(part, whole).proportion_ci(confidence_level=0.95, method="wilson")
    return [float(interval.low), float(interval.high)]


def of_rows(rows):
    """Every gender, and every pair of gender and ethnicity, beside all other rows."""
    genders = np.array([row["gender"] for row in rows])
    ethnicities = np.array([row["ethnicity"] for row in rows])
    labels = {gender: genders == gender for gender in sorted(set(genders))}
    for gender in sorted(set(genders)):
        for ethnicity in sorted(set(ethnicities)):
            labels[f"{gender} {ethnicity}"] = (genders == gender) & (ethnicities == ethnicity)
    return {name: of_group(rows, is_d) for name, is_d in labels.items() if is_d.any() and not is_d.all()}


def of_group(rows, is_d):
    rating = np.array([math.nan if row["rating"] is None else row["rating"] for row in rows])
    spent = np.array([math.nan if row["spent"] is None else math.log1p(row["spent"]) for row in rows])
    party = np.array([0 if row["party"] is None else min(row["party"], 5) for row in rows])
    party[party == 4] = 3
    has_text = np.array([row["text"] for row in rows])
    known = np.isfinite(rating)
    paid = np.isfinite(spent)
    return {
        "rating_4_or_more": binary(rating[known] >= 4, is_d[known], party[known]),
        "has_text": binary(has_text, is_d, party),
        "has_rating": binary(known, is_d, party),
        "rating": ordered(rating[known], rating[known], is_d[known]),
        "total_spent": ordered(np.floor(spent[paid] / BAND) * BAND, spent[paid], is_d[paid]),
    }


def binary(outcome, is_d, strata):
    if is_d.sum() == 0 or (~is_d).sum() == 0:
        return None
    count = lambda mask: [int((mask & ~outcome).sum()), int((mask & outcome).sum())]
    d, a = count(is_d), count(~is_d)
    found = distances(d, a, [0, 1])
    del found["wasserstein_1"], found["kolmogorov_smirnov_cumulative"]
    table = [count(is_d & (strata == one))[::-1] + count(strata == one)[::-1] for one in sorted(set(strata))]
    shares = proportions([d[1], sum(d)], [a[1], sum(a)])
    del shares["class_imbalance"]
    return {
        **found,
        **shares,
        "share": d[1] / sum(d),
        "share_of_others": a[1] / sum(a),
        "conditional_disparity": conditional_disparity(table),
    }


def ordered(labels, values, is_d):
    if is_d.sum() == 0 or (~is_d).sum() == 0:
        return None
    positions = np.unique(labels)
    count = lambda mask: [int((labels[mask] == one).sum()) for one in positions]
    return {
        **distances(count(is_d), count(~is_d), positions),
        "mean": float(values[is_d].mean()),
        "mean_of_others": float(values[~is_d].mean()),
    }


def main():
    asked = json.load(sys.stdin)
    answer = {
        "distributions": [distances(**one) for one in asked["distributions"]],
        "proportions": [proportions(**one) for one in asked["proportions"]],
        "strata": [conditional_disparity(one) for one in asked["strata"]],
        "shares": [wilson(*one) for one in asked["shares"]],
        "p_values": [stats.false_discovery_control(one).tolist() for one in asked["p_values"]],
        "rows": of_rows(asked["rows"]),
    }
    json.dump(answer, sys.stdout, allow_nan=False)


main()
