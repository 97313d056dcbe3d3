"""Photographs as ground for synthetic lines: Caltech-101 at 96 pixels (CC BY 4.0) from mosaics, one of every three.

    python make_grounds.py caltech101-96.avif-mosaics.tar OUT.npy
"""

import io
import sys
import tarfile

import numpy as np
from PIL import Image

TILE = 96


def main():
    tiles = []
    with tarfile.open(sys.argv[1]) as archive:
        for member in archive:
            if member.name.endswith('.avif'):
                mosaic = np.array(Image.open(io.BytesIO(archive.extractfile(member).read())).convert('RGB'))
                for y in range(0, mosaic.shape[0] - TILE + 1, TILE):
                    for x in range(0, mosaic.shape[1] - TILE + 1, TILE):
                        tile = mosaic[y:y + TILE, x:x + TILE]
                        if tile.std() > 8:
                            tiles.append(tile)
    np.save(sys.argv[2], np.stack(tiles[::3]))
    print(len(tiles[::3]))


if __name__ == '__main__':
    main()
