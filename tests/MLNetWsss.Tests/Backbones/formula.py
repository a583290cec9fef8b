"""Weights and inputs made by a formula, for the scripts beside this file.

The formula is a multiplicative hash of the position, exact in integers and rounded once to float32, so that both sides start from the same bits.
"""
import numpy
import torch


def uniform(stream, count):
    """count numbers in [0, 1) that differ from stream to stream."""
    i = numpy.arange(count, dtype=numpy.uint64) + numpy.uint64(1 + 100003 * stream)
    hashed = (i * numpy.uint64(2654435761)) % numpy.uint64(1 << 32)
    hashed ^= hashed >> numpy.uint64(15)
    hashed = (hashed * numpy.uint64(2246822519)) % numpy.uint64(1 << 32)
    return hashed.astype(numpy.float64) / (1 << 32)


def fill(state):
    """Weights of deviation about sqrt(2 / fan-in), and batch norm away from the identity."""
    for stream, (name, tensor) in enumerate(state.items()):
        if name.endswith("num_batches_tracked"):
            continue
        u = uniform(stream, tensor.numel())
        if name.endswith("running_var"):
            values = 0.5 + u
        elif name.endswith("running_mean"):
            values = 0.2 * (u - 0.5)
        elif tensor.ndim > 1:
            values = (2 * u - 1) * (6 / numpy.prod(tensor.shape[1:])) ** 0.5
        elif name.endswith("weight"):
            values = 0.6 + 0.4 * u
        else:
            values = 0.2 * (u - 0.5)
        tensor.copy_(torch.from_numpy(values.astype(numpy.float32)).reshape(tensor.shape))


def pattern(side):
    """[2,3,side,side] input."""
    return torch.from_numpy((2 * uniform(9999, 2 * 3 * side * side) - 1).astype(numpy.float32)).reshape(2, 3, side, side)


def outputs(model, side):
    """Every hundredth logit of a model filled by the formula."""
    model.eval()
    with torch.no_grad():
        fill(model.state_dict())
        logits = model(pattern(side))
    return {"side": side, "logits": [float(f"{v:.7g}") for v in logits[:, ::100].flatten()], "scale": float(f"{logits.abs().max():.7g}")}
