"""What torchvision's networks compute from weights and inputs made by a formula. Needs torch and torchvision.

    python3 torchvision_outputs.py > torchvision_outputs.json
"""
import json

import torchvision

from formula import outputs


def run(name, side, **arguments):
    return outputs(getattr(torchvision.models, name)(**arguments), side)


print(json.dumps({
    "mobilenet_v2": run("mobilenet_v2", 65),
    "mobilenet_v2 width 0.5": run("mobilenet_v2", 65, width_mult=0.5),
    "resnet18": run("resnet18", 65),
    "resnet50": run("resnet50", 65),
    "resnet50 stride 16": run("resnet50", 65, replace_stride_with_dilation=[False, False, True]),
    "resnet50 stride 8": run("resnet50", 65, replace_stride_with_dilation=[False, True, True]),
}, indent=1))
