# The head as an ONNX file: weights in half precision, the detector's evidence and the calibration part of the graph.
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from calibrate import PEOPLE_ALONE, PEOPLE_BESIDE, SURE_FROM, SUREST, SURE_SLOPE, log_odds
from dataset import CLASSES, POOLED
from settle import GUESS, SURE_ENOUGH


def export_head(head, detector, labels, shown, curves, guessable, path):
    """
    shown: indices of the labels to keep; for each of them, curves: weights of logit and evidence, and an offset; guessable:
    whether the picture's surest of these labels may be less sure than others.
    """
    state = {k: v.numpy() for k, v in head.state_dict().items()}
    n = len(labels)
    weight = np.concatenate([state['out.weight'][shown] * curves[:, :1], state['out.weight'][n:]])
    bias = np.concatenate([state['out.bias'][shown] * curves[:, 0] + curves[:, 2], state['out.bias'][n:]])
    tensors, nodes = [], []

    def constant(name, value, half=False):
        tensors.append(numpy_helper.from_array(np.asarray(value, np.float16 if half else np.float32), name + ('_half' if half else '')))
        if half:
            nodes.append(helper.make_node('Cast', [name + '_half'], [name], to=TensorProto.FLOAT))
        return name

    def ints(name, values):
        tensors.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    add = lambda op, inputs, output, **more: nodes.append(helper.make_node(op, inputs, [output], **more)) or output
    one = constant('one', 1)

    def odds_of(p, name):
        return add('Sub', [add('Log', [p], name + '_log'), add('Log', [add('Sub', [one, p], name + '_rest')], name + '_rest_log')], name)

    add('Clip', ['maxima', constant('low', 1e-3), constant('high', 1 - 1e-3)], 'bounded')
    odds_of('bounded', 'odds')
    add('Concat', ['features', 'odds'], 'x', axis=1)
    add('Mul', [add('Sub', ['x', constant('mean', state['mean'][None])], 'centred'), constant('scale', state['scale'][None])], 'scaled')
    add('Clip', ['scaled', constant('least', -6), constant('most', 6)], 'standard')
    constant('w1', state['hidden.weight'].T, half=True)
    add('HardSwish', [add('Gemm', ['standard', 'w1', constant('b1', state['hidden.bias'])], 'h1')], 'h2')
    constant('w2', weight.T, half=True)
    add('Gemm', ['h2', 'w2', constant('b2', bias)], 'z')
    axis = ints('axis', [1])
    add('Slice', ['z', ints('from0', [0]), ints('to0', [len(shown)]), axis], 'head_logits')
    add('Softmax', [add('Slice', ['z', ints('from1', [len(shown)]), ints('to1', [len(shown) + 4]), axis], 'style_logits')], 'styles', axis=1)

    # At least one class under a label holds, as if the classes were independent.
    add('Sigmoid', [add('Add', [add('Mul', ['odds', constant('class_slope', detector.curve[:, 0][None])], 'steep'), constant('class_offset', detector.curve[:, 1][None])], 'class_odds')], 'class_p')
    add('Log', [add('Sub', [one, add('Min', ['class_p', constant('surest', 1 - SUREST)], 'class_below_one')], 'class_absent')], 'class_absent_log')
    add('Exp', [add('MatMul', ['class_absent_log', constant('kinds', detector.sums[:, shown])], 'absent_log')], 'absent')
    add('Clip', [add('Sub', [one, 'absent'], 'present'), constant('surest_not', SUREST), 'surest'], 'evidence')
    odds_of('evidence', 'evidence_odds')
    add('Mul', ['evidence_odds', constant('trust', (curves[:, 1] * detector.covers[shown])[None])], 'weighed')
    add('Add', ['head_logits', 'weighed'], 'label_logits')
    # All but the picture's surest broad label have to be surer.
    guessable = np.asarray(guessable, np.float32)[None]
    add('Add', ['label_logits', constant('no_guess', (guessable - 1) * 100)], 'guesses')
    add('Cast', [add('GreaterOrEqual', ['guesses', add('ReduceMax', ['guesses'], 'best', axes=[1], keepdims=1)], 'is_guess')], 'guess', to=TensorProto.FLOAT)
    add('Sub', ['label_logits', constant('sure_enough', log_odds(SURE_ENOUGH))], 'stricter')
    add('Add', ['stricter', add('Mul', ['guess', constant('lift', log_odds(SURE_ENOUGH) - log_odds(GUESS))], 'lifted')], 'chosen')
    # A class holds too where its largest cell says so alone.
    place = [list(shown).index(place) for place in detector.places]
    places = np.zeros((CLASSES, len(shown)))
    places[np.arange(CLASSES), place] = 1
    people = places[detector.person].copy()
    places[detector.person] = 0
    slope = constant('sure_slope', SURE_SLOPE)
    add('Sigmoid', [add('Mul', [add('Sub', ['odds', constant('sure_from', log_odds(SURE_FROM))], 'above'), slope], 'sure_odds')], 'sure')
    add('Max', [add('Sigmoid', ['chosen'], 'fused'), add('MatMul', ['sure', constant('places', places)], 'alone')], 'either')
    add('Mul', ['either', constant('not_people', 1 - people[None])], 'things')
    # People have to be in plain sight beside other labels.
    add('Greater', [add('ReduceMax', ['things'], 'most_thing', axes=[1], keepdims=1), constant('half', .5)], 'beside')
    add('Where', ['beside', constant('people_beside', log_odds(PEOPLE_BESIDE)), constant('people_alone', log_odds(PEOPLE_ALONE))], 'people_from')
    one_class = np.zeros((CLASSES, 1))
    one_class[detector.person] = 1
    add('Sub', [add('MatMul', ['odds', constant('person_class', one_class)], 'person_odds'), 'people_from'], 'person_above')
    add('Mul', [add('Sigmoid', [add('Mul', ['person_above', slope], 'person_sure')], 'person'), constant('people', people[None])], 'persons')
    add('Add', ['things', 'persons'], 'labels')

    value = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
    graph = helper.make_graph(nodes, 'label-heads', [value('features', POOLED), value('maxima', CLASSES)],
                              [value('labels', len(shown)), value('styles', 4)], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 14)], producer_name='compute-api')
    model.ir_version = 8
    onnx.checker.check_model(model)
    with open(path, 'wb') as file:
        file.write(model.SerializeToString())
