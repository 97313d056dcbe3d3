"""Rewrites the trunk of PaddleOCR's v4 recogniser so that onnxruntime runs it in blocked layout from end to end.

The exported graph spells every activation as eight small operations on scalars (scale, shift, +3, clip, ×, ÷6, scale,
shift). They do not fold and each of them forces the tensors back to plain layout. Here
  - a scale and shift behind a convolution go into its weights (exact),
  - +3, clip, ×, ÷6 becomes x × HardSigmoid(x) (exact),
  - a scale behind an activation goes into the next convolutions' weights; so does the shift where they are 1×1, else it
    stays as one BatchNormalization, because zero padding does not see the shift.
The result computes the same to float rounding.
"""

import numpy as np
import onnx
from onnx import helper, numpy_helper


class Graph:
    def __init__(self, model):
        self.graph = model.graph
        self.constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in self.graph.initializer}
        for node in self.graph.node:
            if node.op_type == 'Constant':
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        self.index()

    def index(self):
        self.users = {}
        for node in self.graph.node:
            for name in node.input:
                self.users.setdefault(name, []).append(node)

    def only_user(self, name):
        users = self.users.get(name, [])
        return users[0] if len(users) == 1 else None

    def scalar_step(self, name, op):
        """The node that alone uses NAME as `name op scalar`, and the scalar."""
        node = self.only_user(name)
        if node is None or node.op_type != op:
            return None, None
        other = [value for value in node.input if value != name]
        if len(other) != 1 or other[0] not in self.constants or self.constants[other[0]].size != 1:
            return None, None
        return node, float(self.constants[other[0]].reshape(()))


def affine(graph, name):
    """`name × a + b` with scalars: (end name, a, b, nodes); without such a tail (name, 1, 0, [])."""
    times, a = graph.scalar_step(name, 'Mul')
    if times is None:
        return name, 1.0, 0.0, []
    plus, b = graph.scalar_step(times.output[0], 'Add')
    if plus is None:
        return name, 1.0, 0.0, []
    return plus.output[0], a, b, [times, plus]


def hard_swish(graph, name):
    """The end of `name × clip(name + 3, 0, 6) ÷ 6` and its nodes, or (None, [])."""
    users = graph.users.get(name, [])
    plus = next((node for node in users if node.op_type == 'Add'), None)
    times = next((node for node in users if node.op_type == 'Mul'), None)
    if len(users) != 2 or plus is None or times is None:
        return None, []
    clip = graph.only_user(plus.output[0])
    if clip is None or clip.op_type != 'Clip' or clip.output[0] not in times.input:
        return None, []
    divide, six = graph.scalar_step(times.output[0], 'Div')
    if divide is None or six != 6:
        return None, []
    return divide.output[0], [plus, clip, times, divide]


def simplify(model):
    """A copy of MODEL whose convolution blocks are folded as the head of this file says."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    graph = Graph(model)
    kept_outputs = {output.name for output in model.graph.output}
    weights, rewritten, dropped = {}, {}, set()
    for conv in model.graph.node:
        if conv.op_type != 'Conv' or len(conv.input) < 3:
            continue
        end, a, b, tail = affine(graph, conv.output[0])
        if not tail:
            continue
        weight, bias = (weights.get(name, graph.constants[name]) for name in conv.input[1:3])
        weights[conv.input[1]], weights[conv.input[2]] = weight * a, bias.reshape(-1) * a + b
        dropped.update(map(id, tail))
        after, activation = hard_swish(graph, end)
        new = []
        if after is None:
            rewritten[id(conv)] = (end, new)
            continue
        dropped.update(map(id, activation))
        new.append(helper.make_node('HardSigmoid', [end], [end + '.gate'], alpha=1 / 6, beta=.5))
        final, c, d, second = affine(graph, after)
        dropped.update(map(id, second))
        users = graph.users.get(final, [])
        pointwise = [node.op_type == 'Conv' and graph.constants[node.input[1]].shape[2:] == (1, 1) for node in users]
        if second and users and all(pointwise) and final not in kept_outputs:
            for user in users:
                w, v = (weights.get(name, graph.constants[name]) for name in user.input[1:3])
                weights[user.input[2]] = v.reshape(-1) + d * w.sum((1, 2, 3))
                weights[user.input[1]] = w * c
            new.append(helper.make_node('Mul', [end, end + '.gate'], [final]))
        elif second:
            channels = weight.shape[0]
            new.append(helper.make_node('Mul', [end, end + '.gate'], [after]))
            names = [after + suffix for suffix in ('.scale', '.shift', '.zero', '.one')]
            for name, value in zip(names, (c, d, 0, 1)):
                model.graph.initializer.append(numpy_helper.from_array(np.full(channels, value, np.float32), name))
            new.append(helper.make_node('BatchNormalization', [after, *names], [final], epsilon=0.0))
        else:
            new.append(helper.make_node('Mul', [end, end + '.gate'], [after]))
        rewritten[id(conv)] = (end, new)
    nodes = []
    for node in model.graph.node:
        if id(node) in dropped:
            continue
        nodes.append(node)
        if id(node) in rewritten:
            end, new = rewritten[id(node)]
            node.output[0] = end
            nodes.extend(new)
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    for tensor in model.graph.initializer:
        if tensor.name in weights:
            tensor.CopyFrom(numpy_helper.from_array(weights[tensor.name].astype(np.float32), tensor.name))
    for node in model.graph.node:
        if node.op_type == 'Constant' and node.output[0] in weights:
            node.attribute[0].t.CopyFrom(numpy_helper.from_array(weights[node.output[0]].astype(np.float32), node.output[0]))
    return model
