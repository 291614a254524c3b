# For production: the image has no demo server, test tool or compiler.
# Both stages use the same base, so that the virtual environment finds its Python.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements-uv.lock requirements.lock requirements-dev.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements-uv.lock \
    && python -m venv --without-pip /opt/daypass \
    && uv pip install --no-cache --python /opt/daypass/bin/python --compile-bytecode --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot/ bot/
COPY workflows/ workflows/
COPY integrations/ integrations/
COPY migrations/ migrations/
COPY client/daypass/ client/daypass/
# The constraint pins the build backend, which isn't in production's lock.
RUN uv pip install --no-cache --python /opt/daypass/bin/python --compile-bytecode --no-deps \
    --build-constraints requirements-dev.lock .

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Daypass" \
      org.opencontainers.image.description="Temporary access, release approvals and incidents in Slack" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 daypass \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin daypass \
    && install --directory --owner=daypass --group=daypass --mode=0700 /data
COPY --from=build /opt/daypass /opt/daypass
ENV PATH=/opt/daypass/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DAYPASS_BUNDLE=/bundle \
    DATABASE_URL=sqlite:////data/daypass.db
USER 10001:10001
WORKDIR /data
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/healthz', timeout=2)"]
ENTRYPOINT ["daypass"]
CMD ["serve", "--host", "0.0.0.0", "--port", "3000"]
