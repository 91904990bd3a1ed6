"""Colours and type of the charts, on a light and on a dark page. Colours are told apart without hue vision."""

from typing import Any, Literal

Mode = Literal["light", "dark"]
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif'
SERIES = ("#1f77b4", "#d1690e", "#12876f", "#8d5fc4", "#906030", "#7b8794", "#b0489a")
"""Of what the model says; each has a contrast of at least 3 on both pages."""
DASHES = ((1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (4, 6), (6, 2, 1, 2, 1, 2), (1, 4))
"""Of the medians, so that hue is not all that tells them apart."""
PUBLISHERS = ("#b8336a", "#7d7220", "#4b6fd0", "#a4562c", "#2f8a3e", "#6b7a86", "#9d4bbd", "#00838f")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
CONTROL: dict[Mode, tuple[str, ...]] = {
    "light": ("#f6f0e0", "#f0c987", "#dc8a4b", "#ad4a3c", "#6d1d3f", "#2f0b33"),
    "dark": ("#39343f", "#63304f", "#a3434a", "#dc7f42", "#f3c06d", "#fdf2cc"),
}
"""Share held, from none to all: away from the page in lightness throughout, so it reads without hue."""
DIVERGING: dict[Mode, tuple[str, ...]] = {
    "light": ("#ec9550", "#f8dcc3", "#f6f7f9", "#c8dff2", "#6eb0e0"),
    "dark": ("#a3560f", "#5a3a1c", "#1c222b", "#1d3d59", "#2769a1"),
}
"""From less to more through nothing, orange to blue; pale or dark enough for numbers on it to be read."""
_INK = {
    "light": {
        "text": "#1c2430",
        "soft": "#5a6675",
        "grid": "#e4e8ec",
        "axis": "#9aa5b1",
        "page": "#ffffff",
        "land": "#e4e8ec",
    },
    "dark": {
        "text": "#e6eaf0",
        "soft": "#a3b0be",
        "grid": "#2b343f",
        "axis": "#5f6c7a",
        "page": "#151a21",
        "land": "#20272f",
    },
}


def config(mode: Mode) -> dict[str, Any]:
    """Vega-Lite `config` for a page in `mode`; the specs themselves name no colour of the page."""
    ink = _INK[mode]
    words = {
        "labelColor": ink["soft"],
        "titleColor": ink["soft"],
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
    }
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {**words, "gridColor": ink["grid"], "domainColor": ink["axis"], "tickColor": ink["axis"]},
        "axisY": {"domain": False, "ticks": False, "titleAnchor": "end", "labelPadding": 6},
        "axisX": {"grid": False, "labelFlush": True},
        "legend": {**words, "labelColor": ink["text"], "symbolStrokeWidth": 2, "labelLimit": 330},
        "title": {"color": ink["text"], "fontSize": 13, "anchor": "start", "subtitleColor": ink["soft"]},
        "text": {"fill": ink["text"], "fontSize": 12},
        "range": {
            "category": list(SERIES),
            "heatmap": list(CONTROL[mode]),
            "ramp": list(CONTROL[mode]),
            "diverging": list(DIVERGING[mode]),
        },
        "style": {
            "halo": {"stroke": ink["page"], "strokeWidth": 1},
            "cursor": {"color": ink["text"]},
            "land": {"color": ink["land"], "filled": True, "stroke": ink["page"], "strokeWidth": 0.6},
            "border": {"stroke": ink["page"], "strokeWidth": 0.5},
        },
    }
