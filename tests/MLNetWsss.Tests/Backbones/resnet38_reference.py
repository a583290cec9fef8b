"""The wide residual network of 38 layers (Wu et al. 2019, model A), written from its description with the parameter names of PSA's code. Needs torch.

    python3 resnet38_reference.py

writes resnet38.names.txt and resnet38_outputs.json beside this script.
"""
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

from formula import outputs


def conv(inputs, channels, kernel, stride=1, dilation=1):
    return nn.Conv2d(inputs, channels, kernel, stride, dilation * (kernel // 2), dilation, bias=False)


class Block(nn.Module):
    """Two 3x3 convolutions, each behind batch norm and rectifier."""

    def __init__(self, inputs, middle, channels, stride=1, first_dilation=1, dilation=1):
        super().__init__()
        self.bn_branch2a = nn.BatchNorm2d(inputs)
        self.conv_branch2a = conv(inputs, middle, 3, stride, first_dilation)
        self.bn_branch2b1 = nn.BatchNorm2d(middle)
        self.conv_branch2b1 = conv(middle, channels, 3, 1, dilation)
        if inputs != channels or stride != 1:
            self.conv_branch1 = conv(inputs, channels, 1, stride)

    def forward(self, x):
        active = F.relu(self.bn_branch2a(x))
        shortcut = self.conv_branch1(active) if hasattr(self, "conv_branch1") else x
        return shortcut + self.conv_branch2b1(F.relu(self.bn_branch2b1(self.conv_branch2a(active))))


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions; dropout is left out, as at prediction."""

    def __init__(self, inputs, channels, stride, dilation):
        super().__init__()
        self.bn_branch2a = nn.BatchNorm2d(inputs)
        self.conv_branch2a = conv(inputs, channels // 4, 1, stride)
        self.bn_branch2b1 = nn.BatchNorm2d(channels // 4)
        self.conv_branch2b1 = conv(channels // 4, channels // 2, 3, 1, dilation)
        self.bn_branch2b2 = nn.BatchNorm2d(channels // 2)
        self.conv_branch2b2 = conv(channels // 2, channels, 1)
        self.conv_branch1 = conv(inputs, channels, 1, stride)

    def forward(self, x):
        active = F.relu(self.bn_branch2a(x))
        y = F.relu(self.bn_branch2b1(self.conv_branch2a(active)))
        y = F.relu(self.bn_branch2b2(self.conv_branch2b1(y)))
        return self.conv_branch1(active) + self.conv_branch2b2(y)


class Wide(nn.Module):
    def __init__(self, output_stride, width=1.0):
        super().__init__()
        strides = {32: (2, 2), 8: (1, 1)}[output_stride]
        dilations = {32: (1, 1, 1), 8: (2, 4, 4)}[output_stride]
        w = [int(width * c) for c in (64, 128, 256, 512, 1024, 2048, 4096)]
        self.conv1a = conv(3, w[0], 3)
        inputs = w[0]
        for name, middle, channels, blocks, stride, dilation in [
                ("b2", w[1], w[1], 3, 2, 1), ("b3", w[2], w[2], 3, 2, 1), ("b4", w[3], w[3], 6, 2, 1),
                ("b5", w[3], w[4], 3, strides[0], dilations[0])]:
            for i in range(blocks):
                block = Block(inputs, middle, channels, stride if i == 0 else 1, 1 if i == 0 else dilation, dilation)
                self.add_module(name if i == 0 else f"{name}_{i}", block)
                inputs = channels
        self.b6 = Bottleneck(w[4], w[5], strides[1], dilations[1])
        self.b7 = Bottleneck(w[5], w[6], 1, dilations[2])
        self.bn7 = nn.BatchNorm2d(w[6])
        self.fc = nn.Linear(w[6], 1000)

    def forward(self, x):
        for name, layer in self.named_children():
            if name not in ("bn7", "fc"):
                x = layer(x)
        return self.fc(F.relu(self.bn7(x)).mean((2, 3)))


folder = pathlib.Path(__file__).parent
lines = [f"{key} {'x'.join(map(str, value.shape))}".rstrip() for key, value in Wide(8).state_dict().items()]
(folder / "resnet38.names.txt").write_text("\n".join(lines) + "\n")
(folder / "resnet38_outputs.json").write_text(json.dumps({
    "resnet38 width 0.25": outputs(Wide(32, 0.25), 65),
    "resnet38 stride 8 width 0.25": outputs(Wide(8, 0.25), 65),
}, indent=1) + "\n")
