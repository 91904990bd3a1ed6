"""Signs that an encoding lacks, written with the nearest ones of ASCII, each as long as it can be read."""

import unicodedata

NAME = "fissure-legible"
"""Under which `legible` is to be found among the error handlers of `codecs`."""

# fmt: off
_NEAREST = {
    "–": "-", "—": "-", "‒": "-", "−": "-", "‐": "-", "‑": "-", "×": "x", "·": "-", "•": "*", "…": "...", "⁄": "/",
    "∕": "/", "÷": "/", "±": "+-", "≈": "~", "≠": "!=", "≤": "<=", "≥": ">=", "→": "->", "←": "<-", "↔": "<->",
    "⇒": "=>", "↕": ":", "⇄": "%", "▲": "^", "▼": "v", "↑": "^", "↓": "v", "◆": "#", "┌": "/", "└": "\\", "✓": "+",
    "✔": "+", "✗": "x", "✘": "x", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"', "‘": "'", "’": "'",
    "‚": "'", "′": "'", "ʿ": "'", "ʾ": "'", "∞": "inf", "√": "sqrt", "€": "EUR", "£": "GBP", "§": "S.", "°": " deg",
    "µ": "u", "σ": "sigma", "μ": "mu", "α": "alpha", "β": "beta", "ρ": "rho", "θ": "theta", "Δ": "Delta", "ß": "ss",
    "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "\u200b": "",
    "\ufeff": "",
}
# fmt: on
_ACROSS, _DOWN = "─━═╌╍┄┅┈┉╴╶╸╺", "│┃║╎╏┆┇┊┋╵╷╹╻"


def legible(error: UnicodeError) -> tuple[str, int]:
    """What to write in place of signs that cannot be encoded; an error handler for `codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    before = error.object[error.start - 1 : error.start].rjust(1) + lacking
    return "".join(map(_nearest, lacking, before)), error.end


def _nearest(sign: str, before: str) -> str:
    """`sign`, which comes after `before`, in ASCII; a question mark where nothing is near."""
    if sign in _NEAREST:
        return _NEAREST[sign]
    if "\u2500" <= sign <= "\u259f":
        return "-" if sign in _ACROSS else "|" if sign in _DOWN else "#" if sign >= "\u2580" else "+"
    plain = "".join(x if x.isascii() else _NEAREST.get(x, "") for x in unicodedata.normalize("NFKD", sign))
    if unicodedata.decomposition(sign).startswith("<super>") and plain:
        return plain if unicodedata.decomposition(before).startswith("<super>") else f"^{plain}"
    if unicodedata.decomposition(sign).startswith("<fraction>"):
        return f" {plain}" if before.isdigit() else plain
    return plain or (" " if sign.isspace() else "" if unicodedata.combining(sign) else "?")
