"""Features of the held-out lines, undistorted: handwriting of writers that training never sees, and printed lines in
fonts that training never sees.

    python make_validation.py TRUNK.onnx KEYS.txt HANDWRITING_FOLDER OUT.npz [--every 1] [--printed 200]
"""

import argparse

import numpy as np

import handwriting
from make_shards import fits
from trunk import Trunk


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('trunk')
    parser.add_argument('keys')
    parser.add_argument('handwriting')
    parser.add_argument('out')
    parser.add_argument('--every', type=int, default=1, help='of the handwritten lines')
    parser.add_argument('--printed', type=int, default=0)
    arguments = parser.parse_args()
    trunk, rng = Trunk(arguments.trunk, arguments.keys), np.random.default_rng(2026)
    lines = [(handwriting.augment(handwriting.read(path), rng, 0), text, kind)
             for path, text, kind in handwriting.lines(arguments.handwriting, held_out=True)[::arguments.every]]
    if arguments.printed:
        from printed import Printer
        printer = Printer(held_out=True)
        for kind in ('printed', 'script', 'squeezed'):
            for _ in range(arguments.printed):
                lines.append((*printer.line(rng, .25 if kind == 'squeezed' else .5, handwritten=kind == 'script', squeezed=kind == 'squeezed'), kind))
    lines = [line for line in lines if fits(line[0].shape[1] // 4, line[1])]
    features = [trunk.features(image).astype(np.float16) for image, _, _ in lines]
    np.savez(arguments.out, features=np.concatenate(features), columns=[len(f) for f in features],
             texts=[text for _, text, _ in lines], kinds=[kind for _, _, kind in lines])


if __name__ == '__main__':
    main()
