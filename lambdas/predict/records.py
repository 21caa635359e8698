"""The models of requests and answers; the request's is generated from the use case's schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, create_model
from pydantic import Field as Described

from cumulet.core.fields import FORMS
from cumulet.core.schema import Field
from cumulet.core.tasks import Binary, MultiClass, Regression, Task
from cumulet.core.usecase import UseCase


def request_model(use_case: UseCase) -> type[BaseModel]:
    """One record: types, ranges and categories of the schema; unknown fields are refused, `id` may be left out."""
    fields: dict[str, Any] = {field.name: _field(field, use_case) for field in use_case.schema.fields}
    config = ConfigDict(
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        defer_build=True,
        title=use_case.schema.name,
        json_schema_extra={"example": dict(use_case.example)},
    )
    return create_model("Record", __config__=config, __doc__=use_case.description, **fields)


def _field(field: Field, use_case: UseCase) -> tuple[Any, Any]:
    described = Described(
        default=None if field.nullable else ...,
        description=f"{field.description} ({field.unit})" if field.unit else field.description,
        examples=[use_case.example[field.name]] if field.name in use_case.example else None,
        ge=field.minimum,
        le=field.maximum,
        pattern=_pattern(field),
    )
    kind: Any = Annotated[_kind(field), AfterValidator(_validator(field))]
    return (kind | None, described) if field.nullable else (kind, described)


def _validator(field: Field) -> Callable[[Any], Any]:
    """The schema has the last word: what pydantic lets pass (the 31st of June) it may still refuse."""

    def checked(value: Any) -> Any:
        problem = field.check(value)
        if problem is not None:
            raise ValueError(problem.remedy)
        return value

    return checked


def _kind(field: Field) -> Any:
    if field.categories is not None:
        return Literal[field.categories]
    if field.kind == "integer":
        return Annotated[int, BeforeValidator(_whole)]
    return float if field.kind == "number" else str


def _whole(value: Any) -> Any:
    """JSON does not tell 15.0 from 15."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _pattern(field: Field) -> str | None:
    if field.categories is not None:
        return None
    pattern = FORMS[field.kind][0].pattern if field.kind in FORMS else field.pattern
    return f"^(?:{pattern})$" if pattern else None


class Answer(BaseModel):
    """What every answer says besides its prediction."""

    model_config = ConfigDict(defer_build=True)

    id: Annotated[str | None, Described(description="The record's id, null where it had none")]
    model: Annotated[str, Described(description="Version of the model package in the registry")]
    cut_off: Annotated[str, Described(description="Nothing that became known later was used (ISO time stamp, UTC)")]


class Decided(Answer):
    """An answer that says whether to act on it."""

    decision: Annotated[bool, Described(description="Whether to act on the prediction: it reaches the threshold")]
    threshold: Annotated[float, Described(description="Where acting begins to pay, by the use case's costs")]


class Probability(Decided):
    """The prediction of one record, yes or no."""

    prediction: Annotated[float, Described(description="Probability of the positive label", ge=0, le=1)]


class Number(Answer):
    """The prediction of one record, a number."""

    prediction: Annotated[float, Described(description="Expected value")]
    unit: str


class Class(Decided):
    """The prediction of one record, one of several classes."""

    prediction: Annotated[str, Described(description="The likeliest class")]
    probabilities: Annotated[dict[str, float], Described(description="The probability of each class")]


ANSWERS: Mapping[type[Task], type[Answer]] = {Binary: Probability, Regression: Number, MultiClass: Class}


def answer_models(task: Task) -> tuple[type[BaseModel], type[BaseModel]]:
    """The models of one prediction, and of the predictions of a list of records, in its order."""
    one = ANSWERS[type(task)]
    several: Any = create_model("Predictions", __config__=ConfigDict(defer_build=True), predictions=(list[one], ...))  # type: ignore[valid-type]
    return one, several


class ModelCard(BaseModel):
    """The model that answers."""

    model_config = ConfigDict(defer_build=True)

    use_case: str
    package: Annotated[str, Described(description="ARN of the model package")]
    version: Annotated[str, Described(description="Its version in the registry")]
    algorithm: str
    created: Annotated[str, Described(description="When it was registered (ISO time stamp, UTC)")]
    dataset: Annotated[str, Described(description="Id of the dataset snapshot: the hash of its content")]
    cut_off: Annotated[str, Described(description="Nothing that became known later was learnt from")]
    threshold: float | None
    features: list[str]
    parity: Annotated[float, Described(description="Largest difference between the fitted model and the file served")]
    evaluation: Annotated[dict[str, Any], Described(description="Summary of the evaluation that decided the gate")]


class Health(BaseModel):
    """Whether the function answers, and with which model."""

    model_config = ConfigDict(defer_build=True)

    status: Literal["ok"]
    use_case: str
    model: Annotated[str | None, Described(description="Version of the model package; null when none is live")]


def problem_schema() -> dict[str, Any]:
    """The JSON schema of a problem document."""
    text = {"type": "string"}
    error = {"type": "object", "properties": {"field": text, "value": {}, "remedy": text}}
    return {
        "type": "object",
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "errors": {"type": "array", "items": error},
        },
    }
