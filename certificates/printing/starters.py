"""Designs that a site begins with."""

from .design import Design

_STATEMENT = (
    "has successfully completed the course\n{course}\non {date}.\nThe final score was {score}."
)
_CLOSING = "Issued by {issuer}.\nValid until {expires}."

STARTERS: tuple[Design, ...] = (
    Design(
        lineage="", title="Classic", size="a4", orientation="landscape", style="classic",
        ink="#2a2320", accent="#7a5a1e", paper="#fffdf7",
        heading="Certificate of Completion", lead="This is to certify that",
        statement=_STATEMENT, closing=_CLOSING, qr="right", serial="left",
        background=0, logo=0, signatories=(),
    ),
    Design(
        lineage="", title="Modern", size="a4", orientation="landscape", style="modern",
        ink="#15202b", accent="#0f5e8c", paper="#ffffff",
        heading="Certificate of completion", lead="Awarded to",
        statement="for completing the course\n{course}\non {date}.\nThe final score was {score}.",
        closing=_CLOSING, qr="right", serial="left",
        background=0, logo=0, signatories=(),
    ),
    Design(
        lineage="", title="Plain", size="letter", orientation="portrait", style="plain",
        ink="#22252b", accent="#8a2b3a", paper="#ffffff",
        heading="Certificate of Completion", lead="This certifies that",
        statement=_STATEMENT, closing=_CLOSING, qr="right", serial="left",
        background=0, logo=0, signatories=(),
    ),
)  # fmt: skip
