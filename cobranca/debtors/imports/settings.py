"""Settings of imports: the worker, the console and the command read the same ones."""

from __future__ import annotations

from pydantic import Field

from cobranca.debtors.imports.xlsx.package import Limits
from foundation.settings import ProcessSettings, Section

MB = 1024 * 1024


class Imports(Section):
    largest_mb: int = Field(200, ge=1, le=10_000, description="largest file, in MB")
    unpacked_mb: int = Field(
        2048, ge=1, le=100_000, description="largest spreadsheet once unpacked, in MB"
    )
    keep_days: int = Field(
        30, ge=1, le=3650, description="days that uploads, error files and examples stay"
    )
    undo_days: int = Field(
        30, ge=0, le=3650, description="days after which an import cannot be undone"
    )

    @property
    def largest_bytes(self) -> int:
        return self.largest_mb * MB

    @property
    def limits(self) -> Limits:
        return Limits(unpacked_bytes=self.unpacked_mb * MB)


class ImportSettings(ProcessSettings):
    """What `acordo import` reads."""

    imports: Imports = Imports()
