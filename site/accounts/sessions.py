"""Sessions in the database, as Django keeps them, that know whose they are.

So a person comes with their session, by one statement that is written once.
"""

from datetime import datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from accounts.models import Session, User
from core import clock
from core.prepared import Prepared

OPEN = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now).select_related(
        "user__wagtail_userprofile"
    ),
    key=str,
    now=datetime,
)


class SessionStore(db.SessionStore):
    _person: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    @property
    def person(self) -> User | None:
        """Whoever the session's row names; whether they are in is for `accounts.middleware`."""
        self._get_session()  # type: ignore[attr-defined]
        return self._person

    def _get_session_from_db(self) -> Session | None:
        for session in OPEN(key=self.session_key or "", now=clock.now()):
            self._person = session.user
            return session
        self._session_key = None
        return None

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        session.user_id = data.get(SESSION_KEY)
        return session
