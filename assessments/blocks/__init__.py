"""The blocks that questions are written with; their raw values are `assessments.questions.data`."""

from assessments.blocks.questions import QUESTION_TYPES, BankQuestions, QuizQuestions

__all__ = ["QUESTION_TYPES", "BankQuestions", "QuizQuestions"]
