# features.mjs again for many training pictures, twice as fast: Pillow's bilinear filter is the program's, so the features are
# the same but for the last digits. Goes on with what OUT does not hold yet.
#   python models/label-heads/features.py DATA OUT STANDARD SOURCE=MOST…      (numpy, pillow 11.3, onnxruntime)
# MOST: the most pictures of one class. Several sources take turns.
import glob
import json
import os
import sys
import numpy as np
import onnxruntime
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
TRUNK = os.path.join(HERE, '..', '..', 'dist', 'models', 'mobilenetv3-centernet.onnx')
SIDE = 256
# As the service decodes.
LONGEST_SIDE = 768
MEANS = ['stride8', 'stride16', 'stride32', 'stride16_expanded', 'stride32_expanded', 'stride32_last']
DEVIATIONS = ['stride8', 'stride16', 'stride32']
TILE = 64
CHUNK = 500
# What the classifier sees: the middle of the picture, as the manifest's row says.
SEEN, SHORT_SIDE = 224, 256
FOLDERS = {
    'caltech': 'Homework2-Caltech101/101_ObjectCategories', 'pacs': 'Homework3-PACS/PACS', 'mini-imagenet': 'mini-imagenet/train',
    'imagenette': 'imagenette/train', 'clothing': 'clothing/train', 'fruits': 'fruits',
    'pets': 'pets', 'trash': 'trash', 'houses': 'houses'
}
# The classifier is not asked of tiles: its columns are noughts.
TILES = {'tin', 'mini-imagenet'}


def folders(root):
    found = {}
    for folder, _, files in sorted(os.walk(root)):
        names = sorted(name for name in files if name.lower().rsplit('.', 1)[-1] in ('jpg', 'jpeg', 'png'))
        if names:
            found[os.path.relpath(folder, root)] = [os.path.join(os.path.relpath(folder, root), name) for name in names]
    return list(found.values())


def classes(data, source):
    if source == 'tin':
        return [[f'{name[:-5]}/{tile}' for tile in range(500)] for name in sorted(os.listdir(os.path.join(data, 'tin', 'train'))) if name.endswith('.avif')]
    return folders(os.path.join(data, FOLDERS[source]))


def in_turn(lists, most):
    """The first picture of each class, the second of each, and so on; of long lists, pictures evenly apart."""
    chosen = [names if len(names) <= most else [names[i * len(names) // most] for i in range(most)] for names in lists]
    return [names[i] for i in range(most) for names in chosen if i < len(names)]


class Pictures:
    def __init__(self, data):
        self.data, self.mosaics = data, {}

    def open(self, source, name):
        if source != 'tin':
            picture = Image.open(os.path.join(self.data, FOLDERS[source], name))
            picture.draft('RGB', (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(picture).convert('RGB')
            if max(picture.size) > LONGEST_SIDE:
                picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.LANCZOS)
            return picture
        wnid, tile = name.split('/')
        if wnid not in self.mosaics:
            self.mosaics[wnid] = Image.open(os.path.join(self.data, 'tin', 'train', wnid + '.avif')).convert('RGB')
        mosaic = self.mosaics[wnid]
        columns = mosaic.width // TILE
        left, top = int(tile) % columns * TILE, int(tile) // columns * TILE
        return mosaic.crop((left, top, left + TILE, top + TILE))


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options)


def planar(picture, box=None, side=SIDE):
    return np.asarray(picture.resize((side, side), Image.BILINEAR, box), np.float32).transpose(2, 0, 1)[None]


def features(trunk, picture):
    seen = dict(zip([*MEANS, 'keypoints'], trunk.run([*MEANS, 'keypoints'], {'image': np.ascontiguousarray(planar(picture))})))
    flat = {name: value.reshape(value.shape[1], -1) for name, value in seen.items()}
    return np.concatenate([*(flat[name].mean(1) for name in MEANS), *(flat[name].std(1) for name in DEVIATIONS), flat['keypoints'].max(1)])


def soft_labels(teacher, picture):
    side = min(picture.size) * SEEN / SHORT_SIDE
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    x = (planar(picture, (left, top, left + side, top + side), SEEN) / 255 - np.float32([.485, .456, .406])[:, None, None]) / np.float32([.229, .224, .225])[:, None, None]
    z = teacher.run(None, {teacher.get_inputs()[0].name: np.ascontiguousarray(x, np.float32)})[0][0]
    p = np.exp(z - z.max())
    return p / p.sum()


def write(out, source, rows, soft, names):
    number = 100
    while os.path.exists(os.path.join(out, f'{source}-{number}.json')):
        number += 1
    file = os.path.join(out, f'{source}-{number}')
    np.stack(rows).astype(np.float32).tofile(file + '.f32')
    np.stack(soft).astype(np.float32).tofile(file + '.soft.f32')
    with open(file + '.tmp', 'w') as facts:
        json.dump({'name': source, 'width': len(rows[0]), 'names': names}, facts)
    os.rename(file + '.tmp', file + '.json')
    print(file, len(names), flush=True)


def main(data, out, standard, *wanted):
    trunk, teacher, pictures = session(TRUNK), session(standard), Pictures(data)

    def chunks(source, most):
        there = {name for file in glob.glob(os.path.join(out, f'{source}-[0-9]*.json')) for name in json.load(open(file))['names']}
        left = [name for name in in_turn(classes(data, source), most) if name not in there]
        for start in range(0, len(left), CHUNK):
            rows, soft, names = [], [], []
            for name in left[start:start + CHUNK]:
                try:
                    picture = pictures.open(source, name)
                except OSError:
                    continue
                rows.append(features(trunk, picture))
                soft.append(np.zeros(1000, np.float32) if source in TILES else soft_labels(teacher, picture))
                names.append(name)
            write(out, source, rows, soft, names)
            yield

    running = [chunks(source, int(most)) for source, most in (text.split('=') for text in wanted)]
    while running:
        running = [chunk for chunk in running if next(chunk, running) is not running]


if __name__ == '__main__':
    main(*sys.argv[1:])
