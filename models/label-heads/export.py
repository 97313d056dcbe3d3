# The head as an ONNX file: weights in half precision, the detector's evidence and the calibration part of the graph.
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from calibrate import PEOPLE_ALONE, PEOPLE_BESIDE, SURE_FROM, SUREST, SURE_SLOPE, log_odds
from dataset import CLASSES, SEEN, STYLES
from regression import FARTHEST, SHARPER
from settle import GUESS, SURE_ENOUGH


class Builder:
    def __init__(self):
        self.tensors, self.nodes = [], []

    def add(self, op, inputs, output, **more):
        self.nodes.append(helper.make_node(op, inputs, [output], **more))
        return output

    def constant(self, name, value):
        self.tensors.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def small(self, name, value, kind):
        """A constant that is kept as another type and cast when the net is loaded."""
        self.tensors.append(numpy_helper.from_array(np.asarray(value, kind), f'{name}_kept'))
        return self.add('Cast', [f'{name}_kept'], name, to=TensorProto.FLOAT)

    def ints(self, name, values):
        self.tensors.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def curve(self, x, slope, offset, name):
        return self.add('Add', [self.add('Mul', [x, self.constant(f'{name}_slope', slope)], f'{name}_steep'), self.constant(f'{name}_offset', offset)], name)

    def odds_of(self, p, name):
        return self.add('Sub', [self.add('Log', [p], f'{name}_log'), self.add('Log', [self.add('Sub', ['one', p], f'{name}_rest')], f'{name}_rest_log')], name)


def export_head(path, training, kept, classes, styles, calibration, guessable):
    """
    training: its graph, labels and standards; kept: directions of the logits; classes, styles: weights and offsets; guessable:
    whether a picture's surest of these labels may be less sure than others.
    """
    labels, detector, curves = training.labels, calibration.detector, calibration.curves
    net = Builder()
    add, constant = net.add, net.constant
    constant('one', 1)
    add('Clip', ['maxima', constant('low', 1e-3), constant('high', 1 - 1e-3)], 'bounded')
    net.odds_of('bounded', 'odds')
    add('Concat', ['backbone', 'odds'], 'x', axis=1)
    standard = training.classes
    add('Mul', [add('Sub', ['x', constant('mean', standard.mean[None])], 'centred'), constant('scale', 1 / standard.deviation[None])], 'scaled')
    add('Clip', ['scaled', constant('least', -FARTHEST), constant('most', FARTHEST)], 'standard')
    weights, offset = classes
    add('MatMul', ['standard', net.small('into_directions', weights @ kept, np.float16)], 'directions')
    add('Gemm', ['directions', net.small('into_classes', kept.T * SHARPER, np.float16), constant('class_bias', offset * SHARPER)], 'class_logits')
    add('Softmax', ['class_logits'], 'classes', axis=1)
    style_weights, style_offset = styles
    add('Softmax', [add('Gemm', ['standard', net.small('into_styles', style_weights, np.float16), constant('style_bias', style_offset)], 'style_logits')], 'styles', axis=1)

    # What the head says of a label: its classes' probabilities, summed; most labels are one class, and nothing is to be summed.
    single = training.into.sum(0) == 1
    several = training.into[:, ~single]
    add('Concat', ['classes', add('MatMul', ['classes', net.small('sums', several, np.uint8)], 'sums_of_several')], 'terms', axis=1)
    places_of_terms = np.where(single, training.into.argmax(0), len(training.into) + np.cumsum(~single) - 1)
    add('Gather', ['terms', net.ints('places_of_terms', places_of_terms)], 'summed', axis=1)
    add('Clip', ['summed', constant('surest_not', SUREST), constant('surest', 1 - SUREST)], 'said')
    net.odds_of('said', 'said_odds')
    a, b, c, d, e, f = curves.numbers
    net.curve('said_odds', np.where(curves.leaf, c, a)[None], np.where(curves.leaf, d, b)[None], 'head_odds')
    # What the detector says: at least one class under the label holds, as if the classes were independent.
    add('Sigmoid', [net.curve('odds', detector.curve[:, 0][None], detector.curve[:, 1][None], 'class_odds')], 'class_p')
    add('Log', [add('Sub', ['one', add('Min', ['class_p', 'surest'], 'class_below_one')], 'class_absent')], 'class_absent_log')
    add('Exp', [add('MatMul', ['class_absent_log', net.small('kinds', detector.sums, np.uint8)], 'absent_log')], 'absent')
    add('Clip', [add('Sub', ['one', 'absent'], 'present'), 'surest_not', 'surest'], 'evidence')
    net.odds_of('evidence', 'evidence_odds')
    net.curve('evidence_odds', e, f, 'detector_odds')
    # A label is absent where both are wrong of it.
    both = add('Add', [add('Softplus', ['head_odds'], 'not_head'), add('Softplus', ['detector_odds'], 'not_detector')], 'not_both')
    add('Clip', [add('Sub', ['one', add('Exp', [add('Neg', [both], 'both_wrong')], 'neither')], 'either'), 'surest_not', 'surest'], 'holds')
    net.odds_of('holds', 'label_odds')

    # All but the picture's surest broad label have to be surer.
    add('Add', ['label_odds', constant('no_guess', (np.asarray(guessable, np.float32)[None] - 1) * 100)], 'guesses')
    add('Cast', [add('GreaterOrEqual', ['guesses', add('ReduceMax', ['guesses'], 'best', axes=[1], keepdims=1)], 'is_guess')], 'guess', to=TensorProto.FLOAT)
    add('Sub', ['label_odds', constant('sure_enough', log_odds(SURE_ENOUGH))], 'stricter')
    add('Add', ['stricter', add('Mul', ['guess', constant('lift', log_odds(SURE_ENOUGH) - log_odds(GUESS))], 'lifted')], 'chosen')
    # A class holds too where its largest cell says so alone.
    places = np.zeros((CLASSES, len(labels)))
    places[np.arange(CLASSES), detector.places] = 1
    people = places[detector.person].copy()
    places[detector.person] = 0
    slope = constant('sure_slope', SURE_SLOPE)
    add('Sigmoid', [add('Mul', [add('Sub', ['odds', constant('sure_from', log_odds(SURE_FROM))], 'above'), slope], 'sure_odds')], 'sure')
    add('Max', [add('Sigmoid', ['chosen'], 'fused'), add('MatMul', ['sure', net.small('places', places, np.uint8)], 'alone')], 'any')
    add('Mul', ['any', constant('not_people', 1 - people[None])], 'things')
    # People have to be in plain sight beside other labels.
    add('Greater', [add('ReduceMax', ['things'], 'most_thing', axes=[1], keepdims=1), constant('half', .5)], 'beside')
    add('Where', ['beside', constant('people_beside', log_odds(PEOPLE_BESIDE)), constant('people_alone', log_odds(PEOPLE_ALONE))], 'people_from')
    one_class = np.zeros((CLASSES, 1))
    one_class[detector.person] = 1
    add('Sub', [add('MatMul', ['odds', constant('person_class', one_class)], 'person_odds'), 'people_from'], 'person_above')
    add('Mul', [add('Sigmoid', [add('Mul', ['person_above', slope], 'person_sure')], 'person'), constant('people', people[None])], 'persons')
    add('Add', ['things', 'persons'], 'labels')

    value = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
    graph = helper.make_graph(net.nodes, 'label-heads', [value('backbone', SEEN), value('maxima', CLASSES)],
                              [value('labels', len(labels)), value('styles', len(STYLES))], net.tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], producer_name='compute-api')
    model.ir_version = 8
    onnx.checker.check_model(model)
    with open(path, 'wb') as file:
        file.write(model.SerializeToString())
