"""Model fields that mean the same on SQLite, MariaDB and MySQL."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class ExactCharField(models.CharField[str, str]):
    """Text compared byte for byte: codes, digests, addresses, normalised e-mails.

    MariaDB's and MySQL's usual collations take É for e; SQLite does not, and knows no
    `utf8mb4_bin`, so the collation is asked for only where it exists.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters: Any = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters
