"""The networks in Python against those of the program: features, logits, gradients, and what a training step leaves."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import brainmvp

CHANNELS, OUTPUTS = 3, 2
SIDES = {"resenc_l": (64, 64, 64)}
# One of each family: the others differ by numbers only.
TRAINED = ("uniformer_tiny", "unet", "resenc_s", "mednext_s", "mednext_s_k5")


def close(found: torch.Tensor, expected: torch.Tensor, tolerance: float) -> None:
    """Within a share of the largest value, as sums over many voxels are."""
    assert found.shape == expected.shape
    scale = max(1e-6, expected.abs().max().item())
    assert (found - expected).abs().max().item() <= tolerance * scale


def program_values(network: str, folder: Path, *more: str) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    # The deepest features have several voxels: the gradient of a norm over two is little but rounding in PyTorch's instance norm.
    sides = ",".join(str(side) for side in SIDES.get(network, (32, 32, 48)))
    command = [os.environ["BRAINMVP_NETWORK_VALUES"], network, str(CHANNELS), str(OUTPUTS), sides, str(folder), *more]
    subprocess.run(command, check=True)
    return load_file(folder / "weights.safetensors"), load_file(folder / "values.safetensors")


@pytest.mark.parametrize("network", brainmvp.NETWORKS)
def test_features_and_logits_are_the_program_s(network: str, tmp_path: Path) -> None:
    weights, values = program_values(network, tmp_path)
    model = brainmvp.make_segmenter(network, CHANNELS, OUTPUTS)
    model.load_state_dict(weights)
    model.eval()
    with torch.no_grad():
        features = model.encoder(values["input"])
        assert len(features) == sum(name.startswith("feature.") for name in values)
        for number, feature in enumerate(features):
            close(feature, values[f"feature.{number}"], 1e-4)
        close(model(values["input"]), values["evaluated"], 1e-4)


@pytest.mark.parametrize("network", TRAINED)
def test_gradients_are_the_program_s(network: str, tmp_path: Path) -> None:
    weights, values = program_values(network, tmp_path, "training")
    model = brainmvp.make_segmenter(network, CHANNELS, OUTPUTS)
    model.load_state_dict(weights)
    model.double().train()
    result = model.supervised(values["input"].double())
    close(result.logits, values["logits"], 1e-4)
    loss = (result.logits * values["loss_weights"]).mean()
    assert len(result.deeper) == 2
    for number, deeper in enumerate(result.deeper):
        close(deeper, values[f"deeper.{number}"], 1e-4)
        loss = loss + (deeper * values["loss_weights"]).mean()
    loss.backward()
    check_gradients(model, values)
    for name, buffer in model.named_buffers():
        close(buffer.double(), values[f"state.{name}"].double(), 1e-4)
    check_step(model, values)


def check_step(model: torch.nn.Module, values: dict[str, torch.Tensor]) -> None:
    """After a step of AdamW, in float as the program's, the weights are the program's."""
    parameters = {name: tensor.detach().float().requires_grad_() for name, tensor in model.named_parameters()}
    for name, tensor in model.named_parameters():
        parameters[name].grad = None if tensor.grad is None else tensor.grad.float()
    before = {name: tensor.detach().clone() for name, tensor in parameters.items()}
    torch.optim.AdamW(parameters.values(), lr=1e-3, weight_decay=1e-2).step()
    assert any((parameters[name] - before[name]).abs().max() > 5e-4 for name in parameters)
    for name, tensor in parameters.items():
        assert (tensor - values[f"stepped.{name}"]).abs().max().item() <= 1e-5, name


@pytest.mark.parametrize("network", TRAINED)
def test_encoders_can_be_exported_by_torch(network: str) -> None:
    encoder = brainmvp.make_encoder(network, CHANNELS).eval()
    x = torch.rand(1, CHANNELS, 32, 32, 48)
    program = torch.export.export(encoder, (x,))
    with torch.no_grad():
        for found, expected in zip(program.module()(x), encoder(x), strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def models(network: str) -> list[torch.nn.Module]:
    return [
        brainmvp.make_segmenter(network, CHANNELS, OUTPUTS).eval(),
        brainmvp.Classifier(network, CHANNELS, OUTPUTS).eval(),
        brainmvp.Regressor(network, CHANNELS, 1).eval(),
    ]


@pytest.mark.parametrize("network", ("uniformer_tiny", "unet", "resenc_s", "mednext_s"))
def test_models_are_one_graph_to_torch_compile(network: str) -> None:
    x = torch.rand(1, CHANNELS, 32, 32, 32)
    for model in models(network)[: 2 if network == "uniformer_tiny" else 1]:  # encoders, and what is after them
        # "eager" runs the graph that was found as it is; with `fullgraph` no part may be left to Python.
        compiled = torch.compile(model, backend="eager", fullgraph=True)
        with torch.no_grad():
            torch.testing.assert_close(compiled(x), model(x), rtol=1e-5, atol=1e-5)
    torch.compiler.reset()


def test_compiled_gradients() -> None:
    model = brainmvp.Classifier("resenc_s", CHANNELS, OUTPUTS).eval()
    x = torch.rand(1, CHANNELS, 32, 32, 32)
    gradients = []
    for call in (model, torch.compile(model, backend="aot_eager", fullgraph=True)):
        model.zero_grad()
        call(x).square().sum().backward()
        gradients.append({name: tensor.grad.clone() for name, tensor in model.named_parameters()})
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-4, atol=1e-5)
    torch.compiler.reset()


def test_classifiers_and_regressors_can_be_exported_by_torch() -> None:
    x = torch.rand(1, CHANNELS, 32, 32, 32)
    for model in models("uniformer_tiny")[1:]:
        with torch.no_grad():
            torch.testing.assert_close(torch.export.export(model, (x,)).module()(x), model(x), rtol=1e-5, atol=1e-5)


def check_gradients(model: torch.nn.Module, values: dict[str, torch.Tensor]) -> None:
    found = {name: tensor.grad for name, tensor in model.named_parameters() if tensor.grad is not None}
    expected = {name[len("gradient.") :]: tensor for name, tensor in values.items() if name.startswith("gradient.")}
    assert found.keys() == expected.keys()
    largest = max(tensor.abs().max().item() for tensor in expected.values())
    for name, gradient in expected.items():
        # A bias before a norm has no gradient except for rounding: there the largest gradient of all is the scale.
        difference = (found[name] - gradient).abs().max().item()
        assert difference <= 1e-3 * max(gradient.abs().max().item(), 1e-6 * largest), name
