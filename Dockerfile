# copydesk with its models, for `copydesk serve`, for a Prefect worker, and for the runs of docker and kubernetes pools.
#   docker build -t copydesk:latest .
#   docker build -t copydesk:latest --build-arg TORCH_INDEX=URL .    an index of PyTorch's CPU builds
FROM python:3.11-slim

ARG TORCH_INDEX=""

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DO_NOT_TRACK=1 \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    COPYDESK_DB=/data/news.db

# A user of its own number, so that a volume's files belong to the same one in every container.
RUN groupadd --gid 10001 desk \
    && useradd --uid 10001 --gid desk --create-home desk \
    && install --directory --owner desk --group desk /app /data

WORKDIR /app

# torch comes first, by itself and from the CPU index: whatever asks for it later finds it there and brings no CUDA.
RUN ${TORCH_INDEX:+env PIP_INDEX_URL="$TORCH_INDEX"} python -m pip install --no-deps torch==2.13.0

COPY --chown=desk:desk . /app
RUN python -m pip install --constraint constraints.txt --editable .

USER desk

# Makes the embedding model ready, so that no run has to.
RUN copydesk doctor

VOLUME /data
STOPSIGNAL SIGTERM
# Healthy while the database can be read; before the first run there is none yet.
HEALTHCHECK --interval=60s --timeout=20s --start-period=120s --retries=3 \
    CMD test ! -e "$COPYDESK_DB" || copydesk status --json > /dev/null

CMD ["copydesk", "serve"]
