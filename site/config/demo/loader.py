"""Puts the demo's content into the page tree, the way editors would: published, then released."""

import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.images import ImageFile
from django.db import transaction
from wagtail.models import Collection, Page

from accounts import people
from accounts.models import User
from accounts.sync import sync_roles
from assessments import importing
from assessments.importing.writing import import_questions
from assets import adding
from assets.models import Document, Image, Video
from certificates import starters
from certificates.models import Certificate, CertificateDesign
from certificates.staff import acts
from commerce.models import Coupon, Offer, OfferCourse, Price
from config import site_tree
from config.demo import content
from config.demo.content import DemoCourse, DemoLesson, DemoOffer, DemoPage
from core import clock, outbox
from course_pages import courses, outline, releases, status
from course_pages.models import (
    CataloguePage,
    Course,
    CourseInstructor,
    CoursePage,
    InstructorProfile,
    LessonPage,
    Level,
    ModulePage,
    Topic,
)
from home.models import HomePage, LandingPage
from learning.models import AccessGrant
from learning.services import access, enrolment, progress

PASSWORD = "lectern-demo"  # noqa: S105 - printed for everybody by load_demo
SEED = uuid.UUID("5b0c7a52-6d0e-4f5a-9f0e-8a55d4d7b6a1")


@dataclass(frozen=True)
class Account:
    """A demo account: who one is, and what one can try."""

    email: str
    name: str
    role: str | None
    purpose: str


ACCOUNTS = [
    Account("student@lectern.example", "Sam Student", None, "studies, half-way through a course"),
    Account(
        "instructor@lectern.example",
        "Ines Instructor",
        "Instructor",
        "writes lessons of the demo courses",
    ),
    Account("editor@lectern.example", "Edda Editor", "Editor", "edits and publishes everything"),
    Account(
        "marketing@lectern.example", "Mara Marketing", "Marketing", "builds landing pages, sells"
    ),
    Account("support@lectern.example", "Sid Support", "Support", "orders, money back, access"),
    Account("admin@lectern.example", "Ada Administrator", "Administrator", "runs the site"),
]


@dataclass
class Loader:
    """One load; remembers what symbolic references became."""

    images: dict[str, Image] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)

    def load(self) -> None:
        """Everything, in one transaction but for the releases that follow it."""
        with transaction.atomic():
            sync_roles()
            users = {account.email: self._account(account) for account in ACCOUNTS}
            self._reference_data()
            starters.ensure()
            home = site_tree.ensure_home(content.HOME.title)
            # Again: some rights are on pages.
            sync_roles()
            catalogue = site_tree.ensure_catalogue(
                home, content.CATALOGUE_TITLE, content.CATALOGUE_SUMMARY
            )
            self.pages["catalogue:"] = catalogue
            made = [self._course(catalogue, course) for course in content.COURSES]
            for offer in content.OFFERS:
                self._offer(offer)
            for coupon in content.COUPONS:
                Coupon.objects.create(
                    code=coupon.code, percent=coupon.percent, limit=coupon.limit, batch="Demo"
                )
            for page in content.LANDING_PAGES + content.STANDARD_PAGES:
                self._page(home, page)
            self._home(home)
            site_tree.point_footer(
                **{name: self.pages[f"page:{name}"] for name in ("imprint", "privacy", "contact")}
            )
        for course in made:
            releases.release(
                course=course, by=users["editor@lectern.example"], notes="First release"
            )
            courses.add_teacher(course=course, user=users["instructor@lectern.example"], by=None)
        self._history(users["student@lectern.example"], made)
        outbox.drain()
        self._certificates(made, by=users["support@lectern.example"])

    def _account(self, account: Account) -> User:
        groups = [account.role] if account.role else []
        return people.create(
            email=account.email, name=account.name, password=PASSWORD, groups=groups
        )

    def _reference_data(self) -> None:
        for order, topic in enumerate(content.TOPICS):
            Topic.objects.create(title=topic.title, slug=topic.slug, sort_order=order)
        for order, level in enumerate(content.LEVELS):
            Level.objects.create(title=level.title, slug=level.slug, sort_order=order)
        for person in content.INSTRUCTORS:
            InstructorProfile.objects.create(
                name=person.name,
                slug=person.slug,
                role=person.role,
                bio=person.bio,
                website=person.website,
                photo=self._image(person.photo, person.name, None),
            )

    def _course(self, catalogue: CataloguePage, source: DemoCourse) -> Course:
        page = CoursePage(
            title=source.title,
            slug=source.slug,
            summary=source.summary,
            level=Level.objects.get(title=source.level),
            outcomes=json.dumps(
                _blocks([("outcome", text) for text in source.outcomes], source.slug)
            ),
        )
        catalogue.add_child(instance=page)
        course = Course.objects.get(lineage=page.translation_key)
        collection = courses.ensure_collection(course)
        page.image = self._image(source.image, source.title, collection)
        page.body = CoursePage.body.field.stream_block.to_python(
            self._resolve(source.body, source.slug, collection)
        )
        page.topics.set(Topic.objects.filter(title__in=source.topics))
        for order, name in enumerate(source.instructors):
            instructor = InstructorProfile.objects.get(name=name)
            page.course_instructors.add(CourseInstructor(instructor=instructor, sort_order=order))
        if source.certificate:
            page.certificate = CoursePage.certificate.field.stream_block.to_python(
                [_item("certificate", self._rule(source), f"{source.slug}/certificate")]
            )
        page.save_revision().publish()
        for module in source.modules:
            module_page = page.add_child(instance=ModulePage(title=module.title, slug=module.slug))
            module_page.save_revision().publish()
            for lesson in module.lessons:
                self._lesson(module_page, lesson, collection)
        self.pages[f"course:{source.slug}"] = page
        return course

    def _rule(self, source: DemoCourse) -> dict[str, Any]:
        design = CertificateDesign.objects.get(title=source.certificate["design"])
        rule = {"percent": None, "valid_months": None} | source.certificate
        return rule | {"design": design.pk}

    def _lesson(self, parent: ModulePage, source: DemoLesson, collection: Collection) -> None:
        page = LessonPage(
            title=source.title,
            slug=source.slug,
            section=source.section,
            minutes=source.minutes,
            required=source.required,
            free_preview=source.free_preview,
            body=json.dumps(self._resolve(source.body, f"{parent.slug}/{source.slug}", collection)),
        )
        parent.add_child(instance=page)
        if source.quiz is not None:
            self._quiz(page, source.title, source.quiz)
        page.save_revision().publish()

    def _quiz(self, page: LessonPage, title: str, path: Path) -> None:
        """Practice at the end of a lesson: it may be taken as often as one likes."""
        course = status.course_of(page)
        assert course is not None
        with importing.load(path) as questions:
            made = import_questions(
                course=course, questions=questions, title=title, by=None, as_quiz=True, publish=True
            )
        assert made is not None
        chosen = {"quiz": made.pk, "title": "", "text": "", "source": ""}
        page.body = LessonPage.body.field.stream_block.to_python(
            [*page.body.raw_data, _item("quiz", chosen, str(path.name))]
        )

    def _offer(self, source: DemoOffer) -> None:
        offer = Offer.objects.create(
            name=source.name,
            description=source.description,
            kind=source.kind,
            interval=source.interval,
            access_days=source.access_days,
            places=source.places,
        )
        for order, slug in enumerate(source.courses):
            course = Course.objects.get(lineage=self.pages[f"course:{slug}"].translation_key)
            OfferCourse.objects.create(offer=offer, course=course, sort_order=order)
        for currency, amount_minor in source.prices.items():
            Price.objects.create(
                offer=offer,
                currency=currency,
                amount_minor=amount_minor,
                compare_at_minor=source.compare_at.get(currency),
                number=1,
                since=clock.now(),
            )
        self.offers[f"offer:{source.slug}"] = offer

    def _page(self, home: HomePage, source: DemoPage) -> LandingPage:
        body = json.dumps(self._resolve(source.body, source.slug, None))
        page = site_tree.ensure_landing_page(
            home, source.slug, title=source.title, summary=source.summary, body=body
        )
        self.pages[f"page:{source.slug}"] = page
        return page

    def _home(self, home: HomePage) -> None:
        home.title = content.HOME.title
        home.summary = content.HOME.summary
        home.body = HomePage.body.field.stream_block.to_python(
            self._resolve(content.HOME.body, "home", None)
        )
        home.save_revision().publish()

    def _resolve(
        self, blocks: list[tuple[str, Any]], seed: str, collection: Collection | None
    ) -> list[dict[str, Any]]:
        resolved = [(kind, self._value(value, collection)) for kind, value in blocks]
        return _blocks(resolved, seed)

    def _value(self, value: Any, collection: Collection | None) -> Any:
        if not isinstance(value, dict):
            return value
        if value.get("video"):
            return self._played(value, collection)
        return {key: self._field(key, item, collection) for key, item in value.items()}

    def _played(self, value: dict[str, Any], collection: Collection | None) -> dict[str, Any]:
        """A block's value with its film made: poster, captions and chapters are the film's."""
        about = {key: value.get(key) or "" for key in ("poster", "captions", "chapters")}
        kept = {key: item for key, item in value.items() if key not in about}
        film = self._video(value["video"], value["title"], collection, about)
        return kept | {"video": film.pk, "title": ""}

    def _field(self, key: str, value: Any, collection: Collection | None) -> Any:
        if key == "image" and value:
            return self._image(value, Path(value).stem, collection).pk
        if key == "file" and value:
            return self._document(value, collection).pk
        if key == "offer":
            return self.offers[value].pk
        if key == "courses":
            return [
                _item("item", self.pages[f"course:{slug}"].pk, f"courses/{slug}") for slug in value
            ]
        if key == "items":
            return [
                _item("item", self._value(item, collection), f"{index}/{item}")
                for index, item in enumerate(value)
            ]
        if isinstance(value, str) and value.startswith(("course:", "page:", "catalogue:")):
            # Pages that come later in the load are known by their path already.
            if value in self.pages:
                return self.pages[value].get_url() or "/"
            return f"/{value.partition(':')[2]}/"
        return value

    def _image(self, path: str, title: str, collection: Collection | None) -> Image:
        if path not in self.images:
            file = content.FILES / path
            with file.open("rb") as handle:
                image = Image(title=title, file=ImageFile(handle, name=file.name))
                if collection is not None:
                    image.collection = collection
                image.save()
            self.images[path] = image
        return self.images[path]

    def _document(self, path: str, collection: Collection | None) -> Document:
        if path not in self.documents:
            file = content.FILES / path
            with file.open("rb") as handle:
                document = Document(title=file.name, file=File(handle, name=file.name))
                if collection is not None:
                    document.collection = collection
                document.save()
            self.documents[path] = document
        return self.documents[path]

    def _video(
        self, path: str, title: str, collection: Collection | None, about: dict[str, str]
    ) -> Video:
        file = content.FILES / path
        with file.open("rb") as handle:
            film = adding.add_video(
                source=File(handle, name=file.name),
                name=file.name,
                title=title,
                collection=collection or Collection.get_first_root_node(),
                by=None,
                stored=[],
                prepared=True,
            )
        film.chapters = about["chapters"]
        if about["poster"]:
            film.poster = self._image(about["poster"], title, collection)
        film.save(update_fields=["chapters", "poster"])
        if about["captions"]:
            with (content.FILES / about["captions"]).open("rb") as handle:
                words = File(handle, name=about["captions"])
                adding.add_captions(film, {"en": words}, stored=[])
        return film

    def _history(self, student: User, made: list[Course]) -> None:
        """The student is half-way through the long course and has finished a short one.

        The long one was a present: the demo can be loaded where nothing can be paid.
        """
        for course in (made[0], made[-1]):
            course.refresh_from_db()
        self._present(student, made[0])
        enrolment.enrol(user=student, course=made[-1])
        for course, share in ((made[0], 0.5), (made[-1], 1.0)):
            self._complete(student, course, share)

    def _present(self, user: User, course: Course) -> None:
        enrolment.grant(
            user=user,
            course=course,
            source=AccessGrant.Source.GIFT,
            source_key=f"demo:{user.pk}",
            starts_at=clock.now(),
            reason="Demo",
        )

    def _complete(self, user: User, course: Course, share: float) -> None:
        """The first part of a course's lessons."""
        assert course.live_release is not None
        lessons = outline.load(course.live_release.outline_id).lessons
        for lesson in lessons[: max(1, round(len(lessons) * share))]:
            progress.complete(seat=access.enter_lesson(user, course.slug, lesson.address))

    def _certificates(self, made: list[Course], *, by: User) -> None:
        """One waits for approval, one is held for its bearer's name, one was revoked."""
        network, bread = made[2], made[3]
        learners = [
            ("wanda", "Wanda Wait", network),
            ("abebe", "አበበ ቢቂላ", bread),
            ("rudi", "Rudi Roe", bread),
        ]
        for login, name, course in learners:
            course.refresh_from_db()
            email = f"{login}@lectern.example"
            user = people.create(email=email, name=name, password=PASSWORD, groups=[])
            self._present(user, course)
            self._complete(user, course, 1.0)
        outbox.drain()
        revoked = Certificate.objects.get(enrolment__user=user)
        acts.revoke(certificate=revoked.pk, reason="Another person had taken the quizzes.", by=by)


def _item(kind: str, value: Any, seed: str) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid5(SEED, seed))}


def _blocks(blocks: list[tuple[str, Any]], seed: str) -> list[dict[str, Any]]:
    return [_item(kind, value, f"{seed}/{index}") for index, (kind, value) in enumerate(blocks)]
