#!/usr/bin/env python3
"""Turns a terminal's screen into an SVG: `tmux capture-pane -e -N -p | docs/capture.py >docs/browse.svg`.

Knows the attributes that the browser uses: bold, dim, underline, reverse, the eight colours and
their bright forms. A developer's tool: nothing in the build needs it. How docs/browse.svg was made:

    tmux new-session -d -s doc -x 100 -y 26 'build/release/mortem browse samples/shop.heapsnapshot.zst'
    tmux set -t doc status off
    tmux send-keys -t doc 4     # when the first screen is there
    tmux capture-pane -t doc -e -N -p | docs/capture.py >docs/browse.svg
"""
import re
import sys
import unicodedata
from xml.sax.saxutils import escape

CELL_WIDTH, CELL_HEIGHT, MARGIN = 8.4, 18, 12
FOREGROUND, BACKGROUND = "#d4d4d4", "#1e1e1e"
COLORS = ["#3b3b3b", "#f14c4c", "#3fb950", "#d7ba7d", "#569cd6", "#d670d6", "#4ec9b0", "#d4d4d4"]


def apply_sgr(style, codes):
    for code in [int(c or 0) for c in codes.split(";")]:
        if code == 0:
            style.clear()
        elif code in (1, 2, 4, 7):
            style[code] = True
        elif code in (22, 24, 27):
            style.pop(code - 20, None)
            if code == 22:
                style.pop(1, None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["color"] = COLORS[code % 10]
        elif code == 39:
            style.pop("color", None)


def runs(line, style):
    """(text, style) of each stretch of one look; the style goes on in the next line."""
    for part in re.split(r"(\x1b\[[0-9;]*m|\x0f|\x0e)", line):
        if part.startswith("\x1b["):
            apply_sgr(style, part[2:-1])
        elif part and part not in "\x0e\x0f":
            yield part, dict(style)


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def draw_run(text, style, column, row):
    x, y, width = MARGIN + column * CELL_WIDTH, MARGIN + row * CELL_HEIGHT, columns(text) * CELL_WIDTH
    ink, paper = style.get("color", FOREGROUND), BACKGROUND
    if 7 in style:
        ink, paper = paper, ink
        yield f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{CELL_HEIGHT}" fill="{paper}"/>'
    if not text.strip():
        return
    extra = ' font-weight="bold"' if 1 in style else ""
    extra += ' opacity="0.6"' if 2 in style else ""
    extra += ' text-decoration="underline"' if 4 in style else ""
    yield (f'<text x="{x:.1f}" y="{y + 13}" textLength="{width:.1f}" xml:space="preserve" '
           f'fill="{ink}"{extra}>{escape(text)}</text>')


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    style, shapes, widest = {}, [], 0
    for row, line in enumerate(lines):
        column = 0
        for text, look in runs(line, style):
            shapes += draw_run(text, look, column, row)
            column += columns(text)
        widest = max(widest, column)
    width, height = widest * CELL_WIDTH + 2 * MARGIN, len(lines) * CELL_HEIGHT + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
          'font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" '
          'font-size="14">')
    print(f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>')
    print("\n".join(shapes))
    print("</svg>")


main()
