"""The component types of Open edX, and what becomes of those that have no block here."""

# Blocks that hold other blocks and mean something that we do not do yet.
CHOOSERS = {
    "split_test": "every group's content is shown, one after the other",
    "library_content": "all questions are shown instead of a random draw",
    "itembank": "all questions are shown instead of a random draw",
    "randomize": "everything is shown instead of a random choice",
    "conditional": "shown without its condition",
    "wrapper": "its parts are shown as they are",
    "problemset": "its parts are shown as they are",
}

ACTIVITIES = {
    "openassessment": "open response assessment",
    "lti": "external tool",
    "lti_consumer": "external tool",
    "drag-and-drop-v2": "drag and drop",
    "edx_sga": "assignment with upload",
    "staffgradedxblock": "staff graded points",
    "done": "“mark as done” button",
    "annotatable": "annotation exercise",
    "discussion": "discussion",
    "poll": "poll",
    "poll_question": "poll",
    "survey": "survey",
    "rate": "rating",
    "scorm": "SCORM package",
    "h5pxblock": "H5P package",
    "google-calendar": "Google calendar",
    "google-document": "Google document",
    "word_cloud": "word cloud",
    "library_sourced": "content from a library",
    "azure_media_services": "video on Azure Media Services",
    "wiki": "wiki",
}


# Component types that have files of their own in an export.
FILED = {
    "course", "chapter", "sequential", "vertical", "html", "problem", "video",
    "split_test", "library_content", "conditional", "annotatable", "randomize", "wrapper",
}  # fmt: skip

# The written list (docs/import.md): only these may be named in the report and left at that.
MERELY_REPORTED = ACTIVITIES | {
    "problem": "questions that compute or need a program of their own: text kept, marked",
    "video": "videos without an address: transcript kept, marked",
    "html": "text whose file is missing or cannot be read",
    "chapter": "chapters with nothing to show, or used a second time",
    "sequential": "sections that are empty, for staff only, or used a second time",
    "vertical": "units that are empty, for staff only, or used a second time",
    "page": "pages beside the lessons, updates and handouts",
    "file": "files that nothing in the course points to",
    "draft": "what is not published in the source",
    "unused": "definitions that nothing in the course points to",
}
