"""What is asked, and what learners answered."""

from assessments.models.attempts import Allowance, Attempt, Grade
from assessments.models.authoring import QuestionBank, Quiz
from assessments.models.staff import Regrade, RegradeEffect, StaffAction

__all__ = [
    "Allowance",
    "Attempt",
    "Grade",
    "QuestionBank",
    "Quiz",
    "Regrade",
    "RegradeEffect",
    "StaffAction",
]
