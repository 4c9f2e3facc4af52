# syntax=docker/dockerfile:1
# One image for the API and the worker: docker build -t voc .
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY api api
COPY voc voc
COPY training training
COPY configs configs
COPY models models
COPY corpora/demo corpora/demo
RUN python -m venv /opt/voc \
    && /opt/voc/bin/pip install --no-cache-dir --constraint constraints.txt '.[topics,postgres]'

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /var/lib/voc --create-home voc
COPY --from=build /opt/voc /opt/voc
ENV PATH=/opt/voc/bin:$PATH PYTHONUNBUFFERED=1
USER voc
WORKDIR /var/lib/voc
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["voc", "serve", "--host", "0.0.0.0"]
