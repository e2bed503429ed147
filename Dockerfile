# docker build -t tailboard . && docker run --rm -p 8050:8050 -v "$PWD/runs:/logs:ro" tailboard
FROM python:3.13-slim AS wheel
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
# The user's own folders: the disposable index of the app lies in /home/tailboard/.cache, and what people say of runs, with
# `-e TAILBOARD_APP_WRITE=1`, in /home/tailboard/.local/state: `-v tailboard-state:/home/tailboard/.local/state` keeps it.
RUN useradd --create-home tailboard && mkdir /logs && \
    install --directory --owner tailboard --group tailboard /home/tailboard/.local /home/tailboard/.local/state
COPY --from=wheel /wheels /source/constraints.txt /tmp/
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt "$(echo /tmp/*.whl)[app]"
USER tailboard
WORKDIR /home/tailboard
# Log folders that are mounted may come over a network, from where no file system events arrive: `-e TAILBOARD_POLL=1`.
ENV TAILBOARD_HOST=0.0.0.0 TAILBOARD_PORT=8050 TAILBOARD_LOGDIR=/logs TAILBOARD_URL_PREFIX=/
VOLUME /logs
EXPOSE 8050
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s CMD python -c "import os, urllib.request; \
    urllib.request.urlopen('http://127.0.0.1:8050' + os.environ['TAILBOARD_URL_PREFIX'] + 'health', timeout=4)"
CMD ["tailboard"]
