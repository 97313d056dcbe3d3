# Makes the label heads: folds, calibration on what the folds did not see, then the head that ships.
#   python models/label-heads/train.py FEATURES EVALUATION IMAGES      (numpy, scipy, onnx; features.py and features.mjs made the two)
# FEATURES are of training pictures, EVALUATION of the evaluation pictures, which lie in IMAGES. Writes head.onnx and
# report.json beside this file, and ../labels/label-heads.json.
import json
import os
import sys
import time
import numpy as np
from scipy.optimize import minimize_scalar
import settle
from calibrate import FOLDS, Curves, Detector, Judge, held_out, log_odds, sigmoid
from dataset import HERE, LABELS, SEEN, SOURCES, STYLES, Graph, Rows, soft_labels, truths
from export import export_head
from regression import RANK, RIDGE, SHARPER, STYLE_RIDGE, Regression, logits, softmax, style_targets

# Crops are of pictures that are there as a whole, and the classifier is often lost on drawings.
WEIGHT = {'crop': .7, 'drawing': .5}


def things_of(found, graph):
    """The thing of each row, whatever its source calls it: its most specific labels."""
    cache = {}
    return [cache.setdefault(frozenset(mids), '|'.join(sorted(graph.most_specific(mids)))) if mids else None for mids, _ in found]


class Training:
    """The rows, and regressions on them of the classifier's logits and of the styles."""

    def __init__(self, folder):
        self.graph, self.rows = Graph(), Rows(folder, SOURCES)
        self.labels = self.graph.labels()
        self.into = self.graph.sums(self.graph.imagenet, self.labels)
        self.found = truths(self.rows, self.graph)
        self.things = things_of(self.found, self.graph)
        weight = np.where(self.rows.crop, WEIGHT['crop'], 1) * np.where(self.rows.style > 0, WEIGHT['drawing'], 1)
        self.classes = Regression(self.rows.x, logits(self.rows.soft), weight)
        self.styles = Regression(self.rows.x, *style_targets(self.rows.style))

    def fit(self, without):
        """Weights and offsets of classes and styles, of all rows but some."""
        return *self.classes.fit(without, RIDGE), *self.styles.fit(without, STYLE_RIDGE)

    def evidence(self, z):
        """Log-odds of labels by logits of the classes."""
        return log_odds(np.minimum(softmax(SHARPER * z) @ self.into, 1))

    def folds(self, kept):
        """What fits say of the whole pictures that they did not see: logits of classes and styles, whether the class was unseen, and rows."""
        parts = []
        for fold in range(FOLDS):
            unseen, held = held_out(self.rows, self.things, fold)
            weights, offset, style_weights, style_offset = self.fit(np.flatnonzero(held))
            at = np.flatnonzero(held & ~self.rows.crop)
            z = self.classes.z[at]
            parts.append((z @ (weights @ kept @ kept.T) + offset, z @ style_weights + style_offset, unseen[at], at))
        return [np.concatenate(part) for part in zip(*parts)]


class Calibration:
    """The curves that make true what the folds say of what they did not see; `at` are the photographs by which they were settled."""

    def __init__(self, training, z, unseen, at):
        graph, labels, rows, found = training.graph, training.labels, training.rows, training.found
        keep = np.array([found[i][0] is not None for i in at]) & (rows.style[at] <= 0)
        self.at = at[keep]
        judged, truth = rows.take(self.at), [found[i] for i in self.at]
        person = labels.index(graph.mid['Person'])
        self.judge = Judge(judged, unseen[keep], truth, soft_labels(judged, graph, labels), labels, graph)
        self.maxima = judged.x[:, SEEN:]
        self.detector = Detector(graph, labels).fit(self.maxima, truth, graph, self.judge.weight)
        self.z, self.seen = training.evidence(z[keep]), self.detector.evidence(self.maxima)
        above = set().union(*(graph.up(mid) - {mid} for mid in labels))
        self.curves = Curves(np.array([mid not in above for mid in labels]))
        self.curves.fit(self.z, self.seen, self.judge.right, self.judge.known, self.judge.weight, person)
        self.odds = self.curves.odds(self.z, self.seen)


def style_sharpness(z, style):
    """By what the regression's word for styles is to be multiplied before the softmax."""
    known = style >= 0
    loss = lambda k: -np.log(softmax(k * z[known])[np.arange(known.sum()), style[known]]).sum()
    return minimize_scalar(loss, bounds=(1, 50), method='bounded').x


def style_figures(said, truth):
    known = truth >= 0
    said, truth = said[known], truth[known]
    best = said.argmax(1)
    return {
        'styleAccuracy': round(float((best == truth).mean()), 4),
        'styleRecall': {style: round(float((best[truth == i] == i).mean()), 3) for i, style in enumerate(STYLES)},
        'styleRecallAt0.9': {style: round(float((said[truth == i, i] >= .9).mean()), 3) for i, style in enumerate(STYLES) if i > 0},
        'styleFalseAt0.9': {style: int(((said[:, i] >= .9) & (truth == 0)).sum()) for i, style in enumerate(STYLES) if i > 0},
        'stylePhotos': int((truth == 0).sum())
    }


def main(folder, evaluation_folder, images):
    began = time.time()
    log = lambda text: print(f'{time.time() - began:6.0f} s  {text}', flush=True)
    training = Training(folder)
    graph, rows, labels = training.graph, training.rows, training.labels
    pictures = {source: int(((rows.source == source) & ~rows.crop).sum()) for source in SOURCES[:-1]} | {'crops': int(rows.crop.sum())}
    log(f'{pictures}, {len(labels)} labels')
    weights, offset, style_weights, style_offset = training.fit([])
    kept = training.classes.narrow(weights, RANK)
    z, style_z, unseen, at = training.folds(kept)
    log('fitted')
    sharpness = style_sharpness(style_z, rows.style[at])
    calibration = Calibration(training, z, unseen, at)
    curves, detector, judge = calibration.curves, calibration.detector, calibration.judge
    guessable = settle.broad(graph, labels)
    evaluation = settle.Evaluation(evaluation_folder, images, graph, labels)
    said = lambda odds, maxima: sigmoid(detector.raise_sure(settle.choose(odds, guessable), maxima))

    def of_evaluation(name):
        x = evaluation.rows[name].x
        z = training.classes.standard(x) @ (weights @ kept @ kept.T) + offset
        return z, curves.odds(training.evidence(z), detector.evidence(x[:, SEEN:]))

    p = said(calibration.odds, calibration.maxima)
    precision, count = judge.by_label(p)
    report = {
        'command': 'python models/label-heads/train.py FEATURES EVALUATION IMAGES', 'pictures': pictures, 'labels': len(labels),
        'curves': [round(float(number), 3) for number in curves.numbers],
        'expectedCalibrationError': round(float(judge.error(sigmoid(calibration.odds))), 4),
        'heldOut': {k: round(float(v), 3) for k, v in judge.figures(p).items()},
        'wrongAndSureOfUnseenClasses': round(float(judge.sure_and_wrong(p)), 4),
        'evaluationPictures': {name: settle.figures(said(of_evaluation(name)[1], evaluation.maxima(name)), evaluation.right[name], graph, labels) for name in settle.SETS},
        'evaluationCurve': settle.curve({name: of_evaluation(name)[1] for name in settle.ONE_THING}, evaluation, labels.index(graph.mid['Person'])),
        'ownClassAmongFive': {name: settle.own_class(of_evaluation(name)[0], evaluation.classes[name]) for name in ('cls_imagenet_val', 'cls_imagenet_sample')},
        **style_figures(softmax(sharpness * style_z), rows.style[at]),
        'precisionByLabel': {graph.name(labels[i]): [round(float(precision[i]), 3), int(count[i])] for i in np.argsort(-count) if count[i] >= 20}
    }
    log(json.dumps({k: v for k, v in report.items() if k != 'precisionByLabel'}, indent=1))
    export_head(os.path.join(HERE, 'head.onnx'), training, kept, (weights, offset), (style_weights * sharpness, style_offset * sharpness), calibration, guessable)
    with open(os.path.join(LABELS, 'label-heads.json'), 'w') as file:
        file.write('[\n' + ',\n'.join('  ' + json.dumps({'mid': mid, 'name': graph.name(mid)}, ensure_ascii=False) for mid in labels) + '\n]\n')
    with open(os.path.join(HERE, 'report.json'), 'w') as file:
        json.dump(report, file, indent=1)
        file.write('\n')
    log(f"head.onnx {os.path.getsize(os.path.join(HERE, 'head.onnx'))} bytes, {time.process_time():.0f} CPU seconds")


if __name__ == '__main__':
    main(*sys.argv[1:])
