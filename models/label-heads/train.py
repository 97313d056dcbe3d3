# Trains the label heads: folds, calibration, choice of labels, then the head that ships.
#   python models/label-heads/train.py FEATURES      (numpy, torch, onnx; features.mjs made FEATURES)
# Writes head.onnx and report.json beside this file, and ../labels/label-heads.json.
import json
import os
import sys
import time
import numpy as np
import torch
from calibrate import FOLDS, MARGIN, Judge, held_out, sigmoid
from dataset import HERE, LABELS, STYLES, Graph, Rows, soft_labels, truths
from export import export_head
from head import predict, train_head
from targets import choose_labels, make_targets

SEED = 1
EPOCHS = int(os.environ.get('EPOCHS', 6))
# Tiles are many and blurred, drawings are for the styles: photographs come more often.
DRAWN = {'tin': .6, 'drawing': .5}


def subset(rows, at):
    part = object.__new__(Rows)
    for name, value in vars(rows).items():
        setattr(part, name, [v for v, keep in zip(value, at) if keep] if isinstance(value, list) else value[at])
    return part


def main(features):
    torch.set_num_threads(int(os.environ.get('THREADS', 1)))
    began = time.time()
    log = lambda text: print(f'{time.time() - began:6.0f} s  {text}', flush=True)
    folders = json.load(open(os.path.join(HERE, '..', '..', 'bench', 'label-calibration-folders.json')))
    graph, rows = Graph(), Rows(features, ['caltech', 'pacs', 'sal', 'tin'])
    labels = choose_labels(rows, graph, folders)
    target, weight = make_targets(rows, graph, folders, labels)
    drawn = np.where(rows.source == 'tin', DRAWN['tin'], 1.) * np.where(rows.style > 0, DRAWN['drawing'], 1.)
    pictures = {source: int((rows.source == source).sum()) for source in ('caltech', 'pacs', 'sal', 'tin')}
    log(f'{pictures}, {len(labels)} labels')

    found = truths(rows, graph, folders)
    with_truth = np.array([bool(mids) for mids, _ in found]) & (rows.style <= 0)
    logits, styles, unseen, seen_at = [], [], [], []
    for fold in range(FOLDS):
        classes, held = held_out(rows, fold)
        head = train_head(rows.x[~held], target[~held], weight[~held], rows.style[~held], drawn[~held], SEED + fold, EPOCHS)
        z, s = predict(head, rows.x[held])
        logits.append(z)
        styles.append(s)
        unseen.append(classes[held])
        seen_at.append(np.flatnonzero(held))
        log(f'fold {fold}: {int(held.sum())} held out')
    logits, styles, unseen, at = (np.concatenate(v) for v in (logits, styles, unseen, seen_at))

    keep = with_truth[at]
    judged = Judge(subset(rows, at[keep]), logits[keep], unseen[keep], [found[i] for i in at[keep]],
                   soft_labels(subset(rows, at[keep]), graph, labels), labels)
    curves = judged.fit()
    p = sigmoid(judged.z * curves[:, 0] + curves[:, 1])
    error = judged.error(p)
    # A label that is not right often enough is not shown, and all are made rarer until what is said is.
    shown, shift = judged.choose(curves)
    narrow = judged.only(shown)
    curves = curves[shown] - [0, shift]
    p = sigmoid(narrow.z * curves[:, 0] + curves[:, 1])
    known_style = rows.style[at] >= 0
    said, truth = styles[known_style].argmax(1), rows.style[at][known_style]
    report = {
        'command': 'python models/label-heads/train.py FEATURES', 'seed': SEED, 'epochs': EPOCHS, 'pictures': pictures,
        'labels': {'tried': len(labels), 'shown': len(shown)},
        'expectedCalibrationError': round(float(error), 4), 'shift': round(shift, 2), 'margin': MARGIN,
        'heldOut': dict(zip(('precision', 'picturesWithLabel', 'labelsPerPicture'), (round(float(v), 3) for v in narrow.precision(p)))),
        'wrongAndSureOfUnseenClasses': round(float(narrow.sure_and_wrong(p)), 4),
        'styleAccuracy': round(float((said == truth).mean()), 4),
        'styleRecall': {name: round(float((said[truth == i] == i).mean()), 3) for i, name in enumerate(STYLES)},
        'styleFalseAt0.8': {name: int(((styles[known_style][:, i] >= .8) & (truth == 0)).sum()) for i, name in enumerate(STYLES) if i > 0},
        'stylePhotos': int((truth == 0).sum()),
        'precisionByLabel': {graph.entities[labels[i]]['name']: [round(float(v), 3), int(n)] for i, v, n in zip(shown, *narrow.by_label(p))},
        'left': sorted(graph.entities[labels[i]]['name'] for i in set(range(len(labels))) - set(shown))
    }
    log(json.dumps({k: v for k, v in report.items() if k not in ('left',)}))

    head = train_head(rows.x, target, weight, rows.style, drawn, SEED, EPOCHS)
    export_head(head, shown, curves[:, 0], curves[:, 1] - MARGIN, os.path.join(HERE, 'head.onnx'))
    table = [{'mid': labels[i], 'name': graph.entities[labels[i]]['name']} for i in shown]
    with open(os.path.join(LABELS, 'label-heads.json'), 'w') as file:
        file.write('[\n' + ',\n'.join('  ' + json.dumps(row) for row in table) + '\n]\n')
    with open(os.path.join(HERE, 'report.json'), 'w') as file:
        json.dump(report, file, indent=1)
        file.write('\n')
    log(f"head.onnx {os.path.getsize(os.path.join(HERE, 'head.onnx'))} bytes")


main(sys.argv[1])
