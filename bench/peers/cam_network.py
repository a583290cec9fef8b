"""The class activation network (MobileNetV2 at stride 16, 1x1 classifier) in PyTorch: eager as it comes, and tuned as far as it goes.

    python3 cam_network.py training|inference --size 321 --batch 8 --threads 2 --classes 6 [--weights FILE.safetensors]

Waits for orders on standard input, one a line: "eager N" or "best N" runs N batches and answers with the seconds that they took
and the processor seconds that they used.
The first line it prints is ready: the version and which tuned variant was the fastest here. Needs torch and torchvision.
"""
import argparse
import json
import sys
import time

import torch
import torchvision
from torch.nn.utils.fusion import fuse_conv_bn_eval

from mobilenet_v2_logits import read_safetensors

TRIALS = 3  # runs of a tuned variant before one is chosen, beside one that does not count


class ClampedRelu6(torch.nn.Module):
    """The gradient of ReLU6 itself has no bfloat16 kernel on the CPU in this version; clamp's has one."""

    def forward(self, x):
        return x.clamp(0, 6)


def make_network(weights, classes):
    network = torchvision.models.mobilenet_v2()
    if weights:
        network.load_state_dict(read_safetensors(weights), strict=False)
    features = network.features
    for index in range(14, 18):  # the last stage keeps its resolution and dilates instead
        depthwise = next(m for m in features[index].modules() if isinstance(m, torch.nn.Conv2d) and m.groups > 1)
        depthwise.stride = (1, 1)
        if index > 14:
            depthwise.dilation = depthwise.padding = (2, 2)
    return torch.nn.Sequential(features, torch.nn.Conv2d(1280, classes, 1, bias=False))


def fold(network):
    """Batch norm into the convolutions before it, as at prediction."""
    network.eval()
    for module in list(network.modules()):
        if isinstance(module, torch.nn.Sequential):
            items = list(module.named_children())
            for (first, convolution), (second, norm) in zip(items, items[1:]):
                if isinstance(convolution, torch.nn.Conv2d) and isinstance(norm, torch.nn.BatchNorm2d):
                    module._modules[first] = fuse_conv_bn_eval(convolution, norm)
                    module._modules[second] = torch.nn.Identity()
    return network


def channels_last(network):
    return network.to(memory_format=torch.channels_last)


def clamped(network):
    for module in network.modules():
        for name, child in module._modules.items():
            if isinstance(child, torch.nn.ReLU6):
                module._modules[name] = ClampedRelu6()
    return network


def frozen_script(network, x):
    with torch.no_grad():
        script = torch.jit.freeze(torch.jit.trace(network, x))
        script(x)  # the executor specialises in its first two runs
        script(x)
        return script


def predictor(network, x):
    def run():
        with torch.no_grad():
            network(x)
    return run


def trainer(network, x, tags, bfloat16=False, foreach=None):
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), 1e-4, weight_decay=1e-4, foreach=foreach)

    def run():
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
            maps = network(x)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(maps.float().mean((2, 3)), tags)
        loss.backward()
        optimizer.step()
        loss.item()  # as every training loop that reports its loss
    return run


def seconds(run, count):
    """Elapsed seconds, and the processor's, over all threads."""
    start, busy = time.perf_counter(), time.process_time()
    for _ in range(count):
        run()
    return time.perf_counter() - start, time.process_time() - busy


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["training", "inference"])
    parser.add_argument("--size", type=int, default=321)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--classes", type=int, default=6)
    parser.add_argument("--weights")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)

    def network():
        return make_network(options.weights, options.classes)

    x = torch.rand(options.batch, 3, options.size, options.size) * 2 - 1
    tags = (torch.rand(options.batch, options.classes) > 0.5).float()
    last = x.to(memory_format=torch.channels_last)
    tuned = "batch norm folded, channels-last, "
    if options.task == "inference":
        half = last.bfloat16()
        plain, rounded = channels_last(fold(network())), channels_last(fold(network())).bfloat16()
        eager = predictor(network().eval(), x)
        variants = {
            tuned + "float32": predictor(plain, last),
            tuned + "float32, frozen script": predictor(frozen_script(plain, last), last),
            tuned + "float32, optimised script": predictor(torch.jit.optimize_for_inference(frozen_script(plain, last)), last),
            tuned + "bfloat16": predictor(rounded, half),
            tuned + "bfloat16, frozen script": predictor(frozen_script(rounded, half), half),
        }
    else:
        eager = trainer(network(), x, tags)
        variants = {
            tuned + "float32, foreach AdamW": trainer(channels_last(fold(network())), last, tags, foreach=True),
            tuned + "bfloat16 autocast, foreach AdamW":
                trainer(channels_last(clamped(fold(network()))), last, tags, bfloat16=True, foreach=True),
        }
    times = {name: [] for name in variants}
    for trial in range(TRIALS + 1):
        for name, run in variants.items():
            _, busy = seconds(run, 1)  # what else the machine does must not choose the variant
            if trial > 0:
                times[name].append(busy)
    name = min(times, key=lambda n: sorted(times[n])[TRIALS // 2])
    best = variants[name]
    rates = {n: round(options.batch / sorted(t)[TRIALS // 2], 2) for n, t in times.items()}
    del variants
    print(json.dumps({"torch": torch.__version__, "best": name, "imagesPerProcessorSecond": rates}), flush=True)
    for order in sys.stdin:
        which, count = order.split()
        print(*seconds({"eager": eager, "best": best}[which], int(count)), flush=True)


if __name__ == "__main__":
    main()
