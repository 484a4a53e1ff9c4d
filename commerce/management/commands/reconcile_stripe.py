"""Compares Stripe, orders and access, mends what is safe, and lists the rest."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from commerce import stripe_account
from commerce.services import reconciliation
from core import clock


class Command(BaseCommand):
    help = "Compare Stripe, orders and access; mend what is safe and list what needs a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="how far to look back (30)")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        if not stripe_account.is_set_up():
            raise CommandError("Payments are not set up: STRIPE_SECRET_KEY is empty.")
        report = reconciliation.run(since=clock.now() - timedelta(days=days))
        for line in report.mended:
            self.stdout.write(f"Mended: {line}")
        for line in report.problems:
            self.stdout.write(f"Look at: {line}")
        self.stdout.write(
            f"{report.sessions} sessions and {report.orders} orders compared, "
            f"{len(report.mended)} mended, {len(report.problems)} to look at."
        )
        for line in report.unreached:
            self.stdout.write(f"Not reached: {line}")
        if report.unreached:
            raise CommandError("Stripe did not answer everything. Run this again later.")
