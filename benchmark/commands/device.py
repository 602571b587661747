"""The device that ``--device`` names."""

from __future__ import annotations

from importlib.metadata import version

from geneboard.datasets.errors import InputError


def resolve_device(device: str, *, here: bool = True) -> str:
    """Turn ``auto`` into ``cuda:0`` or ``cpu``.

    Parameters
    ----------
    device
        What a user asks for.
    here
        Whether methods train on this machine. Of others nothing is known: ``auto`` is ``cpu`` there.

    Raises
    ------
    InputError
        If the device is unknown, or is a GPU and there is none.
    """
    kind, _, number = device.partition(":")
    if kind not in ("auto", "cpu", "cuda") or (number and not (kind == "cuda" and number.isdecimal())):
        raise InputError(f"--device {device}: expected auto, cpu, cuda or cuda:NUMBER")
    if device == "cpu":
        return device
    if not here:
        return {"auto": "cpu", "cuda": "cuda:0"}.get(device, device)
    if _has_gpu():
        return "cuda:0" if device in ("auto", "cuda") else device
    if device == "auto":
        return "cpu"
    raise InputError(f"--device {device}: torch finds no CUDA device on this machine")


def _has_gpu() -> bool:
    if version("torch").endswith("+cpu"):
        return False  # a build for the CPU alone says so, and importing torch takes seconds
    import torch

    return torch.cuda.is_available()
