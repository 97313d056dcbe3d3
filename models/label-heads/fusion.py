# How the words of the label heads and of the standard classifier are fused: BLEND in src/labels/fuse-labels.ts, and why the
# classifier's is the last where it is sure of something.
#   python models/label-heads/fusion.py DATA FEATURES mobilenetv2-12-qdq.onnx      (numpy, scipy, pillow, onnxruntime; prints JSON; 4 CPU minutes)
# DATA and FEATURES are those of features.py.
# Photographs of the sources below, of which something is known, as the folds left them out: the classifier was not trained on
# them, and of the heads it is what a fit says that did not see them. They are weighed as for the heads' calibration. Of what is
# more specific than the thing that is known, and of people beside it, nothing is known.
import json
import os
import sys
import numpy as np
from PIL import Image
import settle
from calibrate import LEAST_ODDS, log_odds, logistic, sigmoid
from dataset import HERE, Graph
from features import Net, Opener, middle
from regression import RANK, softmax
from train import Calibration, Training, most_specific

SOURCES = ['caltech', 'pacs', 'clothing', 'fruits', 'houses', 'flowers', 'pets']
# From there on the classifier is sure; nobody is taken to be surer than LEAST that a label does not hold.
SURE, LEAST = .5, .02
# Labels that at least one of the two gives so much count.
CANDIDATE = .05
# Of the shorter side, as the service decodes.
DECODED = 256


class Words:
    """What both say of labels that the classifier knows: rows x labels, calibrated; right, known and weight as they are judged."""

    def __init__(self, data, folder, standard):
        training = Training(folder)
        graph, rows, labels = training.graph, training.rows, training.labels
        weights, _, _, _ = training.fit([])
        z, _, unseen, at = training.folds(training.classes.narrow(weights, RANK))
        calibration = Calibration(training, z, unseen, at)
        # Calibration judges photographs of which something is known; of these, those of the sources above.
        keep = np.array([training.found[i][0] is not None for i in at]) & (rows.style[at] <= 0)
        judged = at[keep]
        here = np.isin(rows.source[judged], SOURCES)
        judged, odds, maxima = judged[here], calibration.odds[here], calibration.maxima[here]
        self.heads = sigmoid(calibration.detector.raise_sure(settle.choose(odds, settle.broad(graph, labels)), maxima))
        curve = next(model for model in json.load(open(os.path.join(HERE, '..', 'manifest.json')))['models'] if model['id'] == 'mobilenetv2-12-qdq')['labelCalibration']
        self.classifier = np.interp(np.minimum(classified(data, standard, rows.take(judged)) @ training.into, 1), curve['raw'], curve['probability'])
        self.right, self.known = self._truth([training.found[i] for i in judged], labels, graph)
        self.known &= training.into.any(0)
        self.weight = np.broadcast_to(calibration.judge.weight[here][:, None], self.right.shape)

    @staticmethod
    def _truth(found, labels, graph):
        person = labels.index(graph.mid['Person'])

        def truth(mids, crowd):
            right = np.array([mid in mids for mid in labels])
            narrower = np.array([mid not in mids and any(thing in graph.up(mid) for thing in most_specific(mids, graph)) for mid in labels])
            known = ~narrower
            known[person] &= right[person] or not crowd
            return right, known

        keys = [(frozenset(mids), crowd) for mids, crowd in found]
        cache = {key: truth(*key) for key in set(keys)}
        return (np.array(part) for part in zip(*(cache[key] for key in keys)))


def classified(data, standard, rows):
    """The classifier's probabilities of the middle of each picture, as the service asks it."""
    opener, net = Opener(data), Net('mobilenetv2-12-qdq', standard)

    def softmax_of(source, name):
        picture = opener.open(source, name)
        scale = DECODED / min(picture.size)
        if scale < 1:
            picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.BICUBIC)
        return softmax(net.run(middle(net, picture))[0])[0]
    return np.stack([softmax_of(source, name) for source, name in zip(rows.source, rows.name)])


def main(*paths):
    words = Words(*paths)
    sure = words.classifier.max(1) >= SURE
    report = {'photographs': len(sure), 'classifierIsSure': round(float(np.average(sure, weights=words.weight[:, 0])), 3)}
    for name, pictures in (('sure', sure), ('unsure', ~sure)):
        part = words.known & pictures[:, None]
        added = {least: part & (words.heads >= least) & (words.classifier < SURE) for least in (.5, .7, .9)}
        report[name] = {'rightOfWhatTheHeadsAddFrom': {str(least): [round(float(np.average(words.right[use], weights=words.weight[use])), 3), int(use.sum())] for least, use in added.items()}}
    use = words.known & ~sure[:, None] & (np.maximum(words.classifier, words.heads) >= CANDIDATE)
    x = np.stack([log_odds(np.maximum(words.classifier, LEAST))[use], log_odds(np.maximum(words.heads, LEAST))[use]], 1)
    y, w = words.right[use].astype(float), words.weight[use]
    blend = logistic(x, y, w / w.mean(), [1, 0, 0])
    loss = lambda p: round(float(-np.average(np.where(y > 0, np.log(p), np.log(1 - p)), weights=w)), 4)
    q = sigmoid(np.c_[x, np.ones(len(x))] @ blend)
    bounded = lambda p: np.clip(p[use], 1e-3, 1 - 1e-3)
    report['unsure'] |= {'blend': dict(zip(('leader', 'other', 'offset'), (round(float(number), 2) for number in blend))),
                         'logLoss': {'classifier': loss(bounded(words.classifier)), 'heads': loss(bounded(words.heads)), 'blend': loss(q)}}
    print(json.dumps(report, indent=1))


if __name__ == '__main__':
    main(*sys.argv[1:])
