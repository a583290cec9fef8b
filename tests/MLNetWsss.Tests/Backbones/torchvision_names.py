"""Parameter and buffer names, in order and with shapes, of torchvision's networks. Needs torch and torchvision.

    python3 torchvision_names.py

writes one NAME.names.txt a network beside this script, a line each: name, a space, the sides separated by x (empty for a scalar).
"""
import pathlib

import torchvision

for name in ["mobilenet_v2", "resnet18", "resnet34", "resnet50", "resnet101"]:
    state = getattr(torchvision.models, name)().state_dict()
    lines = [f"{key} {'x'.join(map(str, value.shape))}".rstrip() for key, value in state.items()]
    pathlib.Path(__file__).with_name(f"{name}.names.txt").write_text("\n".join(lines) + "\n")
