"""Writes the averaged weights as reader.onnx and checks that onnxruntime computes what torch does.

    python export.py CHECKPOINT.pt KEYS.txt OUT.onnx

Inputs, of one run of v4 on a crop 48 × W: `tap` [1, 480, 3, W/4], `context` [1, 120, 1, W/8], `answer` [1, W/8, 6625].
Beside it OUT.pt, the same weights for train.py --start. Output `probabilities` [1, W/4, classes], softmax over the last. Weights are stored as float16 and computed as float32.
The operator set is v4's own, 9, so that the build can join the two graphs.
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from charset import Coder
from net import Reader
from v4_alphabet import evidence


class Exported(nn.Module):
    """The reader with v4's outputs as its inputs."""

    def __init__(self, reader, theirs, matrix):
        super().__init__()
        self.reader = reader
        self.register_buffer('theirs', torch.from_numpy(theirs))
        self.register_buffer('matrix', torch.from_numpy(matrix))

    def forward(self, tap, context, answer):
        tap = tap.flatten(1, 2).transpose(1, 2)
        halves = torch.cat((context.squeeze(2).transpose(1, 2), answer.index_select(2, self.theirs) @ self.matrix), 2)
        doubled = halves.unsqueeze(2).expand(-1, -1, 2, -1).flatten(1, 2)
        return self.reader(torch.cat((tap, doubled), 2)).softmax(2)


def half_weights(model):
    """Stores every large float32 constant as float16 with a Cast behind it: half the file, the same graph."""
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < 1000:
            continue
        values = numpy_helper.to_array(tensor).astype(np.float16)
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values, name + '.half'))
        casts.append(helper.make_node('Cast', [name + '.half'], [name], to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def main():
    checkpoint, keys, out = sys.argv[1:4]
    theirs, matrix = evidence(keys)
    reader = Reader(Coder().classes).eval()
    weights = torch.load(checkpoint)
    weights = weights.get('average', weights)
    reader.load_state_dict({name: value.half().float() if value.numel() >= 1000 else value for name, value in weights.items()})
    torch.save({name: value.half() for name, value in weights.items()}, pathlib.Path(out).with_suffix('.pt'))
    net = Exported(reader, theirs, matrix).eval()
    example = (torch.randn(1, 480, 3, 160), torch.randn(1, 120, 1, 80), torch.rand(1, 80, 6625).softmax(2))
    torch.onnx.export(net, example, out, input_names=['tap', 'context', 'answer'], output_names=['probabilities'],
                      opset_version=9, dynamo=False,
                      dynamic_axes={'tap': {3: 'columns'}, 'context': {3: 'half_columns'}, 'answer': {1: 'half_columns'},
                                    'probabilities': {1: 'columns'}})
    model = half_weights(onnx.load(out))
    onnx.checker.check_model(model)
    onnx.save(model, out)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(out, options)
    worst = 0.0
    for half in (6, 40, 123):
        inputs = (torch.randn(1, 480, 3, 2 * half), torch.randn(1, 120, 1, half), torch.randn(1, half, 6625).mul(3).softmax(2))
        with torch.no_grad():
            expected = net(*inputs).numpy()
        found, = session.run(None, dict(zip(('tap', 'context', 'answer'), (value.numpy() for value in inputs))))
        worst = max(worst, float(np.abs(expected - found).max()))
    print(f'{out}: {len(model.SerializeToString())} bytes, largest difference from torch {worst:.1e}')


if __name__ == '__main__':
    main()
