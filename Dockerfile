# Four steps: everything to build, what is needed to run, models that are asked for, and the image itself.
# --build-arg MODELS=standard (or large) puts that set into the image; without it nothing is fetched.
ARG MODELS=embedded
FROM node:24-bookworm-slim AS build
# onnxruntime-node's install script would download CUDA.
ENV ONNXRUNTIME_NODE_INSTALL=skip
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
COPY models ./models
RUN npm run build

FROM node:24-bookworm-slim AS production
ENV ONNXRUNTIME_NODE_INSTALL=skip
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY docker/prune.sh ./docker/
RUN npm ci --omit=dev && npm cache clean --force && sh docker/prune.sh

# Behind a proxy: --build-arg HTTPS_PROXY=... is passed on by the builder. From a mirror: --build-arg MODELS_FROM=URL.
FROM production AS models
ARG MODELS
ARG MODELS_FROM=
COPY --from=build /app/dist ./dist
COPY models/labels ./models/labels
RUN mkdir /pulled \
 && if [ "$MODELS" != embedded ]; then \
      COMPUTE_MODELS_DIR=/pulled node dist/compute-api.cjs models pull --set "$MODELS" ${MODELS_FROM:+--from "$MODELS_FROM"}; \
    fi

FROM node:24-bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="compute-api" \
      org.opencontainers.image.description="A self-hosted image-analysis API that speaks the shapes of the LTU Compute API" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# tini reaps children and hands signals on, whatever runs the container.
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log \
 && mkdir -m 700 /data && chown node:node /data
ENV NODE_ENV=production \
    COMPUTE_DATA_DIR=/data
WORKDIR /app
COPY package.json LICENSE NOTICE ./
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Beside the built ones, where no volume hides them; COMPUTE_MODELS_DIR is for what is pulled later.
COPY --from=models /pulled ./dist/models
COPY models/labels ./models/labels
RUN ln -s /app/dist/compute-api.cjs /usr/local/bin/compute-api && chmod 755 /app/dist/compute-api.cjs
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "/app/dist/compute-api.cjs", "health"]
ENTRYPOINT ["tini", "--", "node", "/app/dist/compute-api.cjs"]
CMD ["serve"]
