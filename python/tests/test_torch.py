"""Modules of PyTorch: the same outputs from backless's net, there and back, and training in place."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn
from torch.nn import functional as F

import backless

BOUND = 1e-5  # of the largest output: sums of float32 in another order


class Block(nn.Module):
    """A block of ResNet-20; option: the shortcut where the shape changes."""

    def __init__(self, before, channels, stride, option):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.changes = stride != 1 or before != channels
        self.added, self.stride, self.option = channels - before, stride, option
        if self.changes and option == "B":
            self.shortcut = nn.Sequential(
                nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def skip(self, x):
        if not self.changes:
            return x
        if self.option == "B":
            return self.shortcut(x)
        half = self.added // 2
        return F.pad(
            x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, half, self.added - half), "constant", 0
        )

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.skip(x)
        return F.relu(y)


class ResNet(nn.Module):
    def __init__(self, option, blocks=1, channels=4):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(3, channels, 3, padding="same", bias=False), nn.BatchNorm2d(channels)
        before, groups = channels, []
        for i, stride in enumerate((1, 2, 2)):
            for k in range(blocks):
                groups.append(Block(before, channels << i, stride if k == 0 else 1, option))
                before = channels << i
        self.blocks = nn.Sequential(*groups)
        self.dense = nn.Linear(before, 3)

    def forward(self, x):
        x = torch.relu(self.bn(self.conv(x)))
        x = F.adaptive_avg_pool2d(self.blocks(x), 1)
        return self.dense(x.view(x.size(0), -1))


class PreNorm(nn.Module):
    """A residual that begins without weights, by functions and methods."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(64, 12)
        self.norm = nn.LayerNorm(12)
        self.inner = nn.Linear(12, 12, bias=False)
        self.last = nn.Linear(12, 3)

    def forward(self, x):
        x = F.gelu(self.first(x.flatten(1)))
        x = x + self.inner(torch.tanh(self.norm(x)))
        return self.last(F.dropout(x.sigmoid(), 0.2, self.training))


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 20), nn.Tanh(), nn.Dropout(0.1), nn.Linear(20, 3))


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Sequential(nn.Conv2d(6, 8, (3, 2)), nn.Softplus(), nn.Flatten()),
        nn.Linear(8 * 2 * 3, 10),
        nn.Sigmoid(),
        nn.Linear(10, 3),
    )


def vgg():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3, padding=1, bias=False),
        nn.BatchNorm2d(6),
        nn.LeakyReLU(0.2),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(6 * 4, 10),
        nn.BatchNorm1d(10),
        nn.GELU(),
        nn.Identity(),
        nn.Linear(10, 3),
    )


class InPlace(nn.Module):
    """The residual adds what the relu has changed."""

    def __init__(self):
        super().__init__()
        self.first, self.inner, self.last = nn.Linear(64, 12), nn.Linear(12, 12), nn.Linear(12, 3)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.first(x.flatten(1))
        y = self.inner(self.relu(x))
        return self.last(x + torch.tanh(y))


def adaptive():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.Tanh(),
        nn.AdaptiveAvgPool2d((4, 4)),
        nn.AdaptiveMaxPool2d(2),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(16, 3),
    )


MODELS = {
    "change in place": (InPlace, (1, 8, 8)),
    "adaptive pools": (adaptive, (1, 8, 8)),
    "mlp": (mlp, (1, 8, 8)),
    "lenet": (lenet, (1, 8, 8)),
    "vgg": (vgg, (3, 8, 8)),
    "resnet, option A": (lambda: ResNet("A"), (3, 8, 8)),
    "resnet, option B": (lambda: ResNet("B", blocks=2), (3, 8, 8)),
    "residual before weights": (PreNorm, (1, 8, 8)),
}


def made(name):
    """A module with statistics of batch norm that are not those of the start, in evaluation."""
    make, shape = MODELS[name]
    torch.manual_seed(1)
    module = make()
    x = torch.randn(24, *shape)
    with torch.no_grad():
        for _ in range(3):
            module(2 * x + 1)
        for part in module.modules():
            if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm)):
                part.weight.uniform_(0.5, 1.5)
                part.bias.uniform_(-0.5, 0.5)
    return module.eval(), shape, x


def outputs_of(module, x):
    with torch.no_grad():
        return module(x).numpy()


def assert_close(found, expected):
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= BOUND * np.abs(expected).max()


@pytest.mark.parametrize("name", MODELS)
def test_the_net_of_a_module_gives_its_outputs(name):
    module, shape, x = made(name)
    state = {key: value.clone() for key, value in module.state_dict().items()}
    trainer = backless.from_torch(module, shape, loss="mse")
    assert_close(trainer.predict_proba(x.numpy()), outputs_of(module, x))
    probabilities = backless.from_torch(module, shape).predict_proba(x.numpy())
    assert_close(probabilities, torch.softmax(torch.from_numpy(outputs_of(module, x)), 1).numpy())
    for key, value in module.state_dict().items():
        assert torch.equal(value, state[key]), key
    assert not module.training


@pytest.mark.parametrize("name", MODELS)
def test_there_and_back(name, tmp_path):
    """Weights come back to the bit, into the module, a copy of it, and a new module."""
    module, shape, x = made(name)
    expected = outputs_of(module, x)
    trainer = backless.from_torch(module, shape, loss="mse")
    other = MODELS[name][0]()
    assert backless.to_torch(trainer, other) is other
    for key, value in module.state_dict().items():
        if "num_batches_tracked" not in key:
            assert torch.equal(value, other.state_dict()[key]), key
    trainer.model.save(tmp_path / "m.safetensors")
    new = backless.to_torch(backless.Model.load(tmp_path / "m.safetensors"))
    assert_close(outputs_of(new, x), expected)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
    assert backless.to_torch(trainer) is module
    assert np.array_equal(outputs_of(module, x), expected)


def learnable(shape, n=96):
    random = np.random.default_rng(0)
    y = random.integers(0, 3, n)
    x = random.normal(size=(n, *shape)).astype(np.float32) + y.reshape(n, *(1,) * len(shape)).astype(
        np.float32
    )
    return x, y


@pytest.mark.parametrize("name", ["mlp", "vgg"])
def test_fit_trains_the_module_as_the_trainer_does(name):
    """To the bit; tensors and arrays alike. Batch norm's statistics are the library's."""
    module, shape, _ = made(name)
    x, y = learnable(shape)
    options = {"rule": "dfa", "epochs": 3, "batch": 16, "lr": 0.01, "seed": 2}
    trainer = backless.from_torch(module, shape, **options)
    before = outputs_of(module, torch.from_numpy(x))
    trainer.fit(x, y)
    seen = []
    history = backless.fit(
        module,
        torch.from_numpy(x),
        torch.from_numpy(y),
        val=(x, y),
        callbacks=[lambda now: seen.append(now.epoch) if now.epoch_ended else None],
        **options,
    )
    assert len(history) == 3 and seen == [1, 2, 3]
    assert history[-1].val.loss < history[0].val.loss
    again = backless.from_torch(module, shape)
    assert again.hash() == trainer.hash()
    assert np.abs(outputs_of(module, torch.from_numpy(x)) - before).max() > 0.1
    assert_close(
        trainer.predict_proba(x),
        torch.softmax(torch.from_numpy(outputs_of(module, torch.from_numpy(x))), 1).numpy(),
    )
    if name == "vgg":
        assert int(module[1].num_batches_tracked) == 3 + 3 * 6


def test_fit_on_batches_takes_a_step_for_each():
    module, shape, _ = made("mlp")
    x, y = learnable(shape)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(y)), batch_size=20
    )
    trainer = backless.from_torch(module, shape, batch=20, schedule="constant", lr=0.01)
    for _ in range(2):
        for i in range(0, len(x), 20):
            trainer.step(x[i : i + 20], y[i : i + 20])
    history = backless.fit(module, loader, epochs=2, lr=0.01, progress=True)
    assert [now.epoch for now in history] == [1, 2] and history[1].train.loss < history[0].train.loss
    assert backless.from_torch(module, shape).hash() == trainer.hash()


def test_fit_of_targets_and_stopping():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 2))
    x = torch.randn(60, 5)
    y = torch.stack([x[:, 0], x[:, 1] * 2], 1)
    history = backless.fit(module, x, y, epochs=20, lr=0.01, callbacks=[lambda now: now.epoch >= 4])
    assert history.stop_reason == "callback" and len(history) <= 5
    trained = backless.from_torch(module, 5, loss="mse").predict_proba(x.numpy())
    assert_close(trained, outputs_of(module, x))


def test_the_first_model_becomes_that_of_the_examples():
    """Defaults follow from the examples, not from the blank one; the weights stay, also changed ones."""
    module, shape, _ = made("mlp")
    x, y = learnable(shape)
    trainer = backless.from_torch(module, shape)
    hash_before = trainer.hash()
    epochs = trainer.options["epochs"]
    trainer.build(x, y)
    assert trainer.hash() == hash_before
    assert trainer.options["epochs"] != epochs
    trainer = backless.from_torch(module, shape)
    trainer.weights["1.dense.bias"] = np.array([1, 2, 3], np.float32)
    trainer.build(x, y)
    assert trainer.weights["1.dense.bias"].tolist() == [1, 2, 3]


class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 4)

    def forward(self, x):
        return self.dense(x) if x.sum() > 0 else x


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 4)

    def forward(self, x):
        return self.dense(torch.relu(self.dense(x)))


class Tied(nn.Module):
    """Two modules with one weight."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


class AlwaysDropout(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 4)

    def forward(self, x):
        return self.dense(F.dropout(x, 0.5))


class Product(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(4, 4)

    def forward(self, x):
        return self.dense(x) * 2


REFUSED = [
    (lambda: nn.Sequential(nn.Conv2d(2, 4, 3, groups=2)), (2, 8, 8), "'0' is a Conv2d with groups=2"),
    (lambda: nn.Sequential(nn.Conv2d(2, 4, 3, dilation=2)), (2, 8, 8), "dilation"),
    (lambda: nn.Sequential(nn.Conv2d(2, 4, 3, padding=(1, 0))), (2, 8, 8), "padding of 1 rows and 0 columns"),
    (lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4, eps=1e-3)), (4,), "eps=0.001"),
    (lambda: nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4, momentum=0.2)), (4,), "momentum=0.2"),
    (lambda: nn.Sequential(nn.Linear(4, 4), nn.ELU(), nn.Linear(4, 2)), (4,), "'1' is a ELU"),
    (lambda: nn.Sequential(nn.Linear(4, 4), nn.Softplus(threshold=0.5)), (4,), "threshold=0.5"),
    (lambda: nn.Sequential(nn.Linear(4, 4), nn.Softmax(1)), (4,), "belongs to the loss"),
    (lambda: nn.Sequential(nn.Linear(4, 4)), (5,), "does not take examples of the shape"),
    (Branches, (4,), "cannot be traced by torch.fx"),
    (Twice, (4,), "'dense' is used twice"),
    (Product, (4,), "calls mul()"),
    (Tied, (4,), "'second' shares a parameter with 'first'"),
    (AlwaysDropout, (4,), "'dropout' drops units in evaluation too"),
    (
        lambda: nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.AdaptiveAvgPool2d(3), nn.Flatten()),
        (1, 8, 8),
        "'1' is a AdaptiveAvgPool2d of output size 3 on maps of 8 x 8",
    ),
    (
        lambda: nn.Sequential(nn.Flatten(), torch.nn.utils.weight_norm(nn.Linear(4, 4))),
        (4,),
        "'1' is a Linear with a parameter 'weight_g', 'weight_v'",
    ),
]


@pytest.mark.parametrize(("make", "shape", "why"), REFUSED, ids=[why for _, _, why in REFUSED])
def test_what_is_not_supported_is_refused_by_name(make, shape, why):
    with pytest.raises(backless.Unsupported) as refusal:
        backless.from_torch(make(), shape)
    assert why in str(refusal.value)


def test_parameters_without_gradients_are_not_trained_in_silence():
    module, shape, _ = made("mlp")
    x, y = learnable(shape)
    module[1].weight.requires_grad_(False)
    before = module[1].weight.clone()
    for arguments in ((x, y), ([(x, y)],)):
        with pytest.raises(ValueError, match="1.weight has requires_grad=False"):
            backless.fit(module, *arguments)
    backless.fit(module, x, y, freeze="0", epochs=1)
    assert torch.equal(module[1].weight, before)
    backless.fit(module, x, y, freeze="0-0 from 1", epochs=1)
    assert torch.equal(module[1].weight, before)
    for freeze in ("1", "0 until 1", "0 from 2", "none", "1 until 3, 0 until 1"):
        with pytest.raises(ValueError, match="1.weight has requires_grad=False"):
            backless.fit(module, x, y, freeze=freeze, epochs=2)


class Dropping(nn.Module):
    """mode: how the dropout between the layers is called."""

    def __init__(self, mode):
        super().__init__()
        self.mode, self.first, self.last = mode, nn.Linear(4, 5), nn.Linear(5, 3)

    def forward(self, x):
        x = torch.tanh(self.first(x))
        if self.mode == "never":
            x = F.dropout(x, 0.5, False)
        elif self.mode == "training":
            x = F.dropout(x, p=0.5, training=self.training)
        elif self.mode == "branch" and self.training:
            x = F.dropout(x, 0.5)
        elif self.mode == "p":
            x = F.dropout(x, 0.5 if self.training else 0.25, self.training)
        return self.last(x)


def test_dropout_is_that_of_training():
    def text(mode):
        return backless.from_torch(Dropping(mode), 4).net.text

    assert "dropout 0.5" in text("training")
    assert text("never") == text("none") and "dropout" not in text("none")
    for mode in ("branch", "p"):
        with pytest.raises(backless.Unsupported, match="does something else in training"):
            text(mode)
    module = Dropping("training").eval()
    backless.from_torch(module, 4)
    assert not module.training and not module.first.training


def test_what_precedes_the_first_examples_is_kept(tmp_path):
    module, shape, _ = made("mlp")
    x, y = learnable(shape)
    plain = backless.from_torch(module, shape)
    plain.build(x, y)
    early = backless.from_torch(module, shape)
    early.set_rate(0.0123)
    early.build(x, y)
    assert early.options["batch"] == plain.options["batch"] != "1"
    late = backless.from_torch(module, shape)
    late.build(x, y)
    late.set_rate(0.0123)
    assert early.step(x[:8], y[:8]) == late.step(x[:8], y[:8])
    assert early.hash() == late.hash() != plain.hash()
    late.save(tmp_path / "state.safetensors")
    loaded = backless.from_torch(module, shape)
    with pytest.raises(RuntimeError, match="no examples yet"):
        loaded.resume(tmp_path)
    loaded.load(tmp_path / "state.safetensors")
    assert loaded.hash() == late.hash()
    loaded.step(x[8:16], y[8:16])
    late.step(x[8:16], y[8:16])
    assert loaded.hash() == late.hash()
    assert loaded.options["batch"] == late.options["batch"]


def test_other_types_and_devices_are_refused():
    x, y = np.zeros((4, 4), np.float32), np.array([0, 1, 0, 1])
    with pytest.raises(ValueError, match="float64.*module.float"):
        backless.fit(nn.Sequential(nn.Linear(4, 2)).double(), x, y)
    with pytest.raises(ValueError, match="meta.*module.cpu"):
        backless.fit(nn.Sequential(nn.Linear(4, 2, device="meta")), x, y)
    with pytest.raises(TypeError, match="y is missing"):
        backless.fit(nn.Sequential(nn.Linear(4, 2)), torch.zeros(4, 4))
    with pytest.raises(TypeError, match="iterator"):
        backless.fit(nn.Sequential(nn.Linear(4, 2)), iter([(x, y)]))
    with pytest.raises(TypeError, match="no option 'patience'"):
        backless.fit(nn.Sequential(nn.Linear(4, 2)), [(x, y)], patience=2)
