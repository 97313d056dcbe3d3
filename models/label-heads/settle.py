# The last few numbers, which hold for all labels at once. They are fitted on the evaluation pictures, as those show what
# training pictures cannot: how sure the heads may be on pictures of other sources. No number here is of one label, one class
# or one picture; what they do is judged on pictures that they were not fitted on.
import json
import os
import zlib
import numpy as np
from calibrate import log_odds, logistic, sigmoid
from dataset import POOLED, Rows

# Sets whose truth is one thing a picture: the slopes and the offset are fitted on them.
ONE_THING = ['cls_imagenet_val', 'cls_imagenet_sample', 'cls_openimages']
SETS = [*ONE_THING, 'det_coco_val2017']
FOLDS = 5
# Below it a label is no candidate, and there are hundreds of those.
LEAST_ODDS = -4
# Classes of ImageNet under a label that is broad enough to be a picture's guess.
BROAD_KINDS = 15
# A label has to be that sure to stand at .5; but a picture's surest broad label may be less sure than others.
SURE_ENOUGH, GUESS = .8, .47


class Evaluation:
    """Features of the evaluation pictures by set, and what is true of each: rows x labels."""

    def __init__(self, features, images, graph, labels):
        coco = {row['class']: row['mid'] for row in json.load(open(os.path.join(os.path.dirname(__file__), '..', 'labels', 'coco80.json')))}

        def truth(item):
            if 'class_index' in item:
                return graph.up(graph.imagenet[item['class_index']])
            if 'mid' in item:
                mid = item['mid'] or graph.mid.get(item['label'].capitalize())
                return graph.up(mid) if mid else set()
            return set().union(*(graph.up(coco[thing['name']]) for thing in item['objects'] if thing['name'] in coco))

        self.rows, self.right = {}, {}
        for name in SETS:
            items = {os.path.basename(item['file']): item for item in json.load(open(os.path.join(images, name, 'truth.json')))['items']}
            rows = Rows([features], [name])
            truths = [truth(items[os.path.basename(picture)]) for picture in rows.name]
            keep = np.array([bool(mids) for mids in truths])
            self.rows[name] = rows.take(keep)
            self.right[name] = np.array([[mid in mids for mid in labels] for mids in truths if mids])

    def maxima(self, name):
        return self.rows[name].x[:, POOLED:]


def columns(odds, covers):
    """Labels that the detector sees and others may be too sure in different measure."""
    return np.stack([np.where(covers, 0, odds), np.where(covers, odds, 0)], -1)


def fit(odds, right, covers, person):
    """Two slopes and an offset. People are left out: the truth of these sets names one thing, and people stand beside it."""
    use = odds > LEAST_ODDS
    use[:, person] = False
    x, y = columns(odds, covers)[use], right[use].astype(float)
    return logistic(x, y, np.ones(len(y)), [1, 1, 0], 1.)


def settle(odds, numbers, covers):
    return columns(odds, covers) @ numbers[:2] + numbers[2]


def broad(graph, labels):
    return graph.sums(graph.imagenet, labels).sum(0) >= BROAD_KINDS


def choose(odds, guessable):
    """Log-odds as they are said: all but the picture's surest broad label are less likely than they seem."""
    best = np.where(guessable, odds, -np.inf).max(1, keepdims=True)
    return np.where(guessable & (odds >= best), odds - log_odds(GUESS), odds - log_odds(SURE_ENOUGH))


def judged(evaluation, odds, covers, person, guessable):
    """Numbers fitted on all, and log-odds of each picture by numbers fitted on others."""
    pooled = lambda name: np.concatenate([name(s) for s in ONE_THING])
    all_odds, right = pooled(odds), pooled(lambda s: evaluation.right[s])
    fold = {s: np.array([zlib.crc32(f'{s}/{n}'.encode()) % FOLDS for n in evaluation.rows[s].name]) for s in SETS}
    folds = pooled(lambda s: fold[s])
    said = {s: np.empty_like(odds(s)) for s in SETS}
    for k in range(FOLDS):
        numbers = fit(all_odds[folds != k], right[folds != k], covers, person)
        for s in SETS:
            said[s][fold[s] == k] = choose(settle(odds(s)[fold[s] == k], numbers, covers), guessable)
    return fit(all_odds, right, covers, person), said


def figures(p, right, graph, labels, most=10):
    """As the evaluation counts: parents raised, ten labels at .5 and more."""
    at = {mid: i for i, mid in enumerate(labels)}
    up = [[at[mid] for mid in graph.up(label) if mid in at] for label in labels]
    shown = hits = with_label = five = sure = 0
    for row, truth in zip(p, right):
        scores = {}
        for i in np.flatnonzero(row >= .5):
            for j in up[i]:
                scores[j] = max(scores.get(j, 0), row[i])
        top = sorted(scores, key=lambda i: -scores[i])[:most]
        shown, hits, with_label = shown + len(top), hits + sum(truth[i] for i in top), with_label + bool(top)
        five += any(truth[i] for i in top[:5])
        sure += any(scores[i] >= .8 and not truth[i] for i in top)
    n = len(p)
    return {'precision': round(hits / max(shown, 1), 3), 'picturesWithLabel': round(with_label / n, 3), 'labelsPerPicture': round(shown / n, 2),
            'hit@5': round(five / n, 3), 'sureAndWrong': round(sure / n, 3)}
