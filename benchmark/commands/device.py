"""What ``--device`` and ``--devices`` name."""

from __future__ import annotations

from collections.abc import Sequence
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


def resolve_devices(device: str, devices: Sequence[str], *, here: bool = True) -> tuple[str, tuple[int, ...]]:
    """Return the device that methods are given, and the numbers of the GPUs that calls share.

    Parameters
    ----------
    device, here
        As for `resolve_device`.
    devices
        GPUs that cells are shared out to; a process then sees one of them alone, as ``cuda:0``. None of them:
        the device is that of all cells.

    Raises
    ------
    InputError
        As `resolve_device`, if something else than a GPU with a number is among them, or one twice.
    """
    if not devices:
        return resolve_device(device, here=here), ()
    if device != "auto" or not here:
        raise InputError("--devices: shares out this machine's GPUs; give no --device and no --scheduler")
    numbers = []
    for name in devices:
        number = name.removeprefix("cuda:")
        if not (name.startswith("cuda:") and number.isdecimal()) or int(number) in numbers:
            raise InputError(f"--devices {','.join(devices)}: expected different GPUs, as cuda:0,cuda:1")
        resolve_device(name)
        numbers.append(int(number))
    if (there := gpu_count()) <= max(numbers):
        raise InputError(f"--devices {','.join(devices)}: torch finds {there} CUDA devices, from cuda:0 on")
    return "cuda:0", tuple(numbers)


def gpu_count() -> int:
    """Return how many GPUs torch finds."""
    import torch

    return torch.cuda.device_count()


def _has_gpu() -> bool:
    if version("torch").endswith("+cpu"):
        return False  # a build for the CPU alone says so, and importing torch takes seconds
    import torch

    return torch.cuda.is_available()
