"""`manage.py load_demo`: the demo site, once."""

from typing import Any

from django.core.management.base import BaseCommand

from config.demo.loader import ACCOUNTS, PASSWORD, Loader
from course_pages.models import Course


class Command(BaseCommand):
    help = "Load the demo site into an empty database; does nothing when courses are there already."

    def handle(self, *args: Any, **options: Any) -> None:
        if Course.objects.exists():
            self.stdout.write("The demo site is loaded already.")
        else:
            self.stdout.write("Loading the demo site …")
            Loader().load()
        self.stdout.write(f"\nAccounts (password of all: {PASSWORD})\n")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.email:<28} {account.purpose}")
