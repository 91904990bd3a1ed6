"""What a run is made with: beside the plan's own numbers, all that can change the last bits of a result."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import jax

from fissure.engine.begin import require_usable, setting
from fissure.engine.cache import processor
from fissure.errors import RunError

LIBRARIES = ("jax", "jaxlib", "numpy", "scipy", "equinox")
SETTINGS = {
    "matmul precision": "jax_default_matmul_precision",
    "type promotion": "jax_numpy_dtype_promotion",
    "optimizations off": "jax_disable_most_optimizations",
    "optimization level": "jax_optimization_level",
    "optimization effort": "jax_exec_time_optimization_effort",
}
"""Settings of JAX, by the name under which a run tells them."""
MACHINE = ("backend", "device", "processor")
"""What of it tells the machine: a finished run may be read on another one."""


@dataclass(frozen=True)
class MadeWith:
    """Versions, machine and settings under which members are simulated.

    How many cores there are is left out: it changes no byte (measured with 1 to 64 threads of XLA).
    """

    libraries: tuple[tuple[str, str], ...]
    backend: str
    device: str
    processor: str
    xla_flags: str
    settings: tuple[tuple[str, str], ...]

    def described(self) -> dict[str, str]:
        """Each thing by its name in words, as `run.json` tells it."""
        told = asdict(self)
        machine = {name: told[name] for name in MACHINE}
        return {**dict(self.libraries), **machine, "XLA_FLAGS": self.xla_flags, **dict(self.settings)}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "MadeWith":
        """What `described` told."""
        return cls(
            libraries=tuple((name, str(told.get(name, "unknown"))) for name in LIBRARIES),
            xla_flags=str(told.get("XLA_FLAGS", "")),
            settings=tuple((name, str(told.get(name, "unknown"))) for name in SETTINGS),
            **{name: str(told.get(name, "unknown")) for name in MACHINE},
        )


def made_with() -> MadeWith:
    """What this process makes runs with. Raises `FissureError` where JAX is set to 64 bits, or cannot begin."""
    if setting("jax_enable_x64"):
        raise RunError("Fissure calculates in 32 bits but JAX is set to 64: unset JAX_ENABLE_X64 (jax_enable_x64)")
    require_usable()
    device = setting("jax_default_device")
    if not isinstance(device, jax.Device):
        device = jax.devices(device)[0]
    return MadeWith(
        libraries=tuple((name, version(name)) for name in LIBRARIES),
        backend=device.platform,
        device=_device(device),
        processor=_processor(),
        xla_flags=" ".join(os.environ.get("XLA_FLAGS", "").split()),
        settings=tuple((name, str(setting(option) or "default")) for name, option in SETTINGS.items()),
    )


def _device(device: Any) -> str:
    """The kind of device and, where it has one, the version of its driver or toolkit."""
    platform = " ".join(str(device.client.platform_version).split())
    return str(device.device_kind) if platform == device.platform else f"{device.device_kind} ({platform})"


def _processor() -> str:
    """The processor in a few words: its model, and a short digest of all that it tells of its features."""
    told = processor()
    lines = told.split("\n")
    model = next((x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), lines[0])
    return f"{model} (features {hashlib.sha256(told.encode()).hexdigest()[:12]})"
