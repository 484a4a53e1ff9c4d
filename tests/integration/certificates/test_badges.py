"""Open Badges: signed here, checked by ourselves, by 1EdTech's schema and by another library."""

import base64
import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from joserfc.jwk import OKPKey
from openbadgeslib.ob3 import OB3Verifier
from openbadgeslib.ob3.verifier import OB3VerificationError
from pytest_django import Settings

from certificates.badges import documents, keys
from certificates.badges.verifying import NotABadge, verify
from certificates.models import Certificate, CertificateEvidence
from certificates.services import issuing
from core import clock, outbox
from tests.factories import certificates as given
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
DATA = os.environ.get("LECTERN_SHARED_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="LECTERN_SHARED_DATA is not set")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def path_of(certificate: Certificate, what: str = "badge.jwt", number: int = 1) -> str:
    return f"/certificates/{certificate.public_id}/{number}/{what}"


def badge_of(certificate: Certificate, number: int = 1) -> str:
    response = Client().get(path_of(certificate, number=number))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/vc+jwt"
    return str(response.text)


def public_keys() -> list[OKPKey]:
    """As somebody else has them: from the site's address for keys."""
    response = Client().get("/.well-known/jwks.json")
    return [OKPKey.import_key(one) for one in response.json()["keys"]]


def read(path: str) -> Any:
    response = Client().get(path)
    assert response.status_code == 200, path
    assert response["Access-Control-Allow-Origin"] == "*"
    return json.loads(response.content)


def local(address: str) -> str:
    return address.removeprefix("http://localhost:8000")


# --- What is issued


def test_a_badge_verifies_with_the_keys_at_their_address() -> None:
    certificate = given.earned(given.course(title="Charts", valid_months=12), "Ada Lovelace")
    badge = verify(badge_of(certificate), public_keys(), now=clock.now())
    said = badge.credential
    assert said["credentialSubject"]["achievement"]["name"] == "Charts"
    assert local(said["id"]) == f"/certificates/{certificate.public_id}/1/"
    assert said["validUntil"]
    assert read(local(badge.signed_by))["kid"] == badge.signed_by


def test_another_library_verifies_it_too() -> None:
    """openbadgeslib knows none of our code. Seen to fail: with alg Ed25519, which it refuses."""
    certificate = given.earned(given.course(title="Charts", valid_months=12))
    pem = public_keys()[0].as_pem(private=False).decode()
    found = OB3Verifier(pubkey_pem=pem).verify(badge_of(certificate))
    assert found.achievement.name == "Charts"
    assert found.issuer.name == "Lectern"
    assert local(found.issuer.id) == "/badges/issuer/"
    other = OKPKey.generate_key("Ed25519").as_pem(private=False).decode()
    with pytest.raises(OB3VerificationError, match="signature"):
        OB3Verifier(pubkey_pem=other).verify(badge_of(certificate))


@needs_data
@pytest.mark.parametrize("months", [None, 12])
def test_it_is_as_1edtechs_schema_wants_it(months: int | None) -> None:
    """Seen to fail: without issuanceDate."""
    schema = json.loads(
        Path(DATA or "", "badges/ob_v3p0_achievementcredential_schema_draft4.json").read_text()
    )
    check = fastjsonschema.compile(schema)
    said = read(path_of(given.earned(given.course(valid_months=months)), "badge.json"))
    check(said)
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        check(said | {"credentialStatus": {"type": "1EdTechRevocationList"}})


def test_the_same_print_is_the_same_badge() -> None:
    certificate = given.earned()
    assert badge_of(certificate) == badge_of(certificate)


def test_whose_it_is_stands_there_for_those_who_know() -> None:
    """Neither name nor address in the clear. Seen to fail: with the identity not hashed."""
    certificate = given.earned(name="Ada Lovelace", email="ada@example.org")
    token = badge_of(certificate)
    payload = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    assert "Ada" not in payload
    assert "ada@example.org" not in payload
    [identity] = json.loads(payload)["credentialSubject"]["identifier"]
    digest = hashlib.sha256(f"ada@example.org{identity['salt']}".encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${digest}"
    assert identity["hashed"] is True
    second = given.earned(given.course(title="Second"), email="grace@example.org")
    assert identity["salt"] not in badge_of(second)


def test_while_the_name_is_hidden_it_is_for_its_holder_alone() -> None:
    """Seen to fail: with the badge open to who knows the address."""
    certificate = given.earned()
    issuing.hide_name(certificate=certificate.pk, hidden=True)
    holder, stranger = Client(), Client()
    holder.force_login(certificate.enrolment.user)
    stranger.force_login(UserFactory())
    for what in ("badge.jwt", "badge.json"):
        path = path_of(certificate, what)
        assert [one.get(path).status_code for one in (holder, stranger, Client())] == [
            200,
            404,
            404,
        ]
    page = Client().get(f"/certificates/{certificate.public_id}/").text
    assert "badge.jwt" not in page


def test_issuer_and_achievement_stand_at_their_addresses() -> None:
    certificate = given.earned(given.course(title="Charts", when="completed"))
    said = read(path_of(certificate, "badge.json"))
    issuer, achievement = said["issuer"], said["credentialSubject"]["achievement"]
    assert read(local(issuer["id"])).items() >= issuer.items()
    assert read(local(achievement["id"])).items() >= achievement.items()


def test_nothing_is_told_of_releases_that_gave_no_certificate() -> None:
    """Seen to fail: with every release's title told."""
    course = given.course(title="Secret")
    path = f"/badges/achievements/{course.lineage}/1/"
    assert Client().get(path).status_code == 404
    # Held: earned, and not issued.
    given.earned(course, name="")
    assert Client().get(path).status_code == 404
    given.earned(course)
    assert Client().get(path).status_code == 200
    assert Client().get(path.replace("/1/", "/2/")).status_code == 404


# --- What becomes of it


def test_one_that_is_revoked_is_on_its_list_without_the_reasons_words() -> None:
    """Seen to fail: with the note of the certificate in the list."""
    certificate = given.earned()
    said = read(path_of(certificate, "badge.json"))
    status = said["credentialStatus"]
    assert status["type"] == "1EdTechRevocationList"
    assert read(local(status["id"]))["revokedCredentials"] == []
    issuing.revoke(certificate=certificate.pk, reason="Bea told us", by=UserFactory())
    listed = read(local(status["id"]))
    assert listed["issuer"] == said["issuer"]["id"]
    [entry] = listed["revokedCredentials"]
    assert (entry["id"], entry["revoked"]) == (said["id"], True)
    assert "Bea" not in json.dumps(listed)
    for what in ("badge.jwt", "badge.json"):
        gone = Client().get(path_of(certificate, what))
        assert (gone.status_code, gone.json()) == (410, {"status": "revoked"})


def test_one_that_is_replaced_is_on_its_list_and_the_new_one_is_not() -> None:
    certificate = given.earned(name="Ada Lovelase")
    issuing.issue_again(certificate=certificate.pk, reason="Typo", by=UserFactory(), name="Ada")
    outbox.drain()
    old, new = (read(path_of(certificate, "revocations/", number)) for number in (1, 2))
    assert [one["revocationReason"] for one in old["revokedCredentials"]] == [
        "Replaced by a newer credential."
    ]
    assert new["revokedCredentials"] == []
    assert Client().get(path_of(certificate)).status_code == 410
    verify(badge_of(certificate, 2), public_keys(), now=clock.now())


def test_one_that_has_expired_says_so_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = given.earned(given.course(valid_months=1))
    token, known = badge_of(certificate), public_keys()
    later = clock.now() + timedelta(days=40)
    with pytest.raises(NotABadge, match="expired"):
        verify(token, known, now=later)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert Client().get(path_of(certificate)).json() == {"status": "expired"}


def test_once_the_evidence_is_erased_there_is_none() -> None:
    certificate = given.earned()
    CertificateEvidence.objects.all().delete()
    for what in ("badge.jwt", "badge.json", "revocations/"):
        assert Client().get(path_of(certificate, what)).status_code == 404


# --- Keys


def test_without_a_key_there_are_no_badges_and_none_are_offered(settings: Settings) -> None:
    settings.BADGE_SIGNING_KEY = ""
    certificate = given.earned()
    achievement = f"/badges/achievements/{certificate.course.lineage}/1/"
    for path in (path_of(certificate), path_of(certificate, "badge.json"), "/badges/issuer/",
                 "/.well-known/jwks.json", achievement):  # fmt: skip
        assert Client().get(path).status_code == 404, path
    client = Client()
    client.force_login(certificate.enrolment.user)
    assert "badge" not in client.get(f"/certificates/{certificate.public_id}/yours/").text
    assert "badge.jwt" not in client.get(f"/certificates/{certificate.public_id}/").text
    assert client.get(f"/certificates/{certificate.public_id}.json").json()["badge"] is None


def test_a_new_key_signs_and_the_old_one_still_verifies(settings: Settings) -> None:
    certificate = given.earned()
    token, old = badge_of(certificate), settings.BADGE_SIGNING_KEY
    new = OKPKey.generate_key("Ed25519").as_pem(private=True).decode()
    settings.BADGE_SIGNING_KEY = (new + old).replace("\n", "\\n")
    assert len(public_keys()) == 2
    assert not any("d" in one.as_dict() for one in public_keys())
    first = verify(badge_of(certificate), public_keys(), now=clock.now())
    assert verify(token, public_keys(), now=clock.now()).signed_by != first.signed_by


@pytest.mark.parametrize("form", ["jwk", "set"])
def test_a_key_may_be_a_jwk(settings: Settings, form: str) -> None:
    made: Any = OKPKey.generate_key("Ed25519").as_dict(private=True)
    settings.BADGE_SIGNING_KEY = json.dumps(made if form == "jwk" else {"keys": [made]})
    verify(badge_of(given.earned()), public_keys(), now=clock.now())


@pytest.mark.parametrize("text", ["x", "{}", "{", '{"kty":"oct","k":"YWJj"}', '{"keys":[]}'])
def test_what_is_no_key_is_named(settings: Settings, text: str) -> None:
    settings.BADGE_SIGNING_KEY = text
    with pytest.raises(ImproperlyConfigured, match="BADGE_SIGNING_KEY"):
        keys.known()


# --- Our verifier, over badges of others


def sample(name: str) -> str:
    return Path(DATA or "", "badges/ob30-samples", name).read_text()


@needs_data
@pytest.mark.parametrize(
    "name",
    [
        "complete.json",
        "sd__derivedcredential.json",
        "simple-context-alias.json",
        "simple-context-version.json",
        "simple.1ob",
        "simple.json",
        "simple_v1.json",
        "velocity.jwt",
    ],
)
def test_badges_of_others_are_in_order(name: str) -> None:
    assert verify(sample(name), now=NOW).signed_by == ""


@needs_data
def test_a_badge_of_others_held_while_it_was_valid() -> None:
    verify(sample("complete_v1.json"), now=datetime(2015, 6, 1, tzinfo=UTC))
    with pytest.raises(NotABadge, match="has expired"):
        verify(sample("complete_v1.json"), now=NOW)
    with pytest.raises(NotABadge, match="not valid yet"):
        verify(sample("simple-context-alias.json"), now=datetime(2015, 6, 1, tzinfo=UTC))


@needs_data
@pytest.mark.parametrize("name", ["simple-json.png", "simple-jwt.png", "simple-jwt_v1.png"])
def test_baked_badges_of_others_are_in_order(name: str) -> None:
    picture = Path(DATA or "", "badges/ob30-samples", name).read_bytes()
    verify(OB3Verifier.extract_token_from_png(picture), now=NOW)


@needs_data
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("endorsement-valid.json", "type is not that of an Open Badge"),
        ("bit-string-list__testlist", "No @context is that of Open Badges"),
        ("simple.jwt", "No @context is that of Open Badges"),
    ],
)
def test_what_is_another_thing_is_no_badge(name: str, reason: str) -> None:
    with pytest.raises(NotABadge, match=reason):
        verify(sample(name), now=NOW)


def without(document: dict[str, Any], *path: str) -> dict[str, Any]:
    copy = json.loads(json.dumps(document))
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return dict(copy)


@needs_data
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (("@context",), "first @context"),
        (("id",), "has no id"),
        (("issuer",), "issuer has no id"),
        (("validFrom",), "no validFrom"),
        (("credentialSubject",), "no subject"),
        (("credentialSubject", "id"), "whose badge"),
        (("credentialSubject", "achievement"), "no achievement"),
        (("credentialSubject", "achievement", "criteria"), "no criteria"),
        (("credentialSubject", "achievement", "description"), "no description"),
    ],
)
def test_a_badge_with_something_missing_fails_for_that(path: tuple[str, ...], reason: str) -> None:
    broken = json.dumps(without(json.loads(sample("simple.json")), *path))
    with pytest.raises(NotABadge, match=reason):
        verify(broken, now=NOW)


def test_an_empty_context_is_no_badge() -> None:
    """Seen to fail: IndexError."""
    with pytest.raises(NotABadge, match="first @context"):
        verify('{"@context": []}', now=NOW)


def test_tampering_shows() -> None:
    """Every part of a token, changed by one letter or signed by somebody else."""
    certificate = given.earned()
    token, known = badge_of(certificate), public_keys()
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = OKPKey.generate_key("Ed25519")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    hs = base64.urlsafe_b64encode(b'{"alg":"HS256"}').decode().rstrip("=")
    forged = (
        base64.urlsafe_b64encode(json.dumps(claims | {"name": "Other"}).encode())
        .decode()
        .rstrip("=")
    )
    for text in (
        f"{head}.{forged}.{signature}",
        f"{head}.{body}.{'A' * len(signature)}",
        f"{none}.{body}.",
        f"{hs}.{body}.{signature}",
        keys.jwt.encode({"alg": "EdDSA"}, claims, other, algorithms=["EdDSA"]),
    ):
        with pytest.raises(NotABadge, match="signature is not by a key"):
            verify(text, known, now=clock.now())
    for text in ("", "x", "a.b.c", "{", "[]", "{}", token[:40]):
        with pytest.raises(NotABadge):
            verify(text, known, now=clock.now())
    verify(token, known, now=clock.now())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"iss": "https://else.example/"}, "iss"),
        ({"jti": "https://else.example/1"}, "jti"),
        ({"nbf": None}, "nbf"),
        ({"sub": "did:example:other"}, "sub"),
        ({"validFrom": "2999-01-01T00:00:00Z"}, "not valid yet"),
        ({"validFrom": "soon"}, "no moment"),
        ({"exp": 4102444800}, "exp is not validUntil"),
        ({"exp": "soon"}, "exp is not validUntil"),
        ({"exp": 4102444800, "validUntil": "2090-01-01T00:00:00Z"}, "exp is not validUntil"),
    ],
)
def test_claims_that_contradict_the_credential_show(change: dict[str, Any], reason: str) -> None:
    certificate = given.earned()
    said = read(path_of(certificate, "badge.json"))
    token = keys.sign(documents.claims(said) | change)
    with pytest.raises(NotABadge, match=reason):
        verify(token, public_keys(), now=clock.now())


def test_a_badge_that_names_another_key_than_the_one_that_signed_it_is_refused() -> None:
    """Seen to fail: what its header said was told as the key that had signed it."""
    certificate = given.earned()
    said = documents.claims(read(path_of(certificate, "badge.json")))
    key, *_others = keys.known()
    for kid, named in ((None, keys.address(key)), (keys.address(key), keys.address(key))):
        header = {"alg": "EdDSA"} | ({"kid": kid} if kid else {})
        token = keys.jwt.encode(header, said, key, algorithms=["EdDSA"])
        assert verify(token, public_keys(), now=clock.now()).signed_by == named
    for kid in ("https://else.example/keys/1", key.thumbprint()):
        token = keys.jwt.encode({"alg": "EdDSA", "kid": kid}, said, key, algorithms=["EdDSA"])
        with pytest.raises(NotABadge, match="kid is not that of the key"):
            verify(token, public_keys(), now=clock.now())


def test_the_issuer_is_named_as_when_it_was_issued(settings: Settings) -> None:
    """Seen to fail: with the name of the site today."""
    certificate = given.earned()
    before = badge_of(certificate)
    settings.WAGTAIL_SITE_NAME = "Another name"
    assert badge_of(certificate) == before
    said = read(path_of(certificate, "badge.json"))
    assert said["issuer"]["name"] == "Lectern"
    assert said["credentialSubject"]["achievement"]["creator"] == said["issuer"]
    # The profile at the issuer's address is of today.
    assert read("/badges/issuer/")["name"] == "Another name"
