"""Questions that the picker of blocks shows, one of each type, as raw values."""

from typing import Any

Raw = dict[str, Any]


def _asked(words: str, **answers: Any) -> Raw:
    return {"stem": [{"type": "text", "value": f"<p>{words}</p>"}], "points": "1", **answers}


def _choices(*texts: str) -> list[Raw]:
    """Choices of which the first is right."""
    return [{"text": text, "correct": not number} for number, text in enumerate(texts)]


SINGLE = _asked(
    "Which chart shows best how a share changed over ten years?",
    choices=_choices("A line chart", "Ten pie charts", "A table of percentages"),
)
MULTIPLE = _asked(
    "What makes a bar chart honest?",
    choices=_choices("Its axis begins at zero", "Its bars are equally wide", "It has a shadow"),
)
TRUEFALSE = _asked("A bar chart may begin at any value that suits its data.", answer="false")
SHORT = _asked(
    "What is the line called that a chart’s values are read from?", answers=[{"text": "axis"}]
)
NUMBER = _asked(
    "A share rises from 20 % to 25 %. By how many percentage points does it rise?",
    answers=[{"value": "5"}],
)
ORDER = _asked(
    "In which order is a chart made?",
    items=[{"text": "Ask a question"}, {"text": "Find data"}, {"text": "Draw"}],
)
MATCH = _asked(
    "Which chart is for what?",
    pairs=[
        {"left": "Line chart", "right": "A change over time"},
        {"left": "Bar chart", "right": "Amounts side by side"},
        {"left": "Scatter plot", "right": "How two figures go together"},
    ],
)
BLANKS = _asked(
    "Fill in the gaps.",
    text="A [bar] chart compares amounts, a [line] chart shows a change over time.",
)
LONG = _asked(
    "Describe a chart that misled you, and how you would draw it.",
    rubric=[{"criterion": "Names what misleads", "points": "2"}],
)
