"""`manage.py sync_roles`: give every role exactly the rights that the code names."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.sync import sync_roles


class Command(BaseCommand):
    help = "Bring the roles' rights in line with accounts/roles.py; says what changed."

    def handle(self, *args: Any, **options: Any) -> None:
        changes = sync_roles()
        for change in changes:
            self.stdout.write(change)
        self.stdout.write(f"Roles are in order; {len(changes)} changes.")
