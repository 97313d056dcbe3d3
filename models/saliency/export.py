"""
From trained members to one ONNX file. Standardisation and norms are folded into the convolutions beside them; members
run side by side as groups of the same convolutions. The weighted sum is taken of the logits, a weighted geometric mean of
their maps, and all that follows (blur, centre, softmax) is done once.
"""
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from features import TAPS

OPSET = 17


class Graph:
    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def conv(self, source, name, weight, bias=None, **attributes):
        inputs = [source, self.constant(f'{name}.weight', weight.astype(np.float32))]
        if bias is not None:
            inputs.append(self.constant(f'{name}.bias', bias.astype(np.float32)))
        return self.add('Conv', inputs, name, **attributes)

    def relu(self, source):
        return self.add('Relu', [source], f'{source}.relu')

    def double(self, source):
        return self.add('Resize', [source, '', 'twice'], f'{source}.doubled', mode='linear', coordinate_transformation_mode='half_pixel')


def norm_of(norm):
    """Scale and shift of a BatchNorm2d in evaluation."""
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    return array(scale), array(norm.bias - norm.running_mean * scale)


def array(tensor):
    return tensor.detach().double().numpy()


def standardised(convolution, member, tap):
    """Weight and bias of a 1 x 1 convolution on values that are not yet standardised."""
    mean, std = array(getattr(member, f'mean{tap}')), array(getattr(member, f'std{tap}'))
    weight = array(convolution.weight)[:, :, 0, 0] / std
    return weight, -weight @ mean


def export_members(weighted, path):
    """`weighted`: [(member, weight of its logits)]."""
    members = [member for member, _ in weighted]
    graph, groups = Graph(), len(members)
    graph.constant('twice', np.array([1, 1, 2, 2], np.float32))

    def stacked(make):
        return [np.concatenate(parts) for parts in zip(*(make(member) for member in members))]

    def input_conv(tap):
        def make(member):
            scale, shift = norm_of(member.input_norm)
            weight, bias = standardised(member.inputs[tap], member, tap)
            # The norm's shift once, with the middle tap.
            return (weight * scale[:, None])[:, :, None, None], bias * scale + (shift if tap == 1 else 0)
        return stacked(make)

    def context(member):
        scale, shift = norm_of(member.context_norm)
        weight = array(member.context.weight) * scale[:, None, None, None]
        # What is added to itself is a one in the kernel's middle.
        weight[:, 0, 2, 2] += 1
        return weight, shift

    def folded(convolution, norm):
        def make(member):
            scale, shift = norm_of(norm(member))
            return array(convolution(member).weight) * scale[:, None, None, None], shift
        return stacked(make)

    def plain(convolution):
        return stacked(lambda member: (array(convolution(member).weight), array(convolution(member).bias)))

    def fine(member):
        scale, shift = norm_of(member.detail_norm)
        weight, bias = standardised(member.fine, member, 0)
        return (weight * scale[:, None])[:, :, None, None], bias * scale + shift

    middle = graph.conv('stride16', 'from16', *input_conv(1))
    pooled = graph.add('AveragePool', ['stride8'], 'pooled8', kernel_shape=[2, 2], strides=[2, 2])
    deep = graph.double(graph.conv('stride32', 'from32', *input_conv(2)))
    x = graph.add('Add', [middle, graph.conv(pooled, 'from8', *input_conv(0))], 'two')
    x = graph.relu(graph.add('Add', [x, deep], 'three'))
    weight, bias = stacked(context)
    x = graph.relu(graph.conv(x, 'context', weight, bias, group=len(weight), pads=[2, 2, 2, 2]))
    gate = graph.add('GlobalAveragePool', [x], 'whole')
    gate = graph.relu(graph.conv(gate, 'gate0', *plain(lambda member: member.gate[0]), group=groups))
    gate = graph.conv(gate, 'gate1', *plain(lambda member: member.gate[2]), group=groups)
    weight, shift = folded(lambda member: member.mix, lambda member: member.mix_norm)
    x = graph.relu(graph.add('Add', [graph.conv(x, 'mix', weight, shift, group=groups), gate], 'gated'))
    weight, _ = folded(lambda member: member.coarse, lambda member: member.detail_norm)
    coarse = graph.double(graph.conv(x, 'coarse', weight, group=groups))
    x = graph.relu(graph.add('Add', [coarse, graph.conv('stride8', 'fine', *stacked(fine))], 'detail'))
    x = graph.relu(graph.conv(x, 'narrow', *plain(lambda member: member.narrow), group=groups))
    last = np.concatenate([array(member.last.weight) * weight for member, weight in weighted], 1)
    logits = graph.conv(x, 'last', last, sum(array(member.last.bias) * weight for member, weight in weighted))

    line = array(members[0].blur)
    radius = line.shape[2] // 2
    graph.constant('edges', np.array([0, 0, radius, radius, 0, 0, radius, radius], np.int64))
    logits = graph.add('Pad', [logits, 'edges'], 'padded', mode='edge')
    logits = graph.conv(graph.conv(logits, 'blurred_down', line), 'blurred', line.transpose(0, 1, 3, 2))

    graph.constant('centre', sum(array(member.centre) * weight for member, weight in weighted).astype(np.float32))
    graph.constant('line', np.array([1, -1], np.int64))
    shape = graph.add('Shape', [logits], 'shape')
    centre = graph.add('Resize', ['centre', '', '', shape], 'centre_fitted', mode='linear', coordinate_transformation_mode='half_pixel')
    logits = graph.add('Add', [logits, centre], 'logits')
    flat = graph.add('Softmax', [graph.add('Reshape', [logits, 'line'], 'flat')], 'shares', axis=1)
    graph.add('Reshape', [flat, shape], 'interest')

    scale = {8: ('h', 'w'), 16: ('h2', 'w2'), 32: ('h4', 'w4')}
    inputs = [helper.make_tensor_value_info(tap, TensorProto.FLOAT, [1, channels, *scale[stride]]) for tap, (channels, stride) in TAPS.items()]
    output = helper.make_tensor_value_info('interest', TensorProto.FLOAT, [1, 1, 'h', 'w'])
    model = helper.make_model(
        helper.make_graph(graph.nodes, 'readout', inputs, [output], graph.constants),
        opset_imports=[helper.make_opsetid('', OPSET)], ir_version=8, producer_name='models/saliency/export.py'
    )
    onnx.checker.check_model(model)
    onnx.save(model, path)
    check(weighted, path)


def check(weighted, path):
    """The file against the members, on noise of a shape that is not square. @raises AssertionError"""
    from features import open_session
    draw = np.random.default_rng(0)
    taps = [draw.normal(size=(1, channels, 320 // stride, 448 // stride)).astype(np.float32) for channels, stride in TAPS.values()]
    found, = open_session(path).run(['interest'], dict(zip(TAPS, taps)))
    with torch.inference_mode():
        logits = sum(weight * member(tuple(map(torch.from_numpy, taps))) for member, weight in weighted)
    expected = torch.softmax(logits.flatten(1), 1).view_as(logits)[0].numpy()
    assert abs(found[0, 0] - expected).max() < 1e-4 * expected.max(), abs(found[0, 0] - expected).max()
