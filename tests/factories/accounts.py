"""People with confirmed addresses, as allauth and the set-up leave them."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts import people
from accounts.models import User
from accounts.sync import sync_roles

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    """`UserFactory(name="Ada", roles=["Editor"])`; the password is PASSWORD."""

    email = factory.Sequence(lambda number: f"person{number}@example.org")
    name = factory.Sequence(lambda number: f"Person {number}")

    class Meta:
        model = User
        skip_postgeneration_save = True

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        user = model_class(**fields)
        user.set_password(PASSWORD)
        user.save()
        people.confirm(user)
        return user

    @factory.post_generation
    def roles(self, create: bool, names: list[str] | None, **kwargs: Any) -> None:
        if names:
            sync_roles()
            people.create(email=self.email, groups=names)
