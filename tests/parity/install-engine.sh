#!/bin/sh
# tests/parity/install-engine.sh DIR: DIR/devtools.mjs, the heap snapshot engine of Chrome DevTools as one
# module, from its npm package. The version is the one that the tables in ../shared/data/heaps were made with.
set -eu
mkdir -p "$1"
cd "$1"
npm install --prefix . --no-fund --no-audit --loglevel=error chrome-devtools-frontend@1.0.1705227 esbuild@0.28.2
front=node_modules/chrome-devtools-frontend/front_end
# Made by Chromium's own build; the engine speaks no language, but imports who does.
cat >$front/core/i18n/locales.js <<'EOF'
export const LOCALES = [], BUNDLED_LOCALES = [], DEFAULT_LOCALE = '', REMOTE_FETCH_PATTERN = '', LOCAL_FETCH_PATTERN = '';
EOF
node_modules/.bin/esbuild $front/entrypoints/heap_snapshot_worker/heap_snapshot_worker.ts --bundle \
    --format=esm --platform=node --target=es2022 --log-level=warning --outfile=devtools.mjs
