# features.mjs again for tiles alone, several times as fast, for many of them: Pillow's bilinear filter is the program's, and
# tiles are too small to ask the classifier (its columns are noughts). Goes on where the tiles of features.mjs end.
#   python models/label-heads/tiles.py DATA FEATURES tin|mini-imagenet PASS…      (numpy, pillow 11.3, onnxruntime)
import json
import os
import sys
import numpy as np
import onnxruntime
from PIL import Image

SIDE = 256
MEANS = ['stride8', 'stride16', 'stride32', 'stride16_expanded', 'stride32_expanded', 'stride32_last']
DEVIATIONS = ['stride8', 'stride16', 'stride32']
TRUNK = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'dist', 'models', 'mobilenetv3-centernet.onnx')
# Of each class in each pass.
PER_PASS = 10
# features.mjs took these, or tiles between them.
TAKEN = 20
TILE = 64


def tin(data, at):
    folder = os.path.join(data, 'tin', 'train')
    for file in sorted(name for name in os.listdir(folder) if name.endswith('.avif')):
        mosaic = Image.open(os.path.join(folder, file)).convert('RGB')
        columns = mosaic.width // TILE
        for tile in range(TAKEN + at * PER_PASS, TAKEN + (at + 1) * PER_PASS):
            left, top = tile % columns * TILE, tile // columns * TILE
            yield f'{file[:-5]}/{tile}', mosaic.crop((left, top, left + TILE, top + TILE))


def mini(data, at):
    root = os.path.join(data, 'mini-imagenet', 'train')
    for name in sorted(os.listdir(root)):
        # features.mjs takes every sixth.
        files = [file for i, file in enumerate(sorted(os.listdir(os.path.join(root, name)))) if i % 6 != 0]
        for file in files[at * PER_PASS:(at + 1) * PER_PASS]:
            yield f'{name}/{file}', Image.open(os.path.join(root, name, file)).convert('RGB')


def main(data, out, source, *passes):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    trunk = onnxruntime.InferenceSession(TRUNK, options)

    def features(picture):
        pixels = np.asarray(picture.resize((SIDE, SIDE), Image.BILINEAR), np.float32).transpose(2, 0, 1)[None]
        seen = dict(zip([*MEANS, 'keypoints'], trunk.run([*MEANS, 'keypoints'], {'image': np.ascontiguousarray(pixels)})))
        flat = {name: value.reshape(value.shape[1], -1) for name, value in seen.items()}
        return np.concatenate([*(flat[name].mean(1) for name in MEANS), *(flat[name].std(1) for name in DEVIATIONS), flat['keypoints'].max(1)])

    for at in map(int, passes):
        file = os.path.join(out, f'{source}-{500 + at}')
        if os.path.exists(file + '.json'):
            continue
        names, rows = zip(*((name, features(picture)) for name, picture in {'tin': tin, 'mini-imagenet': mini}[source](data, at)))
        np.stack(rows).astype(np.float32).tofile(file + '.f32')
        np.zeros((len(rows), 1000), np.float32).tofile(file + '.soft.f32')
        with open(file + '.json', 'w') as facts:
            json.dump({'name': source, 'width': len(rows[0]), 'names': names}, facts)
        print(file, len(rows), flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
