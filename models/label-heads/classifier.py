# What the probabilities of the standard classifier, summed up the label graph, are worth on photographs that it was not
# trained on: labelCalibration of its row in models/manifest.json.
#   python models/label-heads/classifier.py FEATURES      (numpy, scipy; prints JSON; FEATURES are of features.mjs:
#   … caltech=DATA/Homework2-Caltech101/101_ObjectCategories pacs=DATA/Homework3-PACS/PACS)
# Photographs of Caltech-101 and PACS, every class of the same weight. Of what is more specific than the class nothing is
# known. Judged in five folds of whole classes.
import json
import sys
import zlib
import numpy as np
from calibrate import log_odds, logistic, sigmoid
from dataset import Graph, Rows, soft_labels, truths

KNOTS = [0, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .99, 1]
LEAST = .02
FOLDS = 5


def main(folder):
    graph, rows = Graph(), Rows(folder, ['caltech', 'pacs'])
    rows = rows.take(rows.style <= 0)
    found = truths(rows, graph)
    rows, found = rows.take(np.array([bool(mids) for mids, _ in found])), [truth for truth in found if truth[0]]
    labels = sorted({mid for leaf in graph.imagenet for mid in graph.up(leaf)})
    p = soft_labels(rows, graph, labels)
    at = {mid: i for i, mid in enumerate(labels)}
    right, known = np.zeros(p.shape, bool), np.ones(p.shape, bool)
    for row, (mids, _) in enumerate(found):
        right[row, [at[mid] for mid in mids if mid in at]] = True
        known[row] = ~graph.narrower(mids, labels)
    _, inverse, counts = np.unique(rows.group, return_inverse=True, return_counts=True)
    weight = np.broadcast_to((1 / counts[inverse] * len(counts) / len(rows.group) * counts.mean())[:, None], p.shape)
    use = known & (p >= LEAST)
    fold = np.broadcast_to(np.array([zlib.crc32(group.encode()) % FOLDS for group in rows.group])[:, None], p.shape)[use]
    p, right, weight = p[use], right[use].astype(float), weight[use]
    fit = lambda part: logistic(log_odds(p[part])[:, None], right[part], weight[part], [1, 0])
    judged = np.zeros(len(p))
    for k in range(FOLDS):
        slope, offset = fit(fold != k)
        judged[fold == k] = sigmoid(slope * log_odds(p[fold == k]) + offset)
    error = lambda said: sum(weight[b].sum() * abs(np.average(said[b], weights=weight[b]) - np.average(right[b], weights=weight[b]))
                             for b in (np.minimum(9, (said * 10).astype(int)) == k for k in range(10)) if b.any()) / weight.sum()
    precision = lambda said: np.average(right[said >= .5], weights=weight[said >= .5])
    slope, offset = fit(np.ones(len(p), bool))
    curve = sigmoid(slope * log_odds(np.array(KNOTS[1:-1])) + offset)
    print(json.dumps({
        'raw': KNOTS, 'probability': [0, *(round(float(v), 3) for v in curve), 1],
        'measured': f'{len(rows.group)} photographs of Caltech-101 and PACS, every class of the same weight; expected calibration error '
                    f'{error(judged):.3f} in five folds of whole classes ({error(p):.3f} before), precision at .5 {precision(judged):.3f} '
                    f'({precision(p):.3f} before): models/label-heads/classifier.py'
    }, indent=1))


main(sys.argv[1])
