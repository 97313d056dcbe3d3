# Trains the label heads: folds, calibration, choice of labels, then the head that ships.
#   python models/label-heads/train.py FEATURES EVALUATION IMAGES      (numpy, torch, onnx; features.mjs and features.py made both)
# FEATURES are of training pictures, EVALUATION of the evaluation pictures, which lie in IMAGES. Writes head.onnx and
# report.json beside this file, and ../labels/label-heads.json.
import json
import multiprocessing
import os
import pickle
import sys
import time
import numpy as np
import torch
import settle
from calibrate import FOLDS, Detector, Judge, fit_labels, held_out, make_rarer, sigmoid, WANTED_PRECISION
from dataset import HERE, LABELS, POOLED, SOURCES, STYLES, TWINS, UNSAID, Graph, Rows, sharpen, soft_labels, truths
from export import export_head
from head import predict, train_head
from targets import choose_labels, make_targets

SEED = 1
EPOCHS = 6
JOBS = int(os.environ.get('JOBS', 1))
# One that no class and no picture falls into.
NO_FOLD = -1
# Tiles are many and blurred, drawings are for the styles: photographs come more often.
DRAWN = {'tile': .6, 'drawing': .5}
# A label of the detector for which no picture is at hand to measure on: what holds of the others' mean.
UNMEASURED = [0, 1, -1]
# A label under which there is but one thing learned what surrounds that thing: what it is worth on others nobody can tell.
FEWEST_THINGS = 2
# A label that is never right often enough.
SILENT = [0, 0, -20]


def things_of(found, graph):
    """The thing of each row, whatever its source calls it: its most specific labels."""
    def leaves(mids):
        return None if not mids else '|'.join(sorted(mid for mid in mids if not any(mid in graph.up(other) and other != mid for other in mids)))
    cache = {}
    return [cache.setdefault(frozenset(mids), leaves(mids)) if mids else None for mids, _ in found]


def in_processes(work, tasks):
    """Results of `work` for each task, each in a process of its own, JOBS at a time. They inherit what is in memory."""
    context = multiprocessing.get_context('fork')

    def run(task, end):
        end.send(pickle.dumps(work(task)))

    results, running = {}, []
    for index, task in enumerate(tasks):
        if len(running) == JOBS:
            first, end = running.pop(0)
            results[first] = pickle.loads(end.recv())
        receiver, sender = context.Pipe(duplex=False)
        context.Process(target=run, args=(task, sender)).start()
        running.append((index, receiver))
    for index, end in running:
        results[index] = pickle.loads(end.recv())
    return [results[index] for index in range(len(tasks))]


class Training:
    """Rows with their targets."""

    def __init__(self, folder):
        self.graph, self.rows = Graph(), Rows([folder], SOURCES)
        self.strays = sharpen(self.rows, folder)
        self.stray_of = np.array([TWINS.get(source, 0) for source in self.rows.source])
        self.labels = choose_labels(self.rows, self.graph)
        self.labels += sorted({mid for leaf in self.graph.coco for mid in self.graph.up(leaf)} - set(self.labels))
        self.target, self.weight = make_targets(self.rows, self.graph, self.labels)
        self.drawn = np.where(self.rows.tile, DRAWN['tile'], 1.) * np.where(self.rows.style > 0, DRAWN['drawing'], 1.)
        self.found = truths(self.rows, self.graph)
        self.things = things_of(self.found, self.graph)

    def learn(self, fold):
        """The head that saw all but a fold, and what it says of that; without a fold, the head that ships."""
        torch.set_num_threads(1)
        rows = self.rows
        classes, held = held_out(rows, self.things, fold)
        head = train_head(rows.x[~held], self.target[~held], self.weight[~held], rows.style[~held], self.drawn[~held], SEED + fold % (FOLDS + 1), EPOCHS, self.strays,
                          self.stray_of[~held])
        at = np.flatnonzero(held)
        said = predict(head, rows.x[at]) if len(at) else ()
        return head, (*said, classes[at], at)


class Calibration:
    """What the heads of the folds say of what they did not see, and the curves that make it true. z, styles: by held-out row."""

    def __init__(self, training, z, styles, unseen, at):
        graph, labels, rows, found = training.graph, training.labels, training.rows, training.found
        keep = np.array([found[i][0] is not None for i in at]) & (rows.style[at] <= 0)
        judged, truth = rows.take(at[keep]), [found[i] for i in at[keep]]
        self.person = labels.index(graph.mid['Person'])
        self.judge = Judge(judged, unseen[keep], truth, soft_labels(judged, graph, labels), labels, graph.mid['Person'])
        self.maxima = judged.x[:, POOLED:]
        self.detector = Detector(graph, labels).fit(self.maxima, truth, graph, self.judge.weight)
        self.z, evidence = z[keep], self.detector.evidence(self.maxima)
        curves = fit_labels(self.judge, self.z, evidence, self.detector.covers)
        odds = self.odds(curves, self.z, self.maxima)
        self.error = self.judge.error(sigmoid(odds))
        shifts = make_rarer(self.judge, odds, WANTED_PRECISION)
        pictured = self.judge.right.sum(0)
        for i in range(len(labels)):
            if self.detector.covers[i] and np.isnan(shifts[i]) and pictured[i] < 12:
                curves[i], shifts[i] = UNMEASURED, 0
        things = {mid: set() for mid in labels}
        for thing, (mids, _) in zip(training.things, found):
            for mid in (mids or set()) & things.keys():
                things[mid].add(thing)
        few = np.array([len(things[mid]) < FEWEST_THINGS for mid in labels]) & ~self.detector.covers
        shifts[few | np.array([graph.name(mid) in UNSAID for mid in labels])] = np.nan
        curves[np.isnan(shifts)] = SILENT
        self.shown = np.union1d(np.flatnonzero(~np.isnan(shifts)), self.detector.places)
        curves[:, 2] -= np.nan_to_num(shifts)
        self.curves = curves

    def odds(self, curves, z, maxima):
        """Log-odds of all labels by logits of a head and the detector's log-odds."""
        return z * curves[:, 0] + self.detector.evidence(maxima) * curves[:, 1] + curves[:, 2]


def learned(training, path):
    """
    The head that ships, and what the heads of the folds say of what they did not see: logits, styles, whether the class was
    unseen, and rows. Kept beside the features, so that calibration can be done again without training.
    """
    if not os.path.exists(path):
        heads, parts = zip(*in_processes(training.learn, [*range(FOLDS), NO_FOLD]))
        with open(path, 'wb') as file:
            pickle.dump((heads[-1], *(np.concatenate(v) for v in zip(*parts[:FOLDS])), training.labels), file)
    with open(path, 'rb') as file:
        *result, labels = pickle.load(file)
    if labels != training.labels or result[-1].max() >= len(training.rows.name):
        raise SystemExit(f'{path} is of other features: remove it')
    return result


def settled(training, calibration, evaluation, head):
    """The calibration's curves under the numbers that hold for all labels, and figures of pictures they were not fitted on."""
    detector, person = calibration.detector, calibration.person
    guessable = settle.broad(training.graph, training.labels)
    seen = {name: calibration.odds(calibration.curves, predict(head, evaluation.rows[name].x)[0], evaluation.maxima(name)) for name in settle.SETS}
    numbers, said = settle.judged(evaluation, seen.__getitem__, detector.covers, person, guessable)
    figures = {name: settle.figures(sigmoid(detector.raise_sure(odds, evaluation.maxima(name))), evaluation.right[name], training.graph, training.labels) for name, odds in said.items()}
    slope = np.where(detector.covers, numbers[1], numbers[0])[:, None]
    curves = calibration.curves * slope
    curves[:, 2] += numbers[2]
    return curves, guessable, numbers, figures


def style_figures(said, truth):
    known = truth >= 0
    said, truth = said[known], truth[known]
    best = said.argmax(1)
    return {
        'styleAccuracy': round(float((best == truth).mean()), 4),
        'styleRecall': {style: round(float((best[truth == i] == i).mean()), 3) for i, style in enumerate(STYLES)},
        'styleFalseAt0.9': {style: int(((said[:, i] >= .9) & (truth == 0)).sum()) for i, style in enumerate(STYLES) if i > 0},
        'stylePhotos': int((truth == 0).sum())
    }


def main(folder, evaluation_folder, images):
    torch.set_num_threads(1)
    began = time.time()
    log = lambda text: print(f'{time.time() - began:6.0f} s  {text}', flush=True)
    training = Training(folder)
    graph, rows, labels = training.graph, training.rows, training.labels
    pictures = {source: int((rows.source == source).sum()) for source in SOURCES}
    log(f'{pictures}, {len(labels)} labels')
    evaluation = settle.Evaluation(evaluation_folder, images, graph, labels)
    head, z, styles, unseen, at = learned(training, os.path.join(folder, 'heads.pickle'))
    log('trained')
    calibration = Calibration(training, z, styles, unseen, at)
    curves, guessable, numbers, evaluated = settled(training, calibration, evaluation, head)
    judge, shown = calibration.judge, calibration.shown
    p = sigmoid(calibration.detector.raise_sure(settle.choose(calibration.odds(curves, calibration.z, calibration.maxima), guessable), calibration.maxima))
    precision, count = judge.by_label(p)
    name = lambda i: graph.name(labels[i])
    report = {
        'command': 'python models/label-heads/train.py FEATURES EVALUATION IMAGES', 'seed': SEED, 'epochs': EPOCHS, 'pictures': pictures,
        'labels': {'tried': len(labels), 'shown': len(shown)}, 'expectedCalibrationError': round(float(calibration.error), 4),
        'heldOut': {k: round(float(v), 3) for k, v in judge.figures(p).items()},
        'wrongAndSureOfUnseenClasses': round(float(judge.sure_and_wrong(p)), 4),
        'slopesAndOffset': [round(float(number), 3) for number in numbers],
        'evaluationPicturesInFolds': evaluated,
        **style_figures(styles, rows.style[at]),
        'precisionByLabel': {name(i): [round(float(precision[i]), 3), int(count[i])] for i in shown},
        'left': sorted(name(i) for i in set(range(len(labels))) - set(shown))
    }
    log(json.dumps({k: v for k, v in report.items() if k not in ('left', 'precisionByLabel')}))

    export_head(head, calibration.detector, labels, shown, curves[shown], guessable[shown], os.path.join(HERE, 'head.onnx'))
    with open(os.path.join(LABELS, 'label-heads.json'), 'w') as file:
        file.write('[\n' + ',\n'.join('  ' + json.dumps({'mid': labels[i], 'name': name(i)}) for i in shown) + '\n]\n')
    with open(os.path.join(HERE, 'report.json'), 'w') as file:
        json.dump(report, file, indent=1)
        file.write('\n')
    log(f"head.onnx {os.path.getsize(os.path.join(HERE, 'head.onnx'))} bytes")


if __name__ == '__main__':
    main(*sys.argv[1:])
