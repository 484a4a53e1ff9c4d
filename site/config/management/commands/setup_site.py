"""`manage.py setup_site`: what a new site needs before anybody signs in."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from wagtail.models import Site

from accounts import people
from accounts.models import User
from accounts.roles import ADMINISTRATOR
from accounts.sync import sync_roles
from certificates import starters
from config import site_tree
from home.models import HomePage, LandingPage, SiteSettings

STANDARD_PAGES = {"imprint": "Imprint", "privacy": "Privacy", "contact": "Contact"}


class Command(BaseCommand):
    help = (
        "Prepare a new site: roles, home page, catalogue, imprint, privacy and contact pages, "
        "designs of certificates, and an administrator's account. Run it again at any time: it "
        "adds what is missing and changes nothing else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", help="Address of the first administrator.")
        parser.add_argument("--name", default="", help="The administrator's name.")
        parser.add_argument(
            "--print-link",
            action="store_true",
            help="Print the link for setting the administrator's password instead of mailing it.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        if email:
            try:
                validate_email(email)
            except ValidationError:
                raise CommandError(f"--email: {email!r} is no e-mail address.") from None
        with transaction.atomic():
            self.pages()
            self.roles()
            self.designs()
            invited = self.administrator(email, options["name"]) if email else None
        if invited is not None:
            self.password(invited, print_link=options["print_link"])
        self.left_to_do()

    def pages(self) -> None:
        """After this the tree has all that the footer and the header link to."""
        fresh = not HomePage.objects.exists()
        home = site_tree.ensure_home(settings.WAGTAIL_SITE_NAME)
        site_tree.ensure_catalogue(home)
        made = []
        for slug, title in STANDARD_PAGES.items():
            if not LandingPage.objects.child_of(home).filter(slug=slug).exists():
                made.append(title)
            # Each parent anew: treebeard counts children on the instance.
            home = HomePage.objects.get(pk=home.pk)
            page = site_tree.ensure_landing_page(home, slug, title=title)
            site_tree.point_footer(**{slug: page})
        self.stdout.write("Home page and catalogue: " + ("made." if fresh else "there."))
        self.stdout.write("Standard pages: " + (f"made {', '.join(made)}." if made else "there."))
        site = Site.objects.get(is_default_site=True)
        self.stdout.write(f"Site: answers as {site.hostname}, port {site.port} (from BASE_URL).")

    def roles(self) -> None:
        changes = sync_roles()
        self.stdout.write(f"Roles: {f'{len(changes)} changes made' if changes else 'in order'}.")

    def designs(self) -> None:
        made = [design.title for design in starters.ensure()]
        told = f"made {', '.join(made)}." if made else "there."
        self.stdout.write(f"Designs of certificates: {told}")

    def administrator(self, email: str, name: str) -> User:
        try:
            user = people.create(email=email, name=name, groups=[ADMINISTRATOR.name])
        except people.AddressTaken:
            raise CommandError(f"{email} is a second address of another account.") from None
        self.stdout.write(f"Administrator: {user.email}.")
        return user

    def password(self, user: User, *, print_link: bool) -> None:
        """Once somebody has set a password here there is nothing to send."""
        if user.has_usable_password():
            return
        if print_link:
            self.stdout.write(f"Set the password here, once:\n  {people.password_link(user)}")
            return
        try:
            people.invite(user)
        except OSError as error:
            self.stderr.write(
                f"The mail to {user.email} could not be sent ({error}). Check EMAIL_URL, or run "
                "this command again with --print-link."
            )
        else:
            self.stdout.write(f"Sent {user.email} a link for setting a password.")

    def left_to_do(self) -> None:
        todo = []
        if not User.objects.filter(groups__name=ADMINISTRATOR.name).exists():
            todo.append(
                "Name the first administrator: manage.py setup_site --email=you@example.org"
            )
        footer = SiteSettings.for_site(Site.objects.get(is_default_site=True))
        empty = [slug for slug in STANDARD_PAGES if not _is_written(getattr(footer, f"{slug}_id"))]
        if empty:
            todo.append(f"Write these pages in the admin: {', '.join(empty)}.")
        if not settings.REDIS_URL:
            todo.append(
                "Keep `manage.py work` running beside the web server: it does the queue's work."
            )
        self.stdout.write("\nLeft to do:" if todo else "\nNothing is left to do.")
        for line in todo:
            self.stdout.write(f"  - {line}")


def _is_written(page_id: int | None) -> bool:
    page = LandingPage.objects.filter(pk=page_id).first()
    return page is None or bool(page.body)
