# The head as an ONNX file: weights in half precision, calibration folded into the last layer.
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from dataset import CLASSES, POOLED


def export_head(head, shown, slopes, offsets, path):
    """shown: indices of the labels to keep, with the slope and offset of each."""
    state = {k: v.numpy() for k, v in head.state_dict().items()}
    n = head.labels
    rows = state['out.weight']
    weight = np.concatenate([rows[shown] * slopes[:, None], rows[n:]])
    bias = np.concatenate([state['out.bias'][shown] * slopes + offsets, state['out.bias'][n:]])
    tensors, nodes = [], []

    def constant(name, value, half=False):
        tensors.append(numpy_helper.from_array(value.astype(np.float16 if half else np.float32), name + ('_half' if half else '')))
        if half:
            nodes.append(helper.make_node('Cast', [name + '_half'], [name], to=TensorProto.FLOAT))
        return name

    def scalar(name, value):
        tensors.append(numpy_helper.from_array(np.float32(value), name))
        return name

    add = lambda op, inputs, output, **more: nodes.append(helper.make_node(op, inputs, [output], **more))
    add('Clip', ['maxima', scalar('low', 1e-3), scalar('high', 1 - 1e-3)], 'bounded')
    add('Log', ['bounded'], 'log_p')
    add('Sub', [scalar('one', 1), 'bounded'], 'rest')
    add('Log', ['rest'], 'log_rest')
    add('Sub', ['log_p', 'log_rest'], 'odds')
    add('Concat', ['features', 'odds'], 'x', axis=1)
    add('Sub', ['x', constant('mean', state['mean'][None])], 'centred')
    add('Mul', ['centred', constant('scale', state['scale'][None])], 'scaled')
    add('Clip', ['scaled', scalar('least', -6), scalar('most', 6)], 'standard')
    constant('w1', state['hidden.weight'].T, half=True)
    add('Gemm', ['standard', 'w1', constant('b1', state['hidden.bias'])], 'h1')
    add('HardSwish', ['h1'], 'h2')
    constant('w2', weight.T, half=True)
    add('Gemm', ['h2', 'w2', constant('b2', bias)], 'z')
    add('Slice', ['z', _ints(tensors, 'from0', [0]), _ints(tensors, 'to0', [len(shown)]), _ints(tensors, 'axis', [1])], 'label_logits')
    add('Sigmoid', ['label_logits'], 'labels')
    add('Slice', ['z', _ints(tensors, 'from1', [len(shown)]), _ints(tensors, 'to1', [len(shown) + 4]), 'axis'], 'style_logits')
    add('Softmax', ['style_logits'], 'styles', axis=1)
    value = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
    graph = helper.make_graph(nodes, 'label-heads', [value('features', POOLED), value('maxima', CLASSES)],
                              [value('labels', len(shown)), value('styles', 4)], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 14)], producer_name='compute-api')
    model.ir_version = 8
    onnx.checker.check_model(model)
    with open(path, 'wb') as file:
        file.write(model.SerializeToString())


def _ints(tensors, name, values):
    tensors.append(numpy_helper.from_array(np.array(values, np.int64), name))
    return name
