"""The editor's forms of quizzes and banks, in tabs and in plain words."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    PublishingPanel,
    TabbedInterface,
)

from course_pages import status

HOW = _(
    "Press the plus sign and pick a kind of question; each shows how learners will see it. "
    "“Draw from a bank” asks other questions in every attempt."
)
HOW_BANK = _(
    "Press the plus sign and pick a kind of question. Quizzes of this course draw from here: in a "
    "quiz, add “Draw from a bank”. With tags a quiz can draw from a part of the bank."
)
WHEN = _(
    "Changes reach learners with the next release. Who has begun finishes by the rules of then."
)


class RefusedPanel(Panel):
    """Why the course's last release was refused: often for a quiz, or for a bank it draws from."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "assessments/authoring/refused.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            course = self.instance.course
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"course": course, "why": status.refusal(course)}

        def is_shown(self) -> bool:
            known = bool(self.instance.pk and self.instance.course_id)
            return known and bool(self.instance.course.problem) and super().is_shown()


QUESTIONS = [
    RefusedPanel(),
    FieldPanel("title", help_text=_("What learners see above the questions.")),
    FieldPanel("course"),
    FieldPanel("intro", help_text=_("What to know before starting, for example what may be used.")),
    FieldPanel("questions", help_text=HOW),
]

RULES = [
    HelpPanel(str(WHEN)),
    MultiFieldPanel(
        [
            FieldPanel(
                "pass_mark",
                help_text=_("How many of the points one needs: 60 is six of ten, 0 lets all pass."),
            ),
            FieldPanel("required"),
        ],
        heading=_("To pass"),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel(
                [
                    FieldPanel("attempts"),
                    FieldPanel(
                        "cooldown_minutes",
                        help_text=_("How long to wait before trying again; 0 is not at all."),
                    ),
                ]
            ),
            FieldPanel(
                "counts", help_text=_("Which result stands in the gradebook after several tries.")
            ),
        ],
        heading=_("Trying again"),
    ),
    MultiFieldPanel(
        [
            FieldPanel(
                "time_limit_minutes",
                help_text=_(
                    "Left open: as long as one likes. When time is up, what is answered is handed "
                    "in by itself."
                ),
            ),
            FieldRowPanel(
                [
                    FieldPanel("opens_at", help_text=_("Left open: from the release on.")),
                    FieldPanel("closes_at", help_text=_("Left open: it never closes.")),
                ]
            ),
        ],
        heading=_("Time"),
    ),
]

APPEARANCE = [
    MultiFieldPanel(
        [
            FieldPanel("layout"),
            FieldPanel(
                "shuffle_questions", help_text=_("Every learner gets an order of their own.")
            ),
            FieldPanel(
                "shuffle_choices",
                help_text=_("Leave it off where a choice says “all of the above”."),
            ),
        ],
        heading=_("While answering"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("show_score", help_text=_("Points and percent.")),
            FieldPanel(
                "show_answers",
                help_text=_("Who may try again should not have seen them: wait until they passed."),
            ),
            FieldPanel(
                "show_feedback", help_text=_("What you wrote at the choices and as explanation.")
            ),
        ],
        heading=_("Afterwards, learners are told"),
    ),
]

QUIZ = TabbedInterface(
    [
        ObjectList([*QUESTIONS, PublishingPanel()], heading=_("Questions")),
        ObjectList(RULES, heading=_("Rules")),
        ObjectList(APPEARANCE, heading=_("Appearance")),
    ]
)

BANK = ObjectList(
    [
        RefusedPanel(),
        FieldPanel("title", help_text=_("For you and the other teachers; learners do not see it.")),
        FieldPanel("course"),
        FieldPanel("questions", help_text=HOW_BANK),
        PublishingPanel(),
    ]
)
