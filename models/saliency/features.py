"""
The frozen trunk's features of every picture, upright and mirrored, at every size, once, and how much it takes each place
for the middle of an object: float16 files to be mapped.
"""
import json
import os

import numpy as np
import onnxruntime
from numpy.lib.format import open_memmap
from PIL import Image
from scipy.ndimage import gaussian_filter

TAPS = {'stride8': (32, 8), 'stride16': (88, 16), 'stride32': (120, 32)}
# Width and height of the trunk's input. A readout that has seen one size and shape only fails at others.
SIZES = ((384, 384), (448, 320), (256, 256))
# The trunk's 80 class maps, of stride 4: probabilities that the middle of such an object lies there.
CLASS_MAPS = 'keypoints'
OBJECTS = 'objects'
# In cells of stride 8.
OBJECTS_SIGMA = 1


class Features:
    """
    taps(rows, size, mirrored) -> list of [n, channels, height / stride, width / stride] float32; `row` counts
    Fixations.usable. objects(rows, size, mirrored) -> [n, height / 8, width / 8] float32 in 0..1.
    """

    def __init__(self, folder):
        self.folder = folder
        self.files = {}

    def open(self, size, mirrored, tap):
        key = (size, mirrored, tap)
        if key not in self.files:
            self.files[key] = np.load(path_of(self.folder, *key), mmap_mode='r')
        return self.files[key]

    def taps(self, rows, size, mirrored):
        return [self.open(size, mirrored, tap)[rows].astype(np.float32) for tap in TAPS]

    def objects(self, rows, size, mirrored):
        return self.open(size, mirrored, OBJECTS)[rows].astype(np.float32)


def cache_features(fixations, trunk, folder, sizes=SIZES):
    """Fills `folder`, leaving what is there; a file that says so is written last of each size."""
    os.makedirs(folder, exist_ok=True)
    missing = [size for size in sizes if not os.path.exists(done_mark(folder, size))]
    if not missing:
        return Features(folder)
    session = open_session(trunk)
    count = len(fixations.usable)
    row_of = {index: row for row, index in enumerate(fixations.usable.tolist())}
    pictures = list(fixations.pictures())
    for size in missing:
        width, height = size
        files = {(mirrored, tap): open_memmap(path_of(folder, size, mirrored, tap), 'w+', np.float16,
                                              (count, channels, height // stride, width // stride))
                 for mirrored in (False, True) for tap, (channels, stride) in TAPS.items()}
        for mirrored in (False, True):
            files[mirrored, OBJECTS] = open_memmap(path_of(folder, size, mirrored, OBJECTS), 'w+', np.float16, (count, height // 8, width // 8))
        for index, picture in pictures:
            sized = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS), np.float32).transpose(2, 0, 1)
            for mirrored in (False, True):
                image = np.ascontiguousarray(sized[None, :, :, ::-1] if mirrored else sized[None])
                *taps, classes = session.run([*TAPS, CLASS_MAPS], {'image': image})
                for tap, values in zip(TAPS, taps):
                    files[mirrored, tap][row_of[index]] = values[0]
                files[mirrored, OBJECTS][row_of[index]] = objects_of(classes[0])
        for file in files.values():
            file.flush()
        with open(done_mark(folder, size), 'w') as mark:
            json.dump({'pictures': count}, mark)
        print(f'features at {width} x {height}: {count} pictures', flush=True)
    return Features(folder)


def objects_of(classes):
    """[80, height / 4, width / 4] -> [height / 8, width / 8]: the largest of all classes about each cell, blurred."""
    _, height, width = classes.shape
    return gaussian_filter(classes.max(0).reshape(height // 2, 2, width // 2, 2).max((1, 3)), OBJECTS_SIGMA)


def open_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])


def path_of(folder, size, mirrored, tap):
    return os.path.join(folder, f'{size[0]}x{size[1]}-{"mirrored" if mirrored else "upright"}-{tap}.npy')


def done_mark(folder, size):
    return os.path.join(folder, f'{size[0]}x{size[1]}.json')
