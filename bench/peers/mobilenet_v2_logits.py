"""ImageNet logits of the pretrained MobileNetV2, computed by torchvision from the same safetensors file and the same image.

    python3 bench/peers/mobilenet_v2_logits.py WEIGHTS.safetensors > tests/MLNetWsss.Tests/Backbones/mobilenet_v2_logits.json

The image is made by integer arithmetic, so that both sides have it to the bit and no photo needs to be kept.
Needs torch and torchvision.
"""
import json
import struct
import sys

import numpy
import torch
import torchvision

SIDE = 225  # 32 k + 1: the sizes at which plain padding equals the padding that the weights were trained with
EVERY = 10  # one logit in ten is kept


def pattern(side):
    """Three interfering triangle waves, one a channel, 0..255."""
    y, x = numpy.mgrid[0:side, 0:side]
    planes = []
    for channel, (a, b, period) in enumerate([(3, 1, 97), (1, 4, 131), (2, 3, 61)]):
        phase = (a * x + b * y + 40 * channel) % period
        triangle = numpy.minimum(phase, period - phase) * 2 * 255 // period
        planes.append(triangle)
    return numpy.stack(planes, axis=-1).astype(numpy.uint8)


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32", f"{name} is {entry['dtype']}"
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data[8 + length + begin : 8 + length + end], dtype="<f4")
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


def main():
    model = torchvision.models.mobilenet_v2()
    missing, unexpected = model.load_state_dict(read_safetensors(sys.argv[1]), strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), (missing, unexpected)
    model.eval()
    image = pattern(SIDE)
    x = (torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255 - 0.5) / 0.5
    with torch.no_grad():
        features = model.features(x)
        logits = model(x)[0]
    print(json.dumps({
        "side": SIDE,
        "pixelSum": int(image.astype(int).sum()),
        "every": EVERY,
        "logits": [round(float(v), 6) for v in logits[::EVERY]],
        "best": int(logits.argmax()),
        "featureMean": round(float(features.mean()), 8),
        "featureShape": list(features.shape),
    }, indent=2))


if __name__ == "__main__":
    main()
