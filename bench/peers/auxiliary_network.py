"""The network of auxiliary tasks with a cross-task affinity (MobileNetV2 at stride 16 or 8) in PyTorch: a training step, eager and tuned.

    python3 auxiliary_network.py training --size 257 --batch 8 --threads 2 --classes 6 --stride 16 [--weights FILE.safetensors]

Waits for orders as cam_network.py does. Needs torch and torchvision.
"""
import argparse
import json
import sys

import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from cam_network import TRIALS, channels_last, fold, seconds
from mobilenet_v2_logits import read_safetensors

CHANNELS, REDUCED, DILATIONS = 128, 256, (3, 6, 9)
COMPARED, TEMPERATURE, OWN_TEMPERATURE = (13, 16), 0.2, 1


def backbone(weights, stride):
    network = torchvision.models.mobilenet_v2()
    if weights:
        network.load_state_dict(read_safetensors(weights), strict=False)
    dilation, current = 1, 2
    for block in list(network.features)[1:18]:
        depthwise = next(m for m in block.modules() if isinstance(m, nn.Conv2d) and m.groups > 1)
        own = dilation
        if depthwise.stride == (2, 2):
            if current < stride:
                current *= 2
            else:
                depthwise.stride = (1, 1)
                dilation *= 2
        depthwise.dilation = depthwise.padding = (own, own)
    return network.features


def unit_length(x):
    return x / (x.square().sum(1, keepdim=True) + 1e-12).sqrt()


class Branch(nn.Module):
    def __init__(self, outputs, compared):
        super().__init__()
        a, b, c = DILATIONS
        self.conv1 = nn.Conv2d(REDUCED, CHANNELS, 3, padding=a, dilation=a)
        self.conv2 = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=b, dilation=b)
        self.conv3 = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=c, dilation=c)
        self.query, self.key, self.value, self.output = (nn.Conv2d(CHANNELS, CHANNELS, 1) for _ in range(4))
        self.classifier = nn.Conv2d(CHANNELS, outputs, 1)
        self.query_scale, self.key_scale = (
            nn.Parameter(torch.full((1, compared, 1, 1), TEMPERATURE ** -0.5)) for _ in range(2))
        self.own_scale = nn.Parameter(torch.tensor(1 / OWN_TEMPERATURE))

    def forward(self, x, compared):
        f = F.relu(self.conv2(F.relu(self.conv1(x))))
        query = torch.cat([compared * self.query_scale, unit_length(self.query(f)) * self.own_scale], 1)
        key = torch.cat([compared * self.key_scale, unit_length(self.key(f))], 1)
        affinity = torch.bmm(query.flatten(2).transpose(1, 2), key.flatten(2)).softmax(2)
        spread = torch.bmm(affinity, self.value(f).flatten(2).transpose(1, 2)).transpose(1, 2).reshape(f.shape)
        return self.classifier(F.relu(self.conv3(f + self.output(spread)))), affinity


class AuxiliaryNetwork(nn.Module):
    def __init__(self, weights, stride, classes):
        super().__init__()
        self.features = backbone(weights, stride)
        self.classifier = nn.Conv2d(1280, classes, 1, bias=False)
        self.reduce = nn.Conv2d(1280, REDUCED, 1)
        compared = 96 + 160
        self.segmentation, self.saliency = Branch(classes + 1, compared), Branch(1, compared)
        self.mix1, self.mix2 = nn.Conv2d(2, 2, 3, padding=1, bias=False), nn.Conv2d(2, 2, 1)

    def forward(self, x):
        compared, features = [], x
        for i, layer in enumerate(self.features):
            features = layer(features)
            if i in COMPARED:
                compared.append(unit_length(features) * 0.5 ** 0.5)
        compared = torch.cat(compared, 1).detach()
        pooled = F.dropout(features.mean((2, 3), keepdim=True), 0.5, self.training)
        tags = self.classifier(pooled).flatten(1)
        maps = F.relu(self.classifier(features)).detach()
        inputs = F.relu(self.reduce(features))
        scores, first = self.segmentation(inputs, compared)
        salient, second = self.saliency(inputs, compared)
        both = torch.stack([first, second], 1)
        affinity = (self.mix2(F.relu(self.mix1(both * both.shape[3]))).softmax(1) * both).sum(1)
        everything = torch.cat([scores, maps, salient], 1)
        refined = torch.bmm(affinity, everything.flatten(2).transpose(1, 2)).transpose(1, 2).reshape(everything.shape)
        return tags, scores, refined[:, :scores.shape[1]], salient, refined[:, -1:]


def trainer(network, x, tags, labels, saliency, foreach=None):
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), 1e-4, weight_decay=1e-4, foreach=foreach)

    def upsampled(logits):
        return F.interpolate(logits, labels.shape[1:], mode="bilinear", align_corners=False)

    def run():
        optimizer.zero_grad()
        logits, scores, refined, salient, refined_salient = network(x)
        losses = [F.binary_cross_entropy_with_logits(logits, tags)]
        for map_ in (salient, refined_salient):
            losses.append(F.binary_cross_entropy_with_logits(upsampled(map_)[:, 0], saliency))
        for map_ in (scores, refined):
            losses.append(F.cross_entropy(upsampled(map_), labels, ignore_index=255))
        loss = sum(losses)
        loss.backward()
        optimizer.step()
        [term.item() for term in losses]  # as every training loop that reports its loss
    return run


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["training"])
    for name, value in (("size", 257), ("batch", 8), ("threads", 2), ("classes", 6), ("stride", 16)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--weights")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)

    def network():
        return AuxiliaryNetwork(options.weights, options.stride, options.classes)

    shape = (options.batch, options.size, options.size)
    x = torch.rand(options.batch, 3, options.size, options.size) * 2 - 1
    tags = (torch.rand(options.batch, options.classes) > 0.5).float()
    labels, saliency = torch.randint(0, options.classes + 1, shape), torch.rand(shape)
    last = x.to(memory_format=torch.channels_last)
    eager = trainer(network(), x, tags, labels, saliency)
    tuned = network()
    fold(tuned.features)
    best = trainer(channels_last(tuned), last, tags, labels, saliency, foreach=True)
    rates = {}
    for name, run in (("eager", eager), ("best", best)):
        run()
        rates[name] = round(options.batch / sorted(seconds(run, 1)[1] for _ in range(TRIALS))[TRIALS // 2], 2)
    print(json.dumps({"torch": torch.__version__, "best": "batch norm folded, channels-last, float32, foreach AdamW",
                      "imagesPerProcessorSecond": rates}), flush=True)
    for order in sys.stdin:
        which, count = order.split()
        print(*seconds({"eager": eager, "best": best}[which], int(count)), flush=True)


if __name__ == "__main__":
    main()
