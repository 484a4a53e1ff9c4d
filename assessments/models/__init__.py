"""What is asked, and what learners answered."""

from assessments.models.attempts import Allowance, Attempt, Grade
from assessments.models.authoring import QuestionBank, Quiz

__all__ = ["Allowance", "Attempt", "Grade", "QuestionBank", "Quiz"]
