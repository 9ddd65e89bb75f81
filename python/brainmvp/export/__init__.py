"""Fine-tuned models for other software: `export(run, out, format="onnx")` or `python -m brainmvp.export` (docs/how-to/export.md)."""

from __future__ import annotations

from brainmvp.export.formats import FORMATS, Format, export

__all__ = ["FORMATS", "Format", "export"]
