"""Block Kit's objects and elements with Slack's limits; what Slack doesn't know is refused.

Source: https://docs.slack.dev/reference/block-kit (composition objects, block elements).
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlainText(Strict):
    type: Literal["plain_text"]
    text: Annotated[str, Field(min_length=1, max_length=3000)]
    emoji: bool | None = None


class Mrkdwn(Strict):
    type: Literal["mrkdwn"]
    text: Annotated[str, Field(min_length=1, max_length=3000)]
    verbatim: bool | None = None


Text = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]


def at_most(limit: int) -> AfterValidator:
    """A text object of at most so many characters."""

    def check(text: Any) -> Any:
        if len(text.text) > limit:
            raise ValueError(f"must be no more than {limit} characters")
        return text

    return AfterValidator(check)


Plain75 = Annotated[PlainText, at_most(75)]
Plain150 = Annotated[PlainText, at_most(150)]
ActionId = Annotated[str, Field(max_length=255)]
AtLeastOne = Annotated[int, Field(ge=1)]
BlockId = Annotated[str, Field(min_length=1, max_length=255)]


class Option(Strict):
    text: Annotated[Text, at_most(75)]
    value: Annotated[str, Field(min_length=1, max_length=150)]
    description: Annotated[Text, at_most(75)] | None = None


class PlainOption(Strict):
    """An option of a menu; only radio buttons and checkboxes may have markup."""

    text: Plain75
    value: Annotated[str, Field(min_length=1, max_length=150)]
    description: Plain75 | None = None


class LinkOption(PlainOption):
    """An option of an overflow menu, which may lead somewhere."""

    url: Annotated[str, Field(max_length=3000)] | None = None


class OptionGroup(Strict):
    label: Plain75
    options: Annotated[list[PlainOption], Field(min_length=1, max_length=100)]


class Confirm(Strict):
    title: Annotated[PlainText, at_most(100)]
    text: Annotated[Text, at_most(300)]
    confirm: Annotated[PlainText, at_most(30)]
    deny: Annotated[PlainText, at_most(30)]
    style: Literal["primary", "danger"] | None = None


class DispatchConfig(Strict):
    trigger_actions_on: list[Literal["on_enter_pressed", "on_character_entered"]]


class Element(Strict):
    action_id: ActionId | None = None


class Button(Element):
    type: Literal["button"]
    text: Plain75
    value: Annotated[str, Field(max_length=2000)] | None = None
    url: Annotated[str, Field(max_length=3000)] | None = None
    style: Literal["primary", "danger"] | None = None
    confirm: Confirm | None = None
    accessibility_label: Annotated[str, Field(max_length=75)] | None = None


class Input(Element):
    """What every element that takes input may have."""

    placeholder: Plain150 | None = None
    focus_on_load: bool | None = None
    confirm: Confirm | None = None


class StaticSelect(Input):
    type: Literal["static_select", "multi_static_select"]
    options: Annotated[list[PlainOption], Field(min_length=1, max_length=100)] | None = None
    option_groups: Annotated[list[OptionGroup], Field(min_length=1, max_length=100)] | None = None
    initial_option: PlainOption | None = None
    initial_options: list[PlainOption] | None = None
    max_selected_items: AtLeastOne | None = None

    @model_validator(mode="after")
    def one_kind(self) -> "StaticSelect":
        if (self.options is None) == (self.option_groups is None):
            raise ValueError("must have either options or option_groups")
        grouped = [option for group in self.option_groups or () for option in group.options]
        _check_initial(self.options or grouped, self.initial_option, self.initial_options)
        return self


class ExternalSelect(Input):
    type: Literal["external_select", "multi_external_select"]
    min_query_length: Annotated[int, Field(ge=0)] | None = None
    initial_option: PlainOption | None = None
    initial_options: list[PlainOption] | None = None
    max_selected_items: AtLeastOne | None = None


class UsersSelect(Input):
    type: Literal["users_select", "multi_users_select"]
    initial_user: str | None = None
    initial_users: list[str] | None = None
    max_selected_items: AtLeastOne | None = None


class ConversationsSelect(Input):
    type: Literal["conversations_select", "channels_select"]
    initial_conversation: str | None = None
    initial_channel: str | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None


class PlainTextInput(Input):
    type: Literal["plain_text_input"]
    initial_value: Annotated[str, Field(max_length=3000)] | None = None
    multiline: bool | None = None
    min_length: Annotated[int, Field(ge=0, le=3000)] | None = None
    max_length: Annotated[int, Field(ge=1, le=3000)] | None = None
    dispatch_action_config: DispatchConfig | None = None

    @model_validator(mode="after")
    def can_be_met(self) -> "PlainTextInput":
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            raise ValueError("min_length must not be more than max_length")
        return self


class NumberInput(Input):
    type: Literal["number_input"]
    is_decimal_allowed: bool
    initial_value: str | None = None
    min_value: str | None = None
    max_value: str | None = None
    dispatch_action_config: DispatchConfig | None = None


class Choices(Input):
    type: Literal["checkboxes", "radio_buttons"]
    options: Annotated[list[Option], Field(min_length=1, max_length=10)]
    initial_option: Option | None = None
    initial_options: list[Option] | None = None

    @model_validator(mode="after")
    def begins_with_its_own(self) -> "Choices":
        _check_initial(self.options, self.initial_option, self.initial_options)
        return self


class Overflow(Element):
    type: Literal["overflow"]
    options: Annotated[list[LinkOption], Field(min_length=1, max_length=5)]
    confirm: Confirm | None = None


class DatePicker(Input):
    type: Literal["datepicker"]
    initial_date: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None


class TimePicker(Input):
    type: Literal["timepicker"]
    initial_time: Annotated[str, Field(pattern=r"^\d\d:\d\d$")] | None = None
    timezone: str | None = None


class DateTimePicker(Input):
    type: Literal["datetimepicker"]
    initial_date_time: int | None = None


class Image(Strict):
    type: Literal["image"]
    image_url: Annotated[str, Field(max_length=3000)]
    alt_text: Annotated[str, Field(min_length=1, max_length=2000)]


Menu = StaticSelect | ExternalSelect | UsersSelect | ConversationsSelect | Choices | DatePicker | TimePicker
"""What stands in any block that takes elements."""
ActionElement = Annotated[Button | Overflow | Menu | DateTimePicker, Field(discriminator="type")]
AccessoryElement = Annotated[Button | Overflow | Menu | Image, Field(discriminator="type")]
FormElement = Annotated[Menu | DateTimePicker | PlainTextInput | NumberInput, Field(discriminator="type")]
ContextElement = Annotated[PlainText | Mrkdwn | Image, Field(discriminator="type")]
"""Which element stands in which block: https://docs.slack.dev/reference/block-kit/block-elements"""


def _check_initial(offered: Sequence[Strict], one: Strict | None, several: Sequence[Strict] | None) -> None:
    if any(chosen not in offered for chosen in [*([one] if one else []), *(several or ())]):
        raise ValueError("initial options must be among the options")
