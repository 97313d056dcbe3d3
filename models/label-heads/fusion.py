# How the words of the label heads and of the standard classifier are fused: the numbers of src/labels/fuse-labels.ts, and why the
# classifier's is the last where it is sure of something.
#   python models/label-heads/fusion.py DATA FEATURES mobilenetv2-12-qdq.onnx      (numpy, scipy, pillow, onnxruntime; prints JSON; 4 CPU minutes)
# DATA and FEATURES are those of features.py.
# Photographs of the sources below, of which something is known, as the folds left them out: the classifier was not trained on
# them (its calibration was settled on those of Caltech-101 and PACS), and of the heads it is what a fit says that had not seen
# them. They are weighed as for the heads' calibration. Of what is more specific than the thing that is known, and of people
# beside it, nothing is known. SURE, CERTAIN, CREDIT, LEAST and CANDIDATE are those of fuse-labels.ts; that parents are raised is left out.
import json
import os
import sys
import numpy as np
from PIL import Image
import settle
from calibrate import log_odds, logistic, sigmoid
from dataset import HERE
from features import Net, Opener, middle
from regression import RANK, softmax
from train import Calibration, Training

SOURCES = ['caltech', 'pacs', 'clothing', 'fruits', 'houses', 'flowers', 'pets']
# From SURE on the classifier is sure; where it is not, others who are CERTAIN of a label have their way. Nobody is taken to be surer
# than LEAST that a label does not hold.
SURE, CERTAIN, LEAST = .5, .8, .02
# Added to the mean of their log-odds: what the fit says, in a round number.
CREDIT = .4
# Labels to which at least one of the two gives so much are fused.
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
        here = np.isin(rows.source[calibration.at], SOURCES)
        judged, odds, maxima = calibration.at[here], calibration.odds[here], calibration.maxima[here]
        self.heads = sigmoid(calibration.detector.raise_sure(settle.choose(odds, settle.broad(graph, labels)), maxima))
        curve = next(model for model in json.load(open(os.path.join(HERE, '..', 'manifest.json')))['models'] if model['id'] == 'mobilenetv2-12-qdq')['labelCalibration']
        self.classifier = np.interp(np.minimum(classified(data, standard, rows.take(judged)) @ training.into, 1), curve['raw'], curve['probability'])
        self.right = calibration.judge.right[here]
        # The judge of the heads excuses what the classifier saw beside the truth; here that is what is judged.
        found = [(frozenset(mids), crowd) for mids, crowd in (training.found[i] for i in judged)]
        narrower = {mids: graph.narrower(mids, labels) for mids in {mids for mids, _ in found}}
        self.known = training.into.any(0) & ~np.array([narrower[mids] for mids, _ in found])
        person = labels.index(graph.mid['Person'])
        self.known[:, person] &= self.right[:, person] | ~np.array([crowd for _, crowd in found])
        self.weight = np.broadcast_to(calibration.judge.weight[here][:, None], self.right.shape)


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


def figures(words, p):
    """Precision of what is said with .5 and more, and the share of pictures with a right label."""
    shown = words.known & (p >= .5)
    return [round(float(value), 3) for value in (np.average(words.right[shown], weights=words.weight[shown]),
                                                 np.average((shown & words.right).any(1), weights=words.weight[:, 0]))]


def main(*paths):
    words = Words(*paths)
    sure = words.classifier.max(1) >= SURE
    surest = np.maximum(words.classifier, words.heads)
    candidates = words.known & (surest >= CANDIDATE)
    use = candidates & ~sure[:, None]
    odds = lambda p: log_odds(np.maximum(p, LEAST))
    x = np.stack([odds(words.classifier)[use], odds(words.heads)[use]], 1)
    leader, other, offset = logistic(x, words.right[use].astype(float), words.weight[use] / words.weight[use].mean(), [1, 0, 0])
    blend = sigmoid((odds(words.classifier) + odds(words.heads)) / 2 + CREDIT)
    fused = lambda certain: np.where(sure[:, None], words.classifier, np.where((words.heads >= certain) | (surest < CANDIDATE), surest, blend))

    def loss(p):
        p, right = np.clip(p[candidates], 1e-3, 1 - 1e-3), words.right[candidates]
        return round(float(-np.average(np.log(np.where(right, p, 1 - p)), weights=words.weight[candidates])), 4)

    def added(pictures, least):
        new = words.known & pictures[:, None] & (words.heads >= least) & (words.classifier < SURE)
        return {'labels': int(new.sum()), 'right': round(float(np.average(words.right[new], weights=words.weight[new])), 3)}

    print(json.dumps({
        'photographs': len(sure), 'classifierIsSure': round(float(np.average(sure, weights=words.weight[:, 0])), 3),
        'headsAddFrom': {str(least): {'sure': added(sure, least), 'unsure': added(~sure, least)} for least in (.5, .8, .9)},
        'fitted': {'leader': round(leader, 2), 'other': round(other, 2), 'offset': round(offset, 2)},
        'logLoss, precision, picturesWithRightLabel': {
            name: [loss(p), *figures(words, p)]
            for name, p in {'classifier': words.classifier, 'heads': words.heads, 'surest of both': surest,
                            'fused': fused(CERTAIN), 'fused, nobody certain': fused(2)}.items()
        }
    }, indent=1))


if __name__ == '__main__':
    main(*sys.argv[1:])
