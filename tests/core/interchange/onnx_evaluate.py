# SPDX-License-Identifier: Apache-2.0
"""Checks an ONNX model with ONNX's own checker and evaluates it with numpy, in double, operator by operator as the
ONNX specification defines them: an oracle for what this program writes and reads.

    onnx_evaluate.py MODEL.onnx INPUT.f32 OUTPUT.f32

INPUT and OUTPUT are float32 numbers, example after example. Prints the model's properties, one a line."""
import sys

import numpy
import onnx
from onnx import numpy_helper


def windows(x, attributes, fill):
    """x, N x C x H x W, as N x C x rows x columns x kernel height x kernel width."""
    kernel = attributes["kernel_shape"]
    strides = attributes.get("strides", [1, 1])
    pads = attributes.get("pads", [0, 0, 0, 0])
    x = numpy.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])), constant_values=fill)
    view = numpy.lib.stride_tricks.sliding_window_view(x, kernel, axis=(2, 3))
    return view[:, :, :: strides[0], :: strides[1]]


def convolution(attributes, x, weights, bias=0.0):
    attributes.setdefault("kernel_shape", weights.shape[2:])
    if attributes.get("group", 1) == 1:
        y = numpy.einsum("nchwkl,mckl->nmhw", windows(x, attributes, 0.0), weights)
    else:  # each channel by itself
        assert attributes["group"] == x.shape[1] == weights.shape[0] and weights.shape[1] == 1
        y = numpy.einsum("nchwkl,ckl->nchw", windows(x, attributes, 0.0), weights[:, 0])
    return y + numpy.reshape(bias, (1, -1, 1, 1))


def normalised(attributes, x, gamma, beta, mean, variance):
    shape = (1, -1) + (1,) * (x.ndim - 2)
    scale = gamma / numpy.sqrt(variance + attributes.get("epsilon", 1e-5))
    return (x - mean.reshape(shape)) * scale.reshape(shape) + beta.reshape(shape)


def gemm(attributes, a, b, c=0.0):
    a = a.T if attributes.get("transA") else a
    b = b.T if attributes.get("transB") else b
    return attributes.get("alpha", 1.0) * (a @ b) + attributes.get("beta", 1.0) * c


OPERATORS = {
    "Add": lambda attributes, a, b: a + b,
    "AveragePool": lambda attributes, x: windows(x, attributes, 0.0).mean(axis=(4, 5)),
    "BatchNormalization": normalised,
    "Conv": convolution,
    "Flatten": lambda attributes, x: x.reshape(x.shape[0], -1),
    "Gather": lambda attributes, x, i: numpy.take(x, i.astype(int), axis=attributes.get("axis", 0)),
    "Gemm": gemm,
    "GlobalAveragePool": lambda attributes, x: x.mean(axis=(2, 3), keepdims=True),
    "Identity": lambda attributes, x: x,
    "MatMul": lambda attributes, a, b: a @ b,
    "MaxPool": lambda attributes, x: windows(x, attributes, -numpy.inf).max(axis=(4, 5)),
    "Relu": lambda attributes, x: numpy.maximum(x, 0.0),
    "Reshape": lambda attributes, x, shape: x.reshape([int(n) for n in shape]),
    "Transpose": lambda attributes, x: x.transpose(attributes["perm"]),
}


def main(path, read, write):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    graph = model.graph
    values = {t.name: numpy_helper.to_array(t).astype(float) for t in graph.initializer}
    dims = [d.dim_value for d in graph.input[0].type.tensor_type.shape.dim]
    values[graph.input[0].name] = numpy.fromfile(read, "<f4").astype(float).reshape([-1] + dims[1:])
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        values[node.output[0]] = OPERATORS[node.op_type](attributes, *[values[name] for name in node.input])
    values[graph.output[0].name].astype("<f4").tofile(write)
    for item in model.metadata_props:
        print(item.key + "=" + item.value)


main(*sys.argv[1:])
