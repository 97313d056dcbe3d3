# Trains the label heads: folds, calibration, choice of labels, then the head that ships.
#   python models/label-heads/train.py FEATURES [FEATURES of other sides…]      (numpy, torch, onnx; features.mjs made FEATURES)
# The first folder is of the side that is served: calibration looks at its rows alone. Writes head.onnx and report.json
# beside this file, and ../labels/label-heads.json.
import json
import multiprocessing
import os
import pickle
import sys
import time
import numpy as np
import torch
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


def main(folders):
    torch.set_num_threads(1)
    began = time.time()
    log = lambda text: print(f'{time.time() - began:6.0f} s  {text}', flush=True)
    graph, rows = Graph(), Rows(folders, SOURCES)
    served = np.arange(len(rows.name)) < len(Rows(folders[:1], SOURCES).name)
    strays = sharpen(rows, folders[0])
    stray_of = np.array([TWINS.get(source, 0) for source in rows.source])
    labels = choose_labels(rows, graph)
    labels += sorted({mid for leaf in graph.coco for mid in graph.up(leaf)} - set(labels))
    target, weight = make_targets(rows, graph, labels)
    drawn = np.where(rows.tile, DRAWN['tile'], 1.) * np.where(rows.style > 0, DRAWN['drawing'], 1.)
    pictures = {source: int((served & (rows.source == source)).sum()) for source in SOURCES}
    log(f'{pictures}, {int((~served).sum())} rows of other sides, {len(labels)} labels')

    found = truths(rows, graph)
    things = things_of(found, graph)
    def learn(fold):
        """The head that saw all but a fold, and what it says of that; without a fold, the head that ships."""
        torch.set_num_threads(1)
        classes, held = held_out(rows, things, fold)
        head = train_head(rows.x[~held], target[~held], weight[~held], rows.style[~held], drawn[~held], SEED + fold % (FOLDS + 1), EPOCHS, strays, stray_of[~held])
        at = np.flatnonzero(held & served)
        said = predict(head, rows.x[at]) if len(at) else ()
        log(f'fold {fold}: {len(at)} held out')
        return head, (*said, classes[at], at)

    heads, parts = zip(*in_processes(learn, [*range(FOLDS), NO_FOLD]))
    z, styles, unseen, at = (np.concatenate(v) for v in zip(*parts[:FOLDS]))
    keep = np.array([found[i][0] is not None for i in at]) & (rows.style[at] <= 0)
    judged = rows.take(at[keep])
    judge = Judge(judged, unseen[keep], [found[i] for i in at[keep]], soft_labels(judged, graph, labels), labels, graph.mid['Person'])
    detector = Detector(graph, labels).fit(judged.x[:, POOLED:], [found[i] for i in at[keep]], graph, judge.weight)
    evidence = detector.evidence(judged.x[:, POOLED:])
    curves = fit_labels(judge, z[keep], evidence, detector.covers)
    odds = z[keep] * curves[:, 0] + evidence * curves[:, 1] + curves[:, 2]
    error = judge.error(sigmoid(odds))
    log(f'before labels are made rarer: {judge.figures(sigmoid(odds))}')
    shifts = make_rarer(judge, odds, WANTED_PRECISION)
    pictured = judge.right.sum(0)
    for i in range(len(labels)):
        if detector.covers[i] and np.isnan(shifts[i]) and pictured[i] < 12:
            curves[i], shifts[i] = UNMEASURED, 0
    shifts[[i for i, mid in enumerate(labels) if graph.name(mid) in UNSAID]] = np.nan
    curves[np.isnan(shifts)] = SILENT
    shown = np.union1d(np.flatnonzero(~np.isnan(shifts)), detector.places)
    curves[:, 2] -= np.nan_to_num(shifts)
    odds = z[keep] * curves[:, 0] + evidence * curves[:, 1] + curves[:, 2]
    p = sigmoid(detector.raise_sure(odds, judged.x[:, POOLED:]))
    known_style = rows.style[at] >= 0
    said, truth = styles[known_style].argmax(1), rows.style[at][known_style]
    precision, count = judge.by_label(p)
    name = lambda i: graph.name(labels[i])
    report = {
        'command': 'python models/label-heads/train.py FEATURES', 'seed': SEED, 'epochs': EPOCHS, 'pictures': pictures, 'rowsOfOtherSides': int((~served).sum()),
        'labels': {'tried': len(labels), 'shown': len(shown)}, 'expectedCalibrationError': round(float(error), 4),
        'heldOut': {k: round(float(v), 3) for k, v in judge.figures(p).items()},
        'wrongAndSureOfUnseenClasses': round(float(judge.sure_and_wrong(p)), 4),
        'styleAccuracy': round(float((said == truth).mean()), 4),
        'styleRecall': {style: round(float((said[truth == i] == i).mean()), 3) for i, style in enumerate(STYLES)},
        'styleFalseAt0.9': {style: int(((styles[known_style][:, i] >= .9) & (truth == 0)).sum()) for i, style in enumerate(STYLES) if i > 0},
        'stylePhotos': int((truth == 0).sum()),
        'precisionByLabel': {name(i): [round(float(precision[i]), 3), int(count[i])] for i in shown},
        'left': sorted(name(i) for i in set(range(len(labels))) - set(shown))
    }
    log(json.dumps({k: v for k, v in report.items() if k not in ('left', 'precisionByLabel')}))

    export_head(heads[-1], detector, labels, shown, curves[shown], os.path.join(HERE, 'head.onnx'))
    with open(os.path.join(LABELS, 'label-heads.json'), 'w') as file:
        file.write('[\n' + ',\n'.join('  ' + json.dumps({'mid': labels[i], 'name': name(i)}) for i in shown) + '\n]\n')
    with open(os.path.join(HERE, 'report.json'), 'w') as file:
        json.dump(report, file, indent=1)
        file.write('\n')
    log(f"head.onnx {os.path.getsize(os.path.join(HERE, 'head.onnx'))} bytes")


if __name__ == '__main__':
    main(sys.argv[1:])
