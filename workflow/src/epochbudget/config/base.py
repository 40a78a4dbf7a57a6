"""The base of every section of the configuration."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from epochbudget.config.kinds import of_kind


class Section(BaseModel):
    """A section: unknown keys are refused; docstrings below the fields are their descriptions.

    Sections hold values and never behaviour, so the code digest leaves classes derived from this
    one out: their values reach a run through its specification.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _of_kind(cls, value: Any, info: ValidationInfo) -> Any:
        return of_kind(value, cls, str(info.field_name))
