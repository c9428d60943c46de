# SPDX-License-Identifier: Apache-2.0
"""Makes the models in this folder, with inputs and the logits that PyTorch computes for them (PROVENANCE.md)."""
import torch
from torch import nn


class Images(nn.Module):
    """Every operator of convolutional nets; the flattening as people write it by hand."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(4, eps=1e-3)
        self.conv2 = nn.Conv2d(4, 6, 3, stride=2)
        self.fc1 = nn.Linear(6 * 2 * 1, 7)
        self.fc2 = nn.Linear(7, 5)

    def forward(self, x):
        x = torch.relu(self.norm1(self.conv1(x)))
        x = torch.max_pool2d(x, 2)
        x = nn.functional.avg_pool2d(self.conv2(x).relu(), (1, 1))
        x = x.view(x.size(0), -1)
        return torch.log_softmax(self.fc2(nn.functional.dropout(self.fc1(x).relu(), 0.5, self.training)), 1)


def signals():
    return nn.Sequential(
        nn.Conv1d(2, 4, 5, stride=2, padding=2), nn.ReLU(), nn.MaxPool1d(2), nn.BatchNorm1d(4), nn.AdaptiveAvgPool1d(1),
        nn.Flatten(), nn.Linear(4, 3))


class Numbers(nn.Module):
    """A perceptron that standardises its input itself and multiplies by matrices of its own."""

    def __init__(self):
        super().__init__()
        self.mean = nn.Parameter(torch.rand(9))
        self.deviation = nn.Parameter(torch.rand(9) + 0.5)
        self.w = nn.Parameter(torch.randn(9, 8))
        self.b = nn.Parameter(torch.randn(8))
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 4)

    def forward(self, x):
        x = torch.relu((x - self.mean) / self.deviation @ self.w + self.b)
        return torch.softmax(self.out(self.norm(x)), 1)


def randomised(model):
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    return model.eval()


def make(name, model, shape, logits, **options):
    x = torch.rand(4, *shape)
    torch.onnx.export(model, x, name + ".onnx", opset_version=13, input_names=["input"], output_names=["output"],
                      dynamic_axes={"input": {0: "batch"}}, **options)
    with torch.no_grad():
        y = logits(model, x)
    x.numpy().astype("<f4").tofile(name + ".in.f32")
    y.numpy().astype("<f4").tofile(name + ".out.f32")


def before_softmax(model, x):
    """What the last linear layer gives."""
    kept = []
    last = [m for m in model.modules() if isinstance(m, nn.Linear)][-1]
    last.register_forward_hook(lambda module, given, made: kept.append(made))
    model(x)
    return kept[0]


torch.manual_seed(1)
preserve = torch.onnx.TrainingMode.PRESERVE
make("images", randomised(Images()), (3, 11, 7), before_softmax)
make("images-unfolded", randomised(Images()), (3, 11, 7), before_softmax, training=preserve, do_constant_folding=False)
make("signals", randomised(signals()), (2, 24), before_softmax, training=preserve)
make("numbers", randomised(Numbers()), (9,), before_softmax)
