"""The random walk of PSA in its dense form: an N x N transition matrix of colour affinities, squared t times, applied to the scores.

    python3 random_walk.py IMAGE SCORES WALKED h w classes radius deviation beta squarings threads

IMAGE holds h x w x 3 bytes, SCORES classes x h x w floats; WALKED receives as many. Prints the version when ready; at a line on standard
input it walks and answers with the seconds and the MB of memory that it took at its peak. Needs torch.
"""
import resource
import sys
import time

import numpy
import torch


def transition_matrix(image, h, w, radius, deviation, beta):
    """[N, N]: affinities of pixels closer than the radius, to the power beta, columns summing to 1."""
    pixels = torch.from_numpy(image).float().reshape(h, w, 3)
    index = torch.arange(h * w).reshape(h, w)
    matrix = torch.eye(h * w)
    for dy in range(radius):
        for dx in range(-radius + 1, radius):
            if dy * dy + dx * dx >= radius * radius or (dy == 0 and dx <= 0):
                continue
            left, right = max(0, -dx), w - max(0, dx)
            here, there = (slice(0, h - dy), slice(left, right)), (slice(dy, h), slice(left + dx, right + dx))
            distance = (pixels[here] - pixels[there]).square().sum(-1)
            affinity = torch.exp(-distance / (2 * deviation * deviation)).flatten() ** beta
            a, b = index[here].flatten(), index[there].flatten()
            matrix[a, b] = affinity
            matrix[b, a] = affinity
    return matrix.div_(matrix.sum(0, keepdim=True))


def main():
    image, scores, walked = sys.argv[1:4]
    h, w, classes, radius = map(int, sys.argv[4:8])
    deviation, beta = map(float, sys.argv[8:10])
    squarings, threads = map(int, sys.argv[10:12])
    torch.set_num_threads(threads)
    image = numpy.fromfile(image, numpy.uint8)
    scores = torch.from_numpy(numpy.fromfile(scores, numpy.float32)).reshape(classes, h * w)
    torch.mm(torch.ones(64, 64), torch.ones(64, 64))
    print(torch.__version__, flush=True)
    for _ in sys.stdin:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        with torch.no_grad():
            matrix = transition_matrix(image, h, w, radius, deviation, beta)
            for _ in range(squarings):
                matrix = torch.mm(matrix, matrix)
            result = torch.mm(scores, matrix)
        seconds = time.perf_counter() - start
        result.numpy().tofile(walked)
        print(seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, flush=True)


if __name__ == "__main__":
    main()
