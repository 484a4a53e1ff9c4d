"""Questions as plain data, and what is pure about them: reading answers, grading, choosing a paper.

A question is the raw value of its block in `assessments.blocks`, frozen into a quiz's snapshot:
`{"id", "type", "stem", "points", …}`. Nothing here touches the database or a request.
"""
