"""Every family of rows. A family is a function from the build and its inputs to rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.inputs import Inputs
from harness.model import Row

from . import codec, images, runtime, start

Family = Callable[[Path, Inputs], list[Row]]

FAMILIES: list[Family] = [start.rows, runtime.rows, codec.rows, images.rows]
