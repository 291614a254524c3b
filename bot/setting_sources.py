"""Reads what belongs to the sources of releases besides MLflow and GitHub."""

from typing import Annotated, Self

from pydantic import AnyHttpUrl, Field, FilePath, field_validator, model_validator

from bot.setting_urls import bare_address
from bot.setting_webhooks import WebhookSettings


class SourceSettings(WebhookSettings):
    """The part of the settings that is about these sources."""

    daypass_sagemaker_region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$")] | None = None
    daypass_sagemaker_key_file: FilePath | None = None
    daypass_sagemaker_url: AnyHttpUrl | None = None

    daypass_databricks_url: AnyHttpUrl | None = None
    daypass_databricks_token_file: FilePath | None = None

    @field_validator("daypass_sagemaker_url", "daypass_databricks_url")
    @classmethod
    def _is_an_address(cls, url: AnyHttpUrl | None) -> AnyHttpUrl | None:
        return bare_address(url) if url else url

    @model_validator(mode="after")
    def _is_each_whole(self) -> Self:
        if (self.daypass_sagemaker_region is None) != (self.daypass_sagemaker_key_file is None):
            raise ValueError("set DAYPASS_SAGEMAKER_REGION and DAYPASS_SAGEMAKER_KEY_FILE together")
        if (self.daypass_databricks_url is None) != (self.daypass_databricks_token_file is None):
            raise ValueError("set DAYPASS_DATABRICKS_URL and DAYPASS_DATABRICKS_TOKEN_FILE together")
        return self
