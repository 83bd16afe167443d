# Our own processes. Targets: `app` (dialer, ura, console, worker, commands), `switch` (the
# same with Asterisk 22 beside it: the main switch and the simulated network), `tests`.
#
# BASE must be a Debian with Python 3.11 or newer. Nothing here knows a mirror, a registry or
# an authority of its own: what a network needs for that belongs into BASE.
ARG BASE=debian:trixie-slim

FROM ${BASE} AS python
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends python3 libexpat1 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log \
 && groupadd --gid 10001 acordo \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/acordo --shell /usr/sbin/nologin acordo \
 && install -d -o acordo -g acordo -m 0700 /var/lib/acordo
ENV PATH=/opt/acordo/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ACORDO_HOME=/var/lib/acordo ACORDO_CACHE=/opt/acordo/cache

FROM python AS venv
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv
WORKDIR /opt/acordo/src
ENV PIP_CACHE_DIR=/var/cache/pip UV_CACHE_DIR=/var/cache/uv UV_LINK_MODE=copy
COPY requirements-uv.lock requirements.lock ./
RUN --mount=type=cache,target=/var/cache \
    python3 -m venv /opt/acordo/venv \
 && pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock \
 && uv pip install --quiet --python /opt/acordo/venv/bin/python --compile-bytecode --require-hashes -r requirements.lock

# by itself and with what it needs alone: what changes every day fetches nothing again
FROM venv AS asterisk
COPY foundation/__init__.py foundation/home.py foundation/settings.py foundation/system_reasons.py foundation/
COPY foundation/embedded foundation/embedded
RUN apt-get update -qq && python -m foundation.embedded.fetch

FROM venv AS build
COPY pyproject.toml README.md LICENSE ./
COPY foundation foundation
COPY cobranca cobranca
COPY dialer dialer
COPY ura ura
COPY agent_console agent_console
COPY sim sim
COPY asterisk-config asterisk-config
RUN uv pip install --quiet --python /opt/acordo/venv/bin/python --no-deps --no-build-isolation --editable . \
 && python -m compileall -q -j 0 foundation cobranca dialer ura agent_console sim

FROM python AS app
COPY --from=build /opt/acordo/venv /opt/acordo/venv
COPY --from=build /opt/acordo/src /opt/acordo/src
# `acordo doctor` knows by it that other services have containers of their own
RUN touch /opt/acordo/contained
COPY containers/answers.sh /usr/local/bin/answers
WORKDIR /opt/acordo/src
USER acordo
ENTRYPOINT []
CMD ["acordo", "--help"]

FROM app AS switch
COPY --from=asterisk /opt/acordo/cache /opt/acordo/cache

FROM venv AS tests
COPY requirements-dev.lock ./
RUN --mount=type=cache,target=/var/cache \
    uv pip install --quiet --python /opt/acordo/venv/bin/python --compile-bytecode --require-hashes -r requirements-dev.lock
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends espeak-ng git make sip-tester \
 && rm -rf /var/lib/apt/lists/*
# where it is looked for by who reads no settings of ours, as the tests do not
ENV XDG_CACHE_HOME=/opt/acordo/cache
COPY --from=asterisk --chown=acordo:acordo /opt/acordo/cache /opt/acordo/cache/acordo
COPY --chown=acordo:acordo . .
RUN uv pip install --quiet --python /opt/acordo/venv/bin/python --no-deps --no-build-isolation --editable . \
 && python -m compileall -q -j 0 foundation cobranca dialer ura agent_console sim tests \
 && chown acordo:acordo /opt/acordo/src
USER acordo
# tests ask git which files are the project's
RUN git init -q && git add --all
