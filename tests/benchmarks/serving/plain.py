"""The plain server that ours is set against: FastAPI around a `transformers` pipeline.

`python -m tests.benchmarks.serving.plain PORT TOKENIZER SHAPE THREADS [FOLDER]`: a classifier of
the teacher's architecture with random weights, or the one in FOLDER.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def make_app(classify: Callable[[str], Any]) -> Any:
    """Returns the app as its documentation has it: a plain function a route."""
    from fastapi import Body, FastAPI

    app = FastAPI()

    @app.get("/health/ready")
    def ready() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/classify")
    def answer(items: list[dict[str, str]] = Body(embed=True)) -> list[Any]:  # noqa: B008
        return [classify(item["text"]) for item in items]

    return app


def main() -> None:
    """Serves until it is ended."""
    import uvicorn

    from tests.benchmarks.children import transformers

    port, *arguments = sys.argv[1:5]
    if len(sys.argv) > 5:
        from transformers import pipeline

        pipe = pipeline("text-classification", model=sys.argv[5], device="cpu")

        def scores(texts: Any) -> list[Any]:
            return [pipe(text, truncation=True)[0]["score"] for text in texts]
    else:
        scores = transformers(*arguments)  # type: ignore[assignment]
    scores(["先读一句"])
    app = make_app(lambda text: scores([text])[0])
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
