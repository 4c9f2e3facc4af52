"""Settings of recognisers of speech, which the user installs and which run on this machine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from voc.config.section import Section


class RecogniserSettings(Section):
    """A recogniser that turns recordings of calls into turns."""

    kind: Literal["sherpa-onnx", "funasr"] = Field(description="Package that recognises.")
    model: str = Field(
        min_length=1, description="Folder of the model; of funasr also a name that it loads itself."
    )
    architecture: Literal["sense_voice", "paraformer", "whisper"] | None = Field(
        default=None, description="What the model is; sherpa-onnx asks for it."
    )
    vad: str | None = Field(
        default=None,
        description="Model that finds speech: silero_vad.onnx; empty: fsmn-vad of funasr.",
    )
    punctuation: str | None = Field(
        default=None, description="Model that sets punctuation, as ct-punc; empty: none is set."
    )
    speakers: str | None = Field(
        default=None, description="Model that tells speakers apart, as cam++; empty: none are."
    )
    segmentation: str | None = Field(
        default=None, description="Model of speaker changes, which sherpa-onnx needs with speakers."
    )
    speaker_count: int | None = Field(
        default=2, ge=1, le=4, description="How many speak in a call; empty: found by voice."
    )
    channels: tuple[Literal["customer", "agent"], ...] = Field(
        default=(), description="Who speaks on each channel; empty: channels are mixed to one."
    )
    language: str = Field(default="zh", min_length=2, description="Language that is spoken.")
    device: str = Field(
        default="cpu", pattern=r"^(cpu|cuda(:\d+)?)$", description="cpu, cuda or cuda:0."
    )
    threads: int = Field(default=2, ge=1, le=64, description="Threads of one recognition.")

    @field_validator("channels")
    @classmethod
    def _is_one_each(cls, channels: tuple[str, ...]) -> tuple[str, ...]:
        if channels and sorted(channels) != ["agent", "customer"]:
            raise ValueError("names one speaker for each of two channels: [customer, agent]")
        return channels

    @model_validator(mode="after")
    def _has_what_sherpa_needs(self) -> RecogniserSettings:
        if self.kind != "sherpa-onnx":
            return self
        wanted = {"architecture": self.architecture, "vad": self.vad}
        wanted |= {"segmentation": self.segmentation} if self.speakers else {}
        missing = [key for key, value in wanted.items() if value is None]
        if missing:
            raise ValueError(f"sherpa-onnx needs {' and '.join(missing)} as well")
        return self
