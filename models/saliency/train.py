#!/usr/bin/env python3
"""
Trains the members of the readout and writes readout.onnx beside this file. One command, from the repository's root:

    OMP_NUM_THREADS=1 python models/saliency/train.py --archive ../shared/train/saliency-fixations.tar --cache /tmp/saliency

Needs torch 2.13, numpy, scipy, pillow >= 11.3, onnx, onnxruntime; the trunk as `npm run build` made it; 2 GB of disk for
the features. With --hold-out nothing is written: members learn from a part and are judged on the rest of the training
pictures, which is how the numbers below were chosen.
"""
import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import torch

from dataset import Fixations
from export import export_members
from features import SIZES, TAPS, cache_features
from learn import Truth, judge, predict, train_gaze, train_objects
from readout import Readout

HERE = os.path.dirname(os.path.abspath(__file__))
TRUNK = os.path.join(HERE, '../../dist/models/mobilenetv3-centernet.onnx')
RECIPE = dict(width=64, detail=32, blur=1.3)
# Two of three members are pulled towards the places themselves (NSS), one keeps closer to the whole map (CC).
GAZE = [dict(seed=1, nss_weight=0.3), dict(seed=2, nss_weight=0.0), dict(seed=3, nss_weight=0.3)]
GAZE_RECIPE = dict(epochs=12, dropout=0.25, **RECIPE)
# Who asks where a picture draws the eye means things: the last member tells of them, at this weight beside the mean of the
# others. More of it finds more things and is less like people.
OBJECTS = dict(seed=4, epochs=12, dropout=0.1, **RECIPE)
OBJECTS_WEIGHT = 0.36
WEIGHTS = [1 / len(GAZE)] * len(GAZE) + [OBJECTS_WEIGHT]


def train_member(arguments, number):
    torch.set_num_threads(1)
    fixations = Fixations(arguments.archive)
    features = cache_features(fixations, arguments.trunk, arguments.cache)
    truth = Truth(fixations, SIZES if number < len(GAZE) else ())
    held = set(fixations.partition(0)[1].tolist()) if arguments.hold_out else set()
    learnt = fixations.labelled if number < len(GAZE) else fixations.usable
    rows = np.array([truth.rows[index] for index in learnt.tolist() if index not in held])
    path = os.path.join(arguments.cache, f'member{number}{"-held-out" if arguments.hold_out else ""}.pt')
    with open(path.replace('.pt', '.log'), 'w') as file:
        def log(text, **_):
            print(text, file=file, flush=True)
        if number < len(GAZE):
            net = train_gaze(features, truth, rows, **GAZE_RECIPE, **GAZE[number], log=log)
        else:
            net = train_objects(features, rows, **OBJECTS, log=log)
    torch.save(net.state_dict(), path)
    return path


def load_member(path):
    net = Readout([count for count, _ in TAPS.values()], RECIPE['width'], RECIPE['detail'], 0, RECIPE['blur'])
    net.load_state_dict(torch.load(path))
    return net.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--archive', required=True)
    parser.add_argument('--cache', required=True, help='a folder for features and members, outside the repository')
    parser.add_argument('--trunk', default=TRUNK)
    parser.add_argument('--jobs', type=int, default=1, help='members trained at a time; the result does not depend on it')
    parser.add_argument('--hold-out', action='store_true')
    arguments = parser.parse_args()

    fixations = Fixations(arguments.archive)
    features = cache_features(fixations, arguments.trunk, arguments.cache)
    with ProcessPoolExecutor(arguments.jobs, mp_context=get_context('spawn')) as pool:
        paths = list(pool.map(train_member, [arguments] * len(WEIGHTS), range(len(WEIGHTS))))
    members = [(load_member(path), weight) for path, weight in zip(paths, WEIGHTS)]
    if arguments.hold_out:
        held = fixations.partition(0)[1]
        rows = np.array([Truth(fixations, ()).rows[index] for index in held])
        for width, height in SIZES:
            print(f'{width} x {height}: NSS, AUC-Judd, CC by source', json.dumps(judge(predict(members, features, rows, (width, height)), held, fixations)))
        return
    target = os.path.join(HERE, 'readout.onnx')
    export_members(members, target)
    print(f'{target}: {os.path.getsize(target)} bytes')


if __name__ == '__main__':
    sys.dont_write_bytecode = True
    main()
