"""What the routes over the store take in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from voc.records import (
    Channel,
    Feedback,
    IssueStatus,
    Polarity,
    Severity,
    Trend,
    Turn,
    WorkOrderStatus,
)

MOST_FEEDBACK: Final = 1_000
_EXTRA_BYTES: Final = 16_384
_YEARS: Final = (1970, 2262)


def _clean(value: Any) -> Any:
    """Replaces what no store can hold; offsets stay."""
    from voc.text.normalise import sanitise

    return sanitise(value)[0] if isinstance(value, str) else value


def timely(moment: Any) -> Any:
    """Refuses a time that no customer and no order can have.

    Raises:
        ValueError: With the years allowed.
    """
    if moment is not None and not _YEARS[0] < moment.year < _YEARS[1]:
        raise ValueError(f"must lie between the years {_YEARS[0]} and {_YEARS[1]}")
    return moment


Words = Annotated[str, BeforeValidator(_clean)]
Short = Annotated[str, BeforeValidator(_clean), Field(min_length=1, max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=100)]
IndustryId = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_-]+$")]


class Input(BaseModel):
    """Base: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class TurnIn(Input):
    """One speaker's turn in a dialogue."""

    speaker: Short
    text: Words
    start_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    end_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class FeedbackIn(Input):
    """One voice of a customer; `source` and `native_id` name it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "source": "tmall",
                    "native_id": "r-20261101-7",
                    "channel": "review",
                    "text": "起步顿挫严重，低速时一冲一冲的，空间倒是很大",
                    "created_at": "2026-11-01T09:30:00+08:00",
                    "product": "云驰X5",
                    "rating": 2,
                    "rating_max": 5,
                    "industry": "automotive",
                }
            ]
        },
    )

    source: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_.-]{1,64}$",
            description="Where it is from; kept as `api:SOURCE`, apart from files and crawlers.",
        ),
    ] = "default"
    native_id: Annotated[Short, Field(description="Its id there.")]
    channel: Channel
    text: Annotated[
        Words | None, Field(description="The words; of a dialogue, the join of its turns.")
    ] = None
    title: Annotated[Words, Field(max_length=500)] | None = None
    turns: Annotated[list[TurnIn], Field(max_length=2_000)] = []
    created_at: Annotated[
        datetime | None, Field(description="In the zone of the settings where it names none.")
    ] = None
    author: Short | None = None
    url: Annotated[Words, Field(max_length=2_000)] | None = None
    product: Short | None = None
    store: Short | None = None
    region: Short | None = None
    rating: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    rating_max: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    nps: Annotated[int, Field(ge=0, le=10)] | None = None
    csat: Annotated[int, Field(ge=1, le=5)] | None = None
    ces: Annotated[int, Field(ge=1, le=7)] | None = None
    customer_id: Short | None = None
    extra: Annotated[dict[str, Any], Field(max_length=50, description="Any JSON, to 16 kB.")] = {}
    industry: Annotated[
        IndustryId | None, Field(description="Id of its own industry, else that of the batch.")
    ] = None

    _in_our_time = field_validator("created_at")(timely)

    @field_validator("extra")
    @classmethod
    def _bounded(cls, extra: dict[str, Any]) -> dict[str, Any]:
        try:
            size = len(orjson.dumps(extra))
        except (TypeError, ValueError, RecursionError):
            raise ValueError("holds what JSON of 64-bit numbers cannot, or is too deep") from None
        if size > _EXTRA_BYTES:
            raise ValueError(f"is larger than {_EXTRA_BYTES} bytes")
        return extra

    @model_validator(mode="after")
    def _whole(self) -> FeedbackIn:
        if self.text is None and not self.turns:
            raise ValueError("needs text, or turns")
        if self.rating is not None and self.rating > (self.rating_max or self.rating):
            raise ValueError("rating is greater than rating_max")
        return self

    def as_feedback(self, zone: Any) -> Feedback:
        """Returns it as the record of the chain."""
        from voc.sources.values import scale_of

        moment = self.created_at
        if moment is not None and moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        turns = tuple(Turn(**turn.model_dump()) for turn in self.turns)
        text = self.text if self.text is not None else "\n".join(turn.text for turn in turns)
        best = self.rating_max or (scale_of(self.rating) if self.rating is not None else None)
        plain = self.model_dump(
            exclude={"source", "turns", "created_at", "text", "rating_max", "industry"}
        )
        return Feedback(
            **plain,
            source=f"api:{self.source}",
            text=text,
            turns=turns,
            created_at=moment,
            rating_max=best,
        )


def reason_of(kind: type[Input], item: Any) -> str:
    """Says why a row is none of `kind`, without what it holds."""
    from voc.text.normalise import sanitise

    try:
        kind.model_validate(item)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        places = (
            f"{'.'.join(map(str, each['loc']))[:60]}: {each['msg']}".removeprefix(": ")
            for each in found[:3]
        )
        return sanitise("; ".join(places))[0]
    return "cannot be read"


AnyFeedback = Annotated[FeedbackIn | Any, Field(union_mode="left_to_right")]
"""A feedback, or something else that is rejected alone: one bad row costs no good one."""


class FeedbackBatch(Input):
    """1 to 1,000 feedbacks; a row that is none is rejected alone."""

    items: Annotated[list[AnyFeedback], Field(min_length=1, max_length=MOST_FEEDBACK)]
    industry: Annotated[
        IndustryId | None,
        Field(
            description="Id of the industry of those that name none of their own, else the setting"
            " `industry`; without any they get no aspects, issues or work orders."
        ),
    ] = None


class OrderOfCustomer(Input):
    """What a customer bought."""

    order_id: Annotated[Short, Field(description="Its number; kept as a pseudonym.")]
    amount: Annotated[float, Field(ge=-1e12, le=1e12, description="Negative: paid back.")]
    ordered_at: Annotated[
        datetime, Field(description="In the zone of the settings where it names none.")
    ]
    product: Short | None = None
    store: Short | None = None
    updated_at: Annotated[
        datetime | None, Field(description="When this was so; else that of the customer.")
    ] = None

    _in_our_time = field_validator("ordered_at", "updated_at")(timely)


class CustomerIn(Input):
    """A customer, with orders; what is not told stays as it is known."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "M10086",
                    "tier": "钻石会员",
                    "store": "杭州滨江店",
                    "since": "2021-03-08",
                    "orders": [
                        {
                            "order_id": "20261001-77",
                            "amount": 1299.0,
                            "ordered_at": "2026-10-01T10:20:00+08:00",
                            "product": "云驰X5",
                        }
                    ],
                }
            ]
        },
    )

    customer_id: Annotated[Short, Field(description="As in feedback; kept as the same pseudonym.")]
    tier: Annotated[Short | None, Field(description="Level of membership.")] = None
    store: Annotated[Short | None, Field(description="The store the person belongs to.")] = None
    region: Short | None = None
    since: Annotated[datetime | date | None, Field(description="Since when a customer.")] = None
    tags: Annotated[list[Short], Field(max_length=50)] = []
    updated_at: Annotated[
        datetime | None, Field(description="When this was so, else now; what is newer wins.")
    ] = None
    orders: Annotated[list[OrderOfCustomer], Field(max_length=500)] = []

    _in_our_time = field_validator("since", "updated_at")(timely)


AnyCustomer = Annotated[CustomerIn | Any, Field(union_mode="left_to_right")]
"""A customer, or something else that is rejected alone."""


class CustomerBatch(Input):
    """1 to 1,000 customers; an entry that is none is rejected alone."""

    items: Annotated[list[AnyCustomer], Field(min_length=1, max_length=MOST_FEEDBACK)]


class CorrectionIn(Input):
    """A person's label for one feedback."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "feedback_id": "fb_0123456789abcdef0123",
                    "field": "aspect",
                    "aspect_id": "power",
                    "label": "negative",
                    "by": "质检-李工",
                    "note": "“一冲一冲”说的是起步顿挫",
                }
            ]
        },
    )

    feedback_id: Id
    field: Literal["sentiment", "aspect", "intent", "urgency"]
    label: Annotated[
        str,
        Field(max_length=20, description="What is right; of an aspect `none`: not spoken of."),
    ]
    aspect_id: Annotated[Id | None, Field(description="Where field is aspect.")] = None
    by: Annotated[Short | None, Field(description="Who says so; else the key.")] = None
    note: Annotated[Words, Field(max_length=1_000)] | None = None


class OrderIn(Input):
    """Who shall get the work order of an issue."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"department": "动力总成质量部"}]}
    )

    department: Annotated[
        Short | None, Field(description="The team; else whom the routing rules name.")
    ] = None


class Paging(Input):
    """Which stretch of a list."""

    limit: Annotated[int, Field(ge=1, le=200, description="Items at most.")] = 50
    cursor: Annotated[
        str | None, Field(max_length=500, description="`next` of the page before.")
    ] = None


class Period(Paging):
    """Which stretch, of which time."""

    since: Annotated[datetime | None, Field(description="From this time on.")] = None
    until: Annotated[datetime | None, Field(description="Before this time.")] = None


class FeedbackFilter(Period):
    """Which feedback."""

    industry: IndustryId | None = None
    source: Short | None = None
    channel: Channel | None = None
    product: Short | None = None
    store: Short | None = None
    region: Short | None = None
    sentiment: Polarity | None = None
    order: Annotated[
        Literal["newest", "oldest"],
        Field(description="By when it came in; who reads from the oldest misses no edit."),
    ] = "newest"


class TopicFilter(Paging):
    """Which topics."""

    industry: IndustryId | None = None


class IssueFilter(Period):
    """Which issues; the time is that of their last voice."""

    industry: IndustryId | None = None
    status: IssueStatus | None = None
    severity: Severity | None = None
    trend: Trend | None = None
    aspect_id: Short | None = None
    product: Short | None = None
    store: Short | None = None


class WorkOrderFilter(Period):
    """Which work orders; the time is when they were opened."""

    status: WorkOrderStatus | None = None
    department: Short | None = None
    issue_id: Short | None = None


class ReportFilter(Input):
    """What the report is of."""

    industry: IndustryId | None = None
    since: datetime | None = None
    until: datetime | None = None
    product: Annotated[list[Short], Field(max_length=50)] = []
    store: Annotated[list[Short], Field(max_length=50)] = []
    region: Annotated[list[Short], Field(max_length=50)] = []
