"""The classifier of class activation maps with a graph over groups of images behind it, in PyTorch: one training step.

    python3 group_network.py --size 257 --batch 16 --group 4 --rounds 3 --threads 2 [--weights FILE.safetensors]

The same module as the library's: keys of the two deepest stages compared by cosine, row softmax, gated messages, their mean through a
3x3 convolution, a gated recurrent unit of 1x1 convolutions, the graph dropout layer. Tuned alike: batch norm folded, channels-last,
float32, AdamW over lists.
Waits for orders on standard input: "step N" takes N steps and answers with the seconds and processor seconds that they took.
"""
import argparse
import json
import math
import sys

import torch
from torch import nn
from torch.nn import functional

from cam_network import channels_last, fold, make_network, seconds


class Graph(nn.Module):
    def __init__(self, classes, keys, temperature, rounds):
        super().__init__()
        self.rounds = rounds
        self.asks = nn.Parameter(torch.full((keys,), math.sqrt(1 / temperature)))
        self.offers = nn.Parameter(torch.full((keys,), math.sqrt(1 / temperature)))
        self.gate = nn.Conv2d(classes, 1, 1, bias=False)
        self.aggregate = nn.Conv2d(classes, classes, 3, padding=1)
        self.update, self.reset, self.candidate = (nn.Conv2d(2 * classes, classes, 1) for _ in range(3))

    def forward(self, states, keys):
        shape = states[0].shape
        asks = [(k * self.asks.view(1, -1, 1, 1)).flatten(2).transpose(1, 2) for k in keys]
        offers = [(k * self.offers.view(1, -1, 1, 1)).flatten(2) for k in keys]
        pairs = {(i, j): torch.bmm(asks[i], offers[j]).softmax(2) for i in range(len(keys)) for j in range(len(keys)) if i != j}
        for _ in range(self.rounds):
            values = [s.flatten(2).transpose(1, 2) for s in states]
            following = []
            for i, state in enumerate(states):
                messages = []
                for j in range(len(states)):
                    if i != j:
                        attended = torch.bmm(pairs[i, j], values[j]).transpose(1, 2).reshape(shape)
                        messages.append(attended * self.gate(attended).sigmoid())
                message = self.aggregate(torch.stack(messages).mean(0))
                both = torch.cat([message, state], 1)
                z, r = self.update(both).sigmoid(), self.reset(both).sigmoid()
                state = state + z * (self.candidate(torch.cat([message, r * state], 1)).tanh() - state)
                attention = state.mean(1, keepdim=True)
                drops = (torch.rand(shape[0], 1, 1, 1) < 0.8).float()
                mask = (attention < 0.7 * attention.amax((2, 3), keepdim=True)).float() * drops + attention.sigmoid() * (1 - drops)
                following.append((state * mask + state) / 2)
            states = following
        return torch.stack(states, 1).flatten(0, 1)


class Network(nn.Module):
    def __init__(self, weights, classes, group, rounds):
        super().__init__()
        trained = channels_last(fold(make_network(weights, classes)))
        self.features, self.classifier = trained[0], trained[1]
        self.group = group
        self.graph = Graph(classes, 96 + 160, 0.03, rounds)
        self.scale, self.bias = nn.Parameter(torch.full((classes,), 20.0)), nn.Parameter(torch.full((classes,), -3.0))

    def forward(self, x):
        for index, layer in enumerate(self.features):
            x = layer(x)
            if index == 13:
                middle = x
            if index == 16:
                deep = x
        maps = self.classifier(x)
        keys = torch.cat([functional.normalize(middle, dim=1), functional.normalize(deep, dim=1)], 1) * math.sqrt(0.5)
        positive = maps.relu()
        states = positive / positive.amax((2, 3), keepdim=True).clamp_min(10)
        nodes = [t.unflatten(0, (-1, self.group)) for t in (states, keys)]
        refined = self.graph(*([t[:, g] for g in range(self.group)] for t in nodes))
        return maps.mean((2, 3)), refined.mean((2, 3)) * self.scale + self.bias


def main():
    parser = argparse.ArgumentParser()
    for name, value in (("size", 257), ("batch", 16), ("group", 4), ("rounds", 3), ("threads", 2), ("classes", 6)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--weights")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    network = Network(options.weights, options.classes, options.group, options.rounds).train()
    x = (torch.rand(options.batch, 3, options.size, options.size) * 2 - 1).to(memory_format=torch.channels_last)
    tags = (torch.rand(options.batch, options.classes) > 0.5).float()
    optimizer = torch.optim.AdamW(network.parameters(), 1e-4, weight_decay=1e-4, foreach=True)
    loss = functional.binary_cross_entropy_with_logits

    def step():
        optimizer.zero_grad()
        before, behind = network(x)
        total = 0.2 * loss(before, tags) + 0.5 * loss(behind, tags)
        total.backward()
        optimizer.step()
        total.item()

    print(json.dumps({"torch": torch.__version__}), flush=True)
    for order in sys.stdin:
        _, count = order.split()
        print(*seconds(step, int(count)), flush=True)


if __name__ == "__main__":
    main()
