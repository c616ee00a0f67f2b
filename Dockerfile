# One image for web, worker, beat and migrate; docker-compose.yml says which it is.
ARG BASE=python:3.13-slim
FROM ${BASE}

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# Certificates as PDF are drawn with Pango; the fonts are for Arabic and the rest of the world.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
       libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --root-user-action=ignore --require-hashes -r requirements.txt

COPY . .
# The code belongs to root and is only read.
RUN useradd --system --no-create-home --home-dir /app --shell /usr/sbin/nologin coalitions \
    && bin/compile-messages \
    && SECRET_KEY=build BASE_URL=https://build.example VAR_DIR=/tmp/build STATIC_ROOT=/app/static-root \
       python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q . \
    && rm -rf /tmp/build \
    && install -d -o coalitions -m 0700 /app/var /app/files /app/seen

USER coalitions
ENV HOST=0.0.0.0 PORT=8000 VAR_DIR=/app/var STATIC_ROOT=/app/static-root
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "bin/ask-ready"]
CMD ["bin/web"]
