# What the label heads learn from, once for all: what the two nets see in each training picture, and what the standard
# classifier makes of it. Pillow's bilinear filter is the program's, so the features are the program's but for the last digits.
#   python models/label-heads/features.py DATA OUT STANDARD SOURCE[=MOST]…      (numpy, pillow 11.3, onnxruntime)
# MOST: the most pictures of one class. Pictures of all classes of a source come in turn, so that any part of a run is
# balanced; several sources take turns. Goes on with what OUT does not hold yet.
import glob
import json
import os
import sys
import zlib
import numpy as np
import onnxruntime
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, '..', '..', 'dist', 'models')
MANIFEST = {model['id']: model for model in json.load(open(os.path.join(HERE, '..', 'manifest.json')))['models']}
HEADS = MANIFEST['label-heads']
# More than the service decodes: parts of it are learned from, too.
LONGEST_SIDE = 768
CHUNK = 500
FOLDERS = {
    'caltech': 'Homework2-Caltech101/101_ObjectCategories', 'pacs': 'Homework3-PACS/PACS', 'mini-imagenet': 'mini-imagenet/train',
    'imagenette': 'imagenette/train', 'clothing': 'clothing/train', 'fruits': 'fruits', 'bsds': 'bsds/BSDS500/data/images',
    'pets': 'pets', 'trash': 'trash', 'houses': 'houses', 'flowers': 'flowers/flowers'
}
# Mosaics: tiles of so many pixels, and how a file of them is called.
MOSAICS = {'tin': (64, 'tin/train/{}.avif'), 'sal': (256, 'sal/{}.avif')}
# Of each photograph of these a crop is learned from, too.
CROPPED = {'caltech', 'imagenette', 'clothing', 'fruits', 'bsds', 'sal', 'pets', 'trash', 'houses', 'flowers', 'pacs'}
DRAWN = ('pacs/art_painting', 'pacs/cartoon', 'pacs/sketch')


def folders(root):
    found = []
    for folder, _, files in sorted(os.walk(root)):
        names = sorted(name for name in files if name.lower().rsplit('.', 1)[-1] in ('jpg', 'jpeg', 'png'))
        if names:
            found.append([os.path.relpath(os.path.join(folder, name), root) for name in names])
    return found


def in_turn(lists, most):
    """The first picture of each class, the second of each, and so on; of long lists, pictures evenly apart."""
    chosen = [names if len(names) <= most else [names[i * len(names) // most] for i in range(most)] for names in lists]
    return [names[i] for i in range(most) for names in chosen if i < len(names)]


def pictures(data, source, most):
    """Names of a source's pictures."""
    if source == 'tin':
        return in_turn([[f'{name[:-5]}/{tile}' for tile in range(500)] for name in sorted(os.listdir(os.path.join(data, 'tin', 'train'))) if name.endswith('.avif')], most)
    if source == 'sal':
        # Without those that are evaluation pictures.
        return [f'sal/{index}' for index in json.load(open(os.path.join(data, 'sal', 'usable.json')))][:most]
    return in_turn(folders(os.path.join(data, FOLDERS[source])), most)


class Opener:
    def __init__(self, data):
        self.data, self.mosaics = data, {}

    def open(self, source, name):
        if source in MOSAICS:
            folder, index = name.split('/')
            side, path = MOSAICS[source]
            file, tile = (folder, int(index)) if source == 'tin' else (f'{int(index) // 50:03d}', int(index) % 50)
            return self.tile(path.format(file), tile, side)
        picture = Image.open(os.path.join(self.data, FOLDERS[source], name))
        picture.draft('RGB', (LONGEST_SIDE, LONGEST_SIDE))
        picture = ImageOps.exif_transpose(picture).convert('RGB')
        if max(picture.size) > LONGEST_SIDE:
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.LANCZOS)
        return picture

    def tile(self, path, tile, side):
        if path not in self.mosaics:
            self.mosaics[path] = Image.open(os.path.join(self.data, path)).convert('RGB')
        mosaic = self.mosaics[path]
        columns = mosaic.width // side
        left, top = tile % columns * side, tile // columns * side
        return mosaic.crop((left, top, left + side, top + side))


def a_crop(source, name, picture):
    """Part of a picture, .3 to .9 of it, the same each time: a box and whether it is mirrored."""
    random = np.random.default_rng(zlib.crc32(f'{source}/{name}'.encode()))
    area, aspect = random.uniform(.3, .9), np.exp(random.uniform(-.29, .29))
    width, height = min(1, (area * aspect) ** .5), min(1, (area / aspect) ** .5)
    left, top = random.uniform(0, 1 - width), random.uniform(0, 1 - height)
    return (left * picture.width, top * picture.height, (left + width) * picture.width, (top + height) * picture.height), random.random() < .5


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options)


def planar(picture, side, box=None, mirrored=False):
    pixels = np.asarray(picture.resize((side, side), Image.BILINEAR, box), np.float32).transpose(2, 0, 1)[None]
    return pixels[..., ::-1] if mirrored else pixels


class Net:
    """A net of the manifest that takes a picture."""

    def __init__(self, model, path):
        self.facts = next(facts for facts in MANIFEST[model]['inputs'] if facts['kind'] == 'image')
        self.session = session(path)
        column = lambda key: np.float32(self.facts[key])[:, None, None]
        self.mean, self.deviation = column('mean'), column('std')

    def run(self, pixels, outputs=None):
        x = np.ascontiguousarray((pixels / self.facts['divisor'] - self.mean) / self.deviation, np.float32)
        return self.session.run(outputs, {self.facts['name']: x})


def middle(net, picture):
    """The middle of a picture, as a classifier wants it."""
    size = net.facts['size']['width']
    side = min(picture.size) * size / net.facts['shortSide']
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    return planar(picture, size, (left, top, left + side, top + side))


class Seer:
    def __init__(self, standard):
        built = lambda model: Net(model, os.path.join(MODELS, MANIFEST[model]['files'][0]['file']))
        sees = HEADS['source']['sees']
        self.trunk, self.backbone, self.teacher = built(sees['maxima']['model']), built(sees['backbone']['model']), Net('mobilenetv2-12-qdq', standard)
        self.side = HEADS['inputs'][0]['size']['width']
        self.parts, self.classes = sees['backbone']['outputs'], sees['maxima']['outputs']

    def features(self, pixels):
        """The backbone's means and the detector's largest cells."""
        return np.concatenate([*self.backbone.run(pixels, self.parts), self.trunk.run(pixels, self.classes)[0].max((2, 3))], 1)[0]

    def soft_labels(self, *views):
        """The classifier's probabilities, of several views their geometric mean."""
        z = sum(self.teacher.run(pixels)[0][0] for pixels in views)
        p = np.exp((z - z.max()) / len(views))
        return p / p.sum()

    def views(self, picture, tile):
        """A picture as the classifier wants it, its middle, and the whole of it squashed, as the heads see it."""
        views = [middle(self.teacher, picture)]
        return views if tile else [*views, planar(picture, self.teacher.facts['size']['width'])]


def write(out, source, rows, soft, names):
    number = 0
    while os.path.exists(os.path.join(out, f'{source}-{number:03d}.json')):
        number += 1
    file = os.path.join(out, f'{source}-{number:03d}')
    np.stack(rows).astype(np.float32).tofile(file + '.f32')
    np.stack(soft).astype(np.float32).tofile(file + '.soft.f32')
    with open(file + '.tmp', 'w') as facts:
        json.dump({'name': source, 'width': len(rows[0]), 'names': names}, facts)
    os.rename(file + '.tmp', file + '.json')
    print(file, len(names), flush=True)


def main(data, out, standard, *wanted):
    seer, opener = Seer(standard), Opener(data)

    def chunks(source, most):
        there = {name for file in glob.glob(os.path.join(out, f'{source}-[0-9]*.json')) for name in json.load(open(file))['names']}
        left = [name for name in pictures(data, source, most) if name not in there]
        for start in range(0, len(left), CHUNK):
            whole, crops = ([], [], []), ([], [], [])
            for name in left[start:start + CHUNK]:
                try:
                    picture = opener.open(source, name)
                except OSError:
                    continue
                drawn = f'{source}/{name}'.startswith(DRAWN)
                add(whole, name, seer.features(planar(picture, seer.side)), seer.soft_labels(*seer.views(picture, source not in CROPPED or drawn)))
                if source in CROPPED and not drawn:
                    seen = a_crop(source, name, picture)
                    add(crops, f'{source}/{name}', seer.features(planar(picture, seer.side, *seen)),
                        seer.soft_labels(planar(picture, seer.teacher.facts['size']['width'], *seen)))
            if crops[0]:
                write(out, 'crops', crops[1], crops[2], crops[0])
            write(out, source, whole[1], whole[2], whole[0])
            yield

    def add(to, *values):
        for column, value in zip(to, values):
            column.append(value)

    asked = (text.partition('=') for text in wanted)
    running = [chunks(source, int(most or 1000)) for source, _, most in asked]
    while running:
        running = [chunk for chunk in running if next(chunk, running) is not running]


if __name__ == '__main__':
    main(*sys.argv[1:])
