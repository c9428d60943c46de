#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The peer of `rosler bench`'s convolutional nets: the same nets in PyTorch on the CPU, with Adam.

usage: torch_conv_peer.py [--threads N] [--steps N] [--net mnist-lenet5|cifar-vgg]

Prints seconds for an epoch (60,000 examples in batches of 128, 20,000 in batches of 64), the best of several
measurements of some steps each, as one JSON object. A sketched convolution is three convolutions: k x k to r
channels, then 1 x 1 twice; a sketched dense layer three linear ones. The data are random numbers: no time depends on
them. Wants Debian's python3-torch, and libopenblas0-pthread; set OMP_WAIT_POLICY=passive for two threads."""
import argparse
import json
import time

import torch
from torch import nn
import torch.nn.functional as functional


def conv(inputs, outputs, kernel, padding, rank):
    if rank is None:
        return [nn.Conv2d(inputs, outputs, kernel, padding=padding)]
    return [nn.Conv2d(inputs, rank, kernel, padding=padding, bias=False), nn.Conv2d(rank, rank, 1, bias=False),
            nn.Conv2d(rank, outputs, 1)]


def dense(inputs, outputs, rank):
    if rank is None:
        return [nn.Linear(inputs, outputs)]
    return [nn.Linear(inputs, rank, bias=False), nn.Linear(rank, rank, bias=False), nn.Linear(rank, outputs)]


def lenet(ranks):
    return nn.Sequential(*conv(1, 20, 5, 0, ranks[0]), nn.ReLU(), nn.MaxPool2d(2),
                         *conv(20, 50, 5, 0, ranks[1]), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         *dense(800, 500, ranks[2]), nn.ReLU(), *dense(500, 10, ranks[3]))


def vgg(ranks):
    layers = []
    channels = 3
    for number, width in enumerate((32, 32, 64, 64, 128, 128)):
        layers += conv(channels, width, 3, 1, ranks[number]) + [nn.BatchNorm2d(width), nn.ReLU()]
        if number % 2:
            layers.append(nn.MaxPool2d(2))
        channels = width
    return nn.Sequential(*layers, nn.Flatten(), *dense(2048, 512, ranks[6]), nn.BatchNorm1d(512), nn.ReLU(),
                         *dense(512, 10, ranks[7]))


NETS = {
    'mnist-lenet5': (lenet, (1, 28, 28), 128, 60000, [None, 6, 8, 4]),
    'cifar-vgg': (vgg, (3, 32, 32), 64, 20000, [None, 12, 20, 24, 24, 32, 10, 8]),
}


def seconds_of_epoch(net, shape, batch, examples, steps):
    pool = torch.rand(16 * batch, *shape)
    labels = torch.randint(10, (16 * batch,))
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    net.train()

    def run(count):
        start = time.perf_counter()
        for step in range(count):
            chosen = torch.randperm(len(pool))[:batch]
            optimizer.zero_grad(set_to_none=True)
            functional.cross_entropy(net(pool[chosen]), labels[chosen]).backward()
            optimizer.step()
        return (time.perf_counter() - start) / count

    run(3)
    return min(run(steps) for _ in range(3)) * examples / batch


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--steps', type=int, default=10)
    parser.add_argument('--net', choices=list(NETS))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    out = {'threads': torch.get_num_threads(), 'torch': torch.__version__}
    for name, (make, shape, batch, examples, ranks) in NETS.items():
        if options.net in (None, name):
            out[name] = {kind: seconds_of_epoch(make(chosen), shape, batch, examples, options.steps)
                         for kind, chosen in (('dense', [None] * len(ranks)), ('rosler', ranks))}
    print(json.dumps(out))


if __name__ == '__main__':
    main()
